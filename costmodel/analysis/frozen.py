"""Results that nobody changes by accident: mappings without assignment, arrays that cannot be written to."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Key = TypeVar("Key")
Value = TypeVar("Value")


def read_only(values: Array) -> Array:
    """Return an array of the same numbers, in the same memory, that cannot be written to."""
    view = values.view()
    view.flags.writeable = False
    return view


def frozen(mapping: Mapping[Key, Value]) -> Mapping[Key, Value]:
    """Return a mapping of the same that cannot be changed, nor the one it was made of through it."""
    return MappingProxyType(dict(mapping))


def frozen_arrays(arrays: Mapping[str, Array]) -> Mapping[str, Array]:
    """Return a mapping that cannot be changed, of arrays that cannot be written to."""
    return frozen({name: read_only(values) for name, values in arrays.items()})
