"""Arrays that begin where a cache line does: vectors of it then never lie across two."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

LINE = 64


def aligned(size: int, dtype: type, filled: int | None = None) -> NDArray[Any]:
    """Return an array of so many numbers that begins a cache line, empty or filled with one number."""
    bytes_of = size * np.dtype(dtype).itemsize
    raw = np.empty(bytes_of + LINE, np.uint8)
    start = -raw.ctypes.data % LINE
    found: NDArray[Any] = raw[start : start + bytes_of].view(dtype)
    if filled is not None:
        found[:] = filled
    return found


def aligned_rows(rows: int, columns: int) -> NDArray[np.float64]:
    """Return an empty float[row, column] of which every row begins a cache line."""
    each = LINE // 8
    stride = -(-columns // each) * each
    return aligned(rows * stride, np.float64).reshape(rows, stride)
