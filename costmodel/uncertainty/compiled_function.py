"""How the loops of this folder are compiled: without the interpreter's lock, once for each machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

_Function = TypeVar("_Function", bound=Callable[..., Any])


def compiled(function: _Function) -> _Function:
    """Return the function compiled by numba when first called, and kept on disk where a folder can hold it.

    No sum or product is reordered or fused, so that a loop gives an element the same bytes whatever its place
    in the array; division by zero gives what it gives in numpy. What is on disk is made again when the
    function's own file changes, but not when a file does that its constants are imported from.
    """
    try:
        return cast("_Function", njit(nogil=True, error_model="numpy", cache=True)(function))
    except RuntimeError:  # numba finds no folder it may write to
        return cast("_Function", njit(nogil=True, error_model="numpy")(function))
