"""A model as plain data and back: what a cache file holds, and what can travel to another process.

Every dataclass of the model becomes a list that begins with its name; nothing but these classes can be
made from such data, so reading it runs no code of the file's choosing. An expression that stands in many
places is written in the first of them, and by its number in the others: it is one again when it is read.
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
_PLAIN = frozenset((str, int, float, bool, type(None)))
_TUPLE = "#"
_SAME = "@"


class NotAModelError(ValueError):
    """Data that was not made by `encoded`."""


def encoded(value: Any) -> Any:
    """Return a model, or any part of one, as lists, dicts, texts and numbers."""
    numbers: dict[int, int] = {}  # of expressions written already, by identity

    def written(value: Any) -> Any:
        made: type[Any] = type(value)
        if made in _PLAIN:
            return value
        if id(value) in numbers:
            return [_SAME, numbers[id(value)]]
        names = _fields(made)  # type: ignore[arg-type] # every class can be hashed
        if names is None:
            return together(value)
        found = [made.__name__]
        for name in names:
            part = getattr(value, name)
            found.append(part if type(part) in _PLAIN else written(part))
        if made in expression.OPERATIONS:
            numbers[id(value)] = len(numbers)
        return found

    def together(value: Any) -> Any:
        if isinstance(value, tuple):
            return [_TUPLE, *[each if type(each) in _PLAIN else written(each) for each in value]]
        if isinstance(value, Mapping):
            return {key: item if type(item) in _PLAIN else written(item) for key, item in value.items()}
        if isinstance(value, (str, int, float)):
            return value
        raise TypeError(type(value))

    return written(value)


def decoded(data: Any) -> Any:
    """Return what `encoded` was given; raise `NotAModelError` for anything else."""
    expressions: list[Any] = []

    def read(data: Any) -> Any:
        if isinstance(data, dict):
            return {key: read(item) for key, item in data.items()}
        if not isinstance(data, list):
            return data
        if not data or not isinstance(data[0], str):
            raise NotAModelError(str(data)[:40])
        if data[0] == _SAME:
            return _numbered(expressions, data[1:])
        parts = [read(item) if isinstance(item, (list, dict)) else item for item in data[1:]]
        if data[0] == _TUPLE:
            return tuple(parts)
        made = _classes().get(data[0])
        if made is None:
            raise NotAModelError(data[0])
        found = made(*parts)
        if made in expression.OPERATIONS:
            expressions.append(found)
        return found

    return read(data)


def _numbered(expressions: list[Any], number: list[Any]) -> Any:
    if len(number) != 1 or not isinstance(number[0], int) or not 0 <= number[0] < len(expressions):
        raise NotAModelError(str(number)[:40])
    return expressions[number[0]]


@cache
def _classes() -> dict[str, type[Any]]:
    return {
        name: member
        for home in _HOMES
        for name, member in vars(home).items()
        if isinstance(member, type) and is_dataclass(member) and member.__module__ == home.__name__
    }


@cache
def _fields(made: type[Any]) -> tuple[str, ...] | None:
    """Return the names of a dataclass's fields, None for any other class."""
    return tuple(field.name for field in fields(made) if field.init) if is_dataclass(made) else None
