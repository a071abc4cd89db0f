"""Uniform draws by name: any worker makes any block of any input, and all get the same numbers."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.random import Philox
from numpy.typing import NDArray

_BLOCK = 4  # numbers Philox makes from one value of its counter
_ONE = np.uint64(0x3FF << 52)  # the bits of 1.0


@lru_cache(maxsize=4096)
def _key(seed: int, name: str) -> int:
    # Decimal digits hold no colon, so no other seed and name spell the same text.
    digest = blake2b(f"{seed}:{name}".encode(), digest_size=16, person=b"costmodel").digest()
    return int.from_bytes(digest, "little")


def uniforms(seed: int, name: str, start: int, stop: int) -> NDArray[np.float64]:
    """Return draws start to stop of the stream keyed by seed and name, float[stop - start].

    Every draw is (k + 1/2) / 2^52 for a whole k below 2^52: strictly inside (0, 1), and 1 - u is exact.
    Draw i is the same whatever range it is asked in, and depends on nothing but seed, name and i.

    The generator is Philox4x64-10 (Salmon, Moraes, Dror and Shaw 2011, Parallel random numbers: as easy
    as 1, 2, 3, SC'11), which passes BigCrush; its 128-bit key is the BLAKE2b hash of seed and name, so
    that two of a million names share a stream with probability 1e-27.

    Raises ValueError for a seed or start below 0 or a stop before start. The seed may be of any size, and
    0 is a seed.
    """
    if seed < 0:
        message = f"seed {seed} is below 0"
        raise ValueError(message)
    if not 0 <= start <= stop:
        message = f"draws {start} to {stop} are not a range that starts at 0 or later"
        raise ValueError(message)
    skipped = start % _BLOCK
    generator = Philox(key=_key(seed, name), counter=start // _BLOCK)
    raw: NDArray[np.uint64] = generator.random_raw(stop - start + skipped)[skipped:]
    raw >>= np.uint64(12)
    raw |= _ONE  # with an exponent before them the bits are 1 + k / 2^52
    draws = raw.view(np.float64)
    draws -= 1.0 - 2.0**-53
    return draws
