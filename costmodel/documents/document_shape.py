"""What may stand where in a document: the keys of each part, and what each key is for."""

from __future__ import annotations

import types
import typing
from functools import cache
from typing import Any

from pydantic import BaseModel

Location = tuple[str | int, ...]
"""Keys and list positions from the top of a document down, such as `("inputs", "p0", "value")`."""


@cache
def keys_of(model: Any) -> dict[str, Any]:
    """Return what may be written for each key of a part, by the key as it is spelled in a file."""
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def part_at(model: type[BaseModel], location: Location) -> Any:
    """Return what may be written at a location, as an annotation; None where nothing can be."""
    annotation: Any = model
    for part in location:
        annotation = _within(annotation, part)
    return annotation


def model_of(annotation: Any) -> Any:
    """Return the class of the part that an annotation allows, the last of several; None for a plain value."""
    models = [member for member in _members(annotation) if _is_model(member)]
    return models[-1] if models else None


def entries_of(annotation: Any) -> Any:
    """Return what the entries beneath freely chosen names are, for `inputs` and the like; None for others."""
    inside = [typing.get_args(part)[1] for part in _members(annotation) if typing.get_origin(part) is dict]
    return inside[-1] if inside else None


def is_list(annotation: Any) -> bool:
    """Return whether a list belongs there."""
    return any(typing.get_origin(part) is list for part in _members(annotation))


def holds_keys(annotation: Any) -> bool:
    """Return whether keys with values belong there: a part with keys of its own, or freely chosen names."""
    return model_of(annotation) is not None or entries_of(annotation) is not None


def _within(annotation: Any, part: str | int) -> Any:
    for member in reversed(_members(annotation)):
        if _is_model(member):
            found = keys_of(member).get(str(part))
            if found is not None:
                return found
        elif typing.get_origin(member) in (dict, list):
            return typing.get_args(member)[-1]
    return None


def _members(annotation: Any) -> list[Any]:
    """Return the members of a union, annotations taken off; a lone annotation is its own member."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return _members(typing.get_args(annotation)[0])
    if origin is typing.Union or origin is types.UnionType:
        return [part for arg in typing.get_args(annotation) for part in _members(arg)]
    return [annotation]


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
