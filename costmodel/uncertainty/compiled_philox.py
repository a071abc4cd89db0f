"""Philox4x64-10 as one loop: the numbers of `costmodel.uncertainty.streams`, bit for bit."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from costmodel.uncertainty.compiled_function import compiled
from costmodel.uncertainty.philox_instructions import AT_A_TIME, WORDS, draw_uniforms

_COUNTERS = np.uint64(AT_A_TIME // WORDS)


@compiled
def _fill_part(key: NDArray[np.uint64], counter: Any, skipped: int, draws: NDArray[np.float64]) -> None:
    """Set draws, fewer than AT_A_TIME, to those of a counter and the next ones but for the first few."""
    spare = np.empty(AT_A_TIME)
    draw_uniforms(key[0], key[1], counter, np.uint64(spare.ctypes.data), np.uint64(1))
    for i in range(draws.size):
        draws[i] = spare[skipped + i]


@compiled
def fill_uniforms(key: NDArray[np.uint64], start: int, draws: NDArray[np.float64]) -> None:
    """Set draws, float[draw], to those of the key's stream from `start` on; the key is uint64[2].

    Source: Salmon, Moraes, Dror and Shaw 2011, Parallel random numbers: as easy as 1, 2, 3, SC'11. Like
    numpy's, the first four draws come from counter 1.
    """
    counter = np.uint64(start // WORDS + 1)
    skipped, at = start % WORDS, 0
    if skipped:
        at = min(AT_A_TIME - skipped, draws.size)
        _fill_part(key, counter, skipped, draws[:at])
        counter += _COUNTERS
    whole = (draws.size - at) // AT_A_TIME
    if whole:
        draw_uniforms(key[0], key[1], counter, np.uint64(draws[at:].ctypes.data), np.uint64(whole))
    end = at + whole * AT_A_TIME
    if end < draws.size:
        _fill_part(key, counter + np.uint64(whole) * _COUNTERS, 0, draws[end:])
