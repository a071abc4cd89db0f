"""Files told by their place on a shelf, which stays the same when the folder the shelf stands in moves."""

from __future__ import annotations

from pathlib import Path, PurePath

from costmodel import library

USER, SHIPPED, BESIDE = "user", "shipped", "beside"
_BELOW_UNIT_COSTS = tuple(
    room.partition("/")[2]
    for room in (library.PRICE_INDICES, library.DISCOUNT_SCHEDULES, library.OPTIMISM_TABLES)
)


def shelf_relative(shown: str) -> str:
    """Return where a file stands on its shelf: `scenarios/x.yaml`, `unit_costs/indices/y.yaml`.

    `shown` is a path as results show it. A file that stands on no shelf is told by its name alone, and what
    is no file (`--set p0`) is left as it is.
    """
    parts = PurePath(shown).parts
    if len(parts) > 1 and parts[-2] in (library.SCENARIOS, library.UNIT_COSTS):
        return "/".join(parts[-2:])
    if len(parts) > 2 and parts[-3] == library.UNIT_COSTS and parts[-2] in _BELOW_UNIT_COSTS:
        return "/".join(parts[-3:])
    return parts[-1] if parts else shown


def shelf_kind(shown: str) -> str:
    """Return which shelf a file stands on: `user`, `shipped`, or `beside` where it stands on none."""
    if shelf_relative(shown) == PurePath(shown).name:
        return BESIDE
    file = shown_file(shown)
    return SHIPPED if file.is_relative_to(shipped_folder()) else USER


def shown_file(shown: str) -> Path:
    """Return the file that is shown under a name, counted from the current folder."""
    inside = library.PACKAGE.parent / shown
    in_wheel = library.PACKAGE / library.SHIPPED
    return (inside if inside.is_relative_to(in_wheel) else Path.cwd() / shown).resolve()


def shipped_folder() -> Path:
    """Return the folder of the shelf that came with the package."""
    in_wheel = library.PACKAGE / library.SHIPPED
    return (in_wheel if in_wheel.is_dir() else library.PACKAGE.parent).resolve()
