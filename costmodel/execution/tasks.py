"""What is run: tasks that are small, independent and named by the content of all they depend on."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias


class Task(NamedTuple):
    """One piece of work.

    `key` is the lowercase hexadecimal digest of everything the result depends on (model, seed, design,
    versions, which piece); `payload` says which piece, in a few hundred bytes.
    """

    key: str
    payload: bytes


Cancelled: TypeAlias = Callable[[], bool]
"""Asked now and then by long work: whether nobody waits for it any more. Costs about a microsecond."""

Work: TypeAlias = Callable[[bytes, bytes, Cancelled], bytes]
"""A function at the top of a module: (shared, payload, cancelled) -> result.

It gives the same bytes wherever and whenever it runs. Once `cancelled()` is true it may return or raise
anything, quickly: what it gives is thrown away. What can go wrong with a task is written into its result;
an exception is a defect and stops the run. `shared` is the same for all tasks of a run, so a worker that
decodes it should keep what it decoded.
"""
