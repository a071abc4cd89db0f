"""How many tasks go into one batch: few while little is known and near the end, enough to last otherwise."""

from __future__ import annotations

MOST_GROWTH = 4
MOST_BATCH_BYTES = 32 * 2**20
SHARES_LEFT = 3
NEWEST = 0.3


class Pace:
    """Learns how long a task takes and how large its result is."""

    def __init__(self) -> None:
        self._seconds: float | None = None
        self._bytes = 0.0
        self._largest = 0

    def learn(self, tasks: int, seconds: float, size: int) -> None:
        """Take in a finished batch: its tasks, the seconds it took and the bytes of its results."""
        if tasks == 0:
            return
        newest = NEWEST if self._seconds is not None else 1.0
        self._seconds = (1 - newest) * (self._seconds or 0.0) + newest * seconds / tasks
        self._bytes = (1 - newest) * self._bytes + newest * size / tasks
        self._largest = max(self._largest, tasks)

    def group(self, batch_seconds: float, workers: int, left: int | None) -> int:
        """Return the tasks of the next batch.

        As many as take `batch_seconds`, but no more than four times the largest batch seen, than make a
        message of 32 MiB, or than a third of each worker's share of the tasks `left`, so that no worker
        is left with a long batch when the others have nothing to do.
        """
        if self._seconds is None or batch_seconds <= 0:
            return 1
        wanted = min(
            batch_seconds / max(self._seconds, 1e-6),
            MOST_GROWTH * self._largest,
            MOST_BATCH_BYTES / max(self._bytes, 1.0),
        )
        if left is not None:
            wanted = min(wanted, -(-left // (SHARES_LEFT * workers)))
        return max(1, int(wanted))
