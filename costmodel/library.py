"""Where unit-cost tables and scenarios are found: the user's folder first, then what is shipped.

A *shelf* is a folder that has `scenarios/` or `unit_costs/` in it. The user's shelf is the folder that was
asked for (`--library`, `COSTMODEL_LIBRARY`), else the current folder. The shipped shelf is inside an
installed wheel, or is the root of the checkout that an editable install points at.

A file on the user's shelf hides the shipped file of the same name, so a council keeps its own
`unit_costs/childrens_services.yaml` and still has the shipped discount schedules.

Nothing is opened or parsed here, and only the standard library is imported: shell completion waits for it.
A folder that cannot be read counts as empty; whoever opens a file says what is wrong with it.
"""

import os
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
SHIPPED = "shipped"
SCENARIOS = "scenarios"
UNIT_COSTS = "unit_costs"
PRICE_INDICES = "unit_costs/indices"
DISCOUNT_SCHEDULES = "unit_costs/discounting"
OPTIMISM_TABLES = "unit_costs/optimism_bias"
SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Shelf:
    """A folder that holds scenarios or unit costs, and whether it came with the package."""

    folder: Path
    shipped: bool


@dataclass(frozen=True, slots=True)
class TableFiles:
    """The folders of the shelves, and the tables on them by kind, as they stood when they were looked for."""

    shelves: tuple[Path, ...]
    unit_costs: tuple[Path, ...]
    indices: tuple[Path, ...]
    schedules: tuple[Path, ...]
    optimism: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A scenario's file and every file that could be read for it, as they stood when they were looked for.

    Paths are absolute, so that the same files are meant wherever the process stands. `beside` holds the YAML
    files in the scenario's own folder, `scenarios` every scenario that has a name.
    """

    scenario: Path
    beside: tuple[Path, ...]
    scenarios: dict[str, Path]
    tables: TableFiles

    def files(self) -> tuple[Path, ...]:
        """Return every file of them but the scenario's own."""
        tables = self.tables
        on_shelves = (*tables.unit_costs, *tables.indices, *tables.schedules, *tables.optimism)
        return (*self.beside, *self.scenarios.values(), *on_shelves)


def surroundings(name_or_path: str | Path, library: Path | None = None) -> Surroundings | None:
    """The scenario's file and all that could be read for it, or None when there is no such file.

    A scenario asked for by its path goes with the tables beside it, unless a folder was asked for.
    """
    scenario = scenario_file(name_or_path, library)
    if scenario is None:
        return None
    folder = library if library is not None else _own_folder(scenario)
    beside = _yaml_files(scenario.parent)
    return Surroundings(scenario, beside, _scenarios_by_name(folder), table_files(folder))


def _own_folder(scenario: Path) -> Path | None:
    """The folder whose tables go with a scenario file: the one its `scenarios/` stands in."""
    folder = scenario.parent.parent
    in_shelf = scenario.parent.name == SCENARIOS and is_shelf(folder)
    shipped = any(shelf.shipped and scenario.is_relative_to(shelf.folder) for shelf in shelves())
    return folder if in_shelf and not shipped else None


def table_files(library: Path | None = None) -> TableFiles:
    """Every table on the shelves, by kind."""
    return TableFiles(
        tuple(shelf.folder for shelf in shelves(library)), unit_cost_files(library), index_files(library),
        schedule_files(library), optimism_files(library),
    )  # fmt: skip


def shelves(library: Path | None = None) -> tuple[Shelf, ...]:
    """The shelves to look along, the user's first; a real folder stands here once.

    Args:
        library: the folder that was asked for; the current folder when none was. A relative one counts from
            the current folder. A folder that is no shelf is left out: ask `is_shelf` to tell the user.
    """
    users = _from_here(library or Path())
    shipped = _shipped_folder()
    if _real(users) == _real(shipped):
        return (Shelf(users, shipped=True),) if is_shelf(users) else ()
    candidates = (Shelf(users, shipped=False), Shelf(shipped, shipped=True))
    return tuple(shelf for shelf in candidates if is_shelf(shelf.folder))


def is_shelf(folder: Path) -> bool:
    """Whether a folder has `scenarios/` or `unit_costs/` in it."""
    return _is_folder(folder / SCENARIOS) or _is_folder(folder / UNIT_COSTS)


def scenario_names(library: Path | None = None) -> tuple[str, ...]:
    """The names a user can type, in alphabetical order: `tendring` for `scenarios/tendring.yaml`."""
    return tuple(sorted(_scenarios_by_name(library)))


