"""Plain numpy passes in a process of their own, which is told what to run and answers how long it took.

It has numpy and the reference model and nothing of costmodel, as somebody would run it who has no engine. The
engine has the allocator keep freed memory, for all of its process: a plain pass of 100,000 draws beside it
takes a fifth less time than it does alone. OpenTURNS and SALib do the same to theirs.

Requests and answers are lines of JSON. While this process works, the one that asked only waits.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, NamedTuple

from benchmarks.reference_models import Shape, numpy_pass
from benchmarks.timing import Timed, seconds_of

ROOT = Path(__file__).resolve().parents[1]
Scenario = Mapping[str, float | Shape]
"""Changes to inputs as `numpy_pass` takes them, and shapes in place of an input's own."""


class Answer(NamedTuple):
    """The seconds that passes took together, and the mean of net that each found."""

    seconds: float
    net_means: list[float]


class PlainProcess(NamedTuple):
    """A running process that makes plain passes; `errors` is what it writes where it fails."""

    process: subprocess.Popen[str]
    errors: IO[str]

    def passes(self, draws: int, seed: int, scenarios: Sequence[Scenario]) -> Answer:
        """Return what a pass for each scenario takes, the first with this seed, each next with the next.

        Raises RuntimeError with what the process wrote where it has ended.
        """
        line = json.dumps({"draws": draws, "seed": seed, "scenarios": scenarios})
        requests, answers = self.process.stdin, self.process.stdout
        if requests is None or answers is None:
            raise ValueError(self.process)
        with suppress(BrokenPipeError):  # it has ended: the answer is missing, and the reason told, below
            requests.write(f"{line}\n")
            requests.flush()
        answer = answers.readline()
        if not answer:
            with suppress(BrokenPipeError):  # or the line that was not read would be written once more
                requests.close()
            raise RuntimeError(self._failure())
        return Answer(**json.loads(answer))

    def job(self, draws: int, seed: int, scenarios: Sequence[Scenario]) -> Timed:
        """Return the passes as a job that takes turns with others."""
        return Timed(lambda: self.passes(draws, seed, scenarios).seconds)

    def _failure(self) -> str:
        code = self.process.wait()
        self.errors.seek(0)
        return f"the process of plain numpy has ended with {code}\n{self.errors.read()}"


@contextmanager
def plain_process() -> Iterator[PlainProcess]:
    """Start a process of plain passes, of this interpreter and environment; it ends with the context.

    It ends when nothing more can be asked, so also where the process that asks is killed.
    """
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as errors,
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.plain_process"],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, encoding="utf-8",
        ) as process,
    ):  # fmt: skip
        yield PlainProcess(process, errors)


def answered(draws: int, seed: int, scenarios: Sequence[Mapping[str, Any]]) -> Answer:
    """Return what passes take here; a shape has come as a list of its kind and its parameters."""
    split = [
        (
            {name: told for name, told in scenario.items() if not isinstance(told, list)},
            {name: Shape(*told) for name, told in scenario.items() if isinstance(told, list)},
        )
        for scenario in scenarios
    ]
    found: list[dict[str, float]] = []

    def run() -> None:
        for place, (changes, shapes) in enumerate(split):
            found.append(numpy_pass(draws, seed + place, changes, shapes))

    return Answer(seconds_of(run), [figures["net_mean"] for figures in found])


def main() -> None:
    """Answer each line of standard input until there is no more."""
    for line in sys.stdin:
        answer = answered(**json.loads(line))
        sys.stdout.write(f"{json.dumps(answer._asdict())}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
