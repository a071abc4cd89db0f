"""A model as plain data and back: what a cache file holds, and what can travel to another process.

Every dataclass of the model becomes a list that begins with its name; nothing but these classes can be
made from such data, so reading it runs no code of the file's choosing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from costmodel.model import (
    bounded_distributions,
    design,
    discrete_distributions,
    distributions,
    expression,
    inputs,
    line,
    model,
    price_index,
    rollout,
    unbounded_distributions,
)

_HOMES = (
    expression,
    bounded_distributions,
    unbounded_distributions,
    discrete_distributions,
    distributions,
    inputs,
    line,
    price_index,
    design,
    rollout,
    model,
)
_TUPLE = "#"


class NotAModelError(ValueError):
    """Data that was not made by `encoded`."""


def encoded(value: Any) -> Any:
    """Return a model, or any part of one, as lists, dicts, texts and numbers."""
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    if isinstance(value, tuple):
        return [_TUPLE, *map(encoded, value)]
    if isinstance(value, Mapping):
        return {key: encoded(item) for key, item in value.items()}
    made: type[Any] = type(value)
    if is_dataclass(made):
        return [made.__name__, *(encoded(getattr(value, name)) for name in _fields(made))]
    raise TypeError(type(value))


def decoded(data: Any) -> Any:
    """Return what `encoded` was given; raise `NotAModelError` for anything else."""
    if isinstance(data, list):
        if not data or not isinstance(data[0], str):
            raise NotAModelError(str(data)[:40])
        parts = [decoded(item) if isinstance(item, (list, dict)) else item for item in data[1:]]
        if data[0] == _TUPLE:
            return tuple(parts)
        made = _classes().get(data[0])
        if made is None:
            raise NotAModelError(data[0])
        return made(*parts)
    if isinstance(data, dict):
        return {key: decoded(item) for key, item in data.items()}
    return data


@cache
def _classes() -> dict[str, type[Any]]:
    return {
        name: member
        for home in _HOMES
        for name, member in vars(home).items()
        if isinstance(member, type) and is_dataclass(member) and member.__module__ == home.__name__
    }


@cache
def _fields(made: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(made) if field.init)
