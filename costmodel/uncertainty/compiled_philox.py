"""Philox4x64-10 as one loop: the numbers of `costmodel.uncertainty.streams`, bit for bit."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from costmodel.uncertainty.compiled_function import compiled

# Multipliers and steps of the key: Salmon et al. 2011, section 4.3 and the authors' Random123.
_TIMES_0, _TIMES_1 = np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157)
_HALVES_0 = np.uint64(0xD2E7470E), np.uint64(0xE14C6C93)  # upper, lower
_HALVES_1 = np.uint64(0xCA5A8263), np.uint64(0x95121157)
_STEP_0, _STEP_1 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B)
_LATER_ROUNDS = 8

_LANES = 64  # counters worked on side by side: their words stay in the nearest cache
_HALF, _LOW_HALF, _TO_52_BITS = np.uint64(32), np.uint64(0xFFFFFFFF), np.uint64(12)


@compiled
def _high(halves: Any, word: Any) -> Any:
    """Return the upper 64 of the 128 bits of a product, from products of halves, which run in lanes.

    The factor comes in halves: cut up here, the compiler would see one wide product, which does not.
    """
    times_high, times_low = halves
    high, low = word >> _HALF, word & _LOW_HALF
    middle = times_high * low + (times_low * low >> _HALF)
    other = times_low * high + (middle & _LOW_HALF)
    return times_high * high + (middle >> _HALF) + (other >> _HALF)


@compiled
def _encrypt(key: NDArray[np.uint64], first: Any, words: NDArray[np.uint64]) -> None:
    """Set words, uint64[4, lane], to the generator's outputs for the counters from `first` on.

    The counter is one word and the other three are zero, which leaves little of the first two rounds.
    """
    key_0, key_1 = key[0] + _STEP_0, key[1] + _STEP_1
    high, low = _high(_HALVES_0, key[0]), _TIMES_0 * key[0]
    w0, w1, w2, w3 = words[0], words[1], words[2], words[3]
    for lane in range(_LANES):
        counter = first + np.uint64(lane)
        mixed = _high(_HALVES_0, counter) ^ key[1]
        w0[lane] = _high(_HALVES_1, mixed) ^ key_0
        w1[lane] = _TIMES_1 * mixed
        w2[lane] = high ^ (_TIMES_0 * counter) ^ key_1
        w3[lane] = low
    for _ in range(_LATER_ROUNDS):
        key_0 += _STEP_0
        key_1 += _STEP_1
        for lane in range(_LANES):
            even, odd = w0[lane], w2[lane]
            w0[lane] = _high(_HALVES_1, odd) ^ w1[lane] ^ key_0
            w1[lane] = _TIMES_1 * odd
            w2[lane] = _high(_HALVES_0, even) ^ w3[lane] ^ key_1
            w3[lane] = _TIMES_0 * even


@compiled
def _inside(word: Any) -> Any:
    return (np.float64(word >> _TO_52_BITS) + 0.5) * 2.0**-52


@compiled
def _write(words: NDArray[np.uint64], draws: NDArray[np.float64]) -> None:
    """Set draws, float[4 * lane], to the words of each counter in turn."""
    w0, w1, w2, w3 = words[0], words[1], words[2], words[3]
    for lane in range(_LANES):
        draws[4 * lane] = _inside(w0[lane])
        draws[4 * lane + 1] = _inside(w1[lane])
        draws[4 * lane + 2] = _inside(w2[lane])
        draws[4 * lane + 3] = _inside(w3[lane])


@compiled
def fill_uniforms(key: NDArray[np.uint64], start: int, draws: NDArray[np.float64]) -> None:
    """Set draws, float[draw], to those of the key's stream from `start` on; the key is uint64[2].

    Source: Salmon, Moraes, Dror and Shaw 2011, Parallel random numbers: as easy as 1, 2, 3, SC'11. Like
    numpy's, the first four draws come from counter 1.
    """
    words = np.empty((4, _LANES), np.uint64)
    spare = np.empty(4 * _LANES)
    counter = np.uint64(start // 4 + 1)
    at = -(start % 4)
    while at < draws.size:
        _encrypt(key, counter, words)
        end = at + 4 * _LANES
        if at >= 0 and end <= draws.size:
            _write(words, draws[at:end])
        else:
            _write(words, spare)
            for i in range(max(at, 0), min(end, draws.size)):
                draws[i] = spare[i - at]
        counter += np.uint64(_LANES)
        at = end