def scenario_files(library: Path | None = None) -> tuple[Path, ...]:
    """The file of every scenario that has a name, in the order of `scenario_names`."""
    return tuple(file for _, file in sorted(_scenarios_by_name(library).items()))


def scenario_file(name_or_path: str | Path, library: Path | None = None) -> Path | None:
    """The scenario's file as an absolute path, or None when there is no such file.

    A `Path`, and text that ends in `.yaml` or `.yml` or has a folder in it, is a path and counts from the
    current folder. Anything else is a name, looked up along the shelves.
    """
    if isinstance(name_or_path, Path) or _is_path(name_or_path):
        file = _from_here(Path(name_or_path))
        return file if _is_file(file) else None
    return _scenarios_by_name(library).get(name_or_path)


def unit_cost_files(library: Path | None = None) -> tuple[Path, ...]:
    """Every unit-cost table, the user's first, without the shipped ones that theirs hide."""
    return _visible_files(UNIT_COSTS, library)


def index_files(library: Path | None = None) -> tuple[Path, ...]:
    """Every price-index table (`unit_costs/indices/`), by the same rule as the unit costs."""
    return _visible_files(PRICE_INDICES, library)


def schedule_files(library: Path | None = None) -> tuple[Path, ...]:
    """Every discount schedule (`unit_costs/discounting/`), by the same rule as the unit costs."""
    return _visible_files(DISCOUNT_SCHEDULES, library)


def optimism_files(library: Path | None = None) -> tuple[Path, ...]:
    """Every table of optimism bias (`unit_costs/optimism_bias/`), by the same rule as the unit costs."""
    return _visible_files(OPTIMISM_TABLES, library)


def display_path(path: Path) -> str:
    """The path as people read it in messages and results, with `/` between folders wherever it is relative.

    A file from an installed wheel reads `costmodel/shipped/unit_costs/x.yaml` on every machine, even when
    the environment lies below the current folder. A file below the current folder is relative to it; any
    other is absolute.
    """
    found = _from_here(path)
    real = _real(found)
    if real.is_relative_to(PACKAGE / SHIPPED):
        return real.relative_to(PACKAGE.parent).as_posix()
    here = _from_here(Path())
    as_seen = real if ".." in found.parts else found
    for candidate in (as_seen, real):
        if candidate.is_relative_to(here):
            return candidate.relative_to(here).as_posix()
    return str(as_seen)


def _shipped_folder() -> Path:
    """The wheel's `costmodel/shipped`, else the folder above the package: the root of a checkout."""
    in_wheel = PACKAGE / SHIPPED
    return in_wheel if _is_folder(in_wheel) else PACKAGE.parent


def _scenarios_by_name(library: Path | None) -> dict[str, Path]:
    """Each scenario's name and file; of two with one name, the user's, then `.yaml` before `.yml`."""
    by_name: dict[str, Path] = {}
    for file in _visible_files(SCENARIOS, library):
        by_name.setdefault(file.stem, file)
    return by_name


def _visible_files(room: str, library: Path | None) -> tuple[Path, ...]:
    """The YAML files in one room of every shelf, without those hidden by an earlier file of the same name."""
    by_file_name: dict[str, Path] = {}
    for shelf in shelves(library):
        for file in _yaml_files(shelf.folder / room):
            by_file_name.setdefault(file.name, file)
    return tuple(by_file_name.values())


def _yaml_files(folder: Path) -> tuple[Path, ...]:
    """The YAML files directly in a folder, by name, without hidden files and editors' backups."""
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return ()
    return tuple(
        entry
        for entry in entries
        if entry.suffix.lower() in SUFFIXES and not entry.name.startswith(".") and _is_file(entry)
    )


def _is_path(text: str) -> bool:
    """Whether the user typed a path and not a scenario's name."""
    return text.lower().endswith(SUFFIXES) or "/" in text or os.sep in text


def _from_here(path: Path) -> Path:
    """The path counted from the current folder, `..` and links kept as typed.

    When the current folder has been deleted there is nothing to count from, and the path is left as it is.
    """
    try:
        return Path.cwd() / path
    except OSError:
        return path


def _real(path: Path) -> Path:
    """The path with every link followed as far as that goes."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):  # a link to itself is a RuntimeError before Python 3.13
        return path


def _is_file(path: Path) -> bool:
    """Whether the path is a file and can be reached."""
    try:
        return path.is_file()
    except OSError:
        return False


def _is_folder(path: Path) -> bool:
    """Whether the path is a folder and can be reached."""
    try:
        return path.is_dir()
    except OSError:
        return False
