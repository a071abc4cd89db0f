"""`costmodel.toml` in the current folder: defaults of options, refused where they mean nothing.

A setting at the top holds for every command that has the option; one below `[run]` for that command alone.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import click

from costmodel.commands.main import COMMANDS, cli
from costmodel.commands.options import suggested

NAME = "costmodel.toml"
SHARED = ("draws", "seed", "workers", "format")


def project_defaults(file: Path) -> dict[str, Any]:
    """Return the file's settings as click's default map; a `UsageError` names the file and the setting."""
    settings = _read(file)
    options = {name: _options(import_module(module).command) for name, module in COMMANDS.items()}
    top = {"library": _options(cli)["library"], **{key: options["run"][key] for key in SHARED}}
    for key, value in settings.items():
        if key in COMMANDS:
            if not isinstance(value, dict):
                _refuse(f"'{key}' is {value!r}; expected a section, [{key}]")
            _check(value, options[key], f"[{key}] ")
        else:
            _check({key: value}, top, "", tuple(COMMANDS))
    defaults = {name: _defaults(settings, settings.get(name, {}), options[name]) for name in COMMANDS}
    return {**({"library": settings["library"]} if "library" in settings else {}), **defaults}


def _read(file: Path) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        _refuse(f"cannot be read: {error.strerror}")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        _refuse(str(error))


def _options(command: click.Command) -> dict[str, click.Option]:
    """Return a command's options by their flag without the dashes, as the file spells them."""
    found = [option for option in command.params if isinstance(option, click.Option)]
    return {option.opts[-1].removeprefix("--"): option for option in found}


def _defaults(
    settings: dict[str, Any], own: dict[str, Any], options: dict[str, click.Option]
) -> dict[str, Any]:
    """Return one command's defaults by parameter: the shared ones that fit it, and over them its own."""
    shared = {key: settings[key] for key in SHARED if key in settings and key in options}
    kind = options["format"].type if "format" in options else None
    if isinstance(kind, click.Choice) and shared.get("format") not in kind.choices:
        shared.pop("format", None)
    return {options[key].name or key: value for key, value in {**shared, **own}.items()}


def _check(
    section: dict[str, Any], options: dict[str, click.Option], where: str, others: tuple[str, ...] = ()
) -> None:
    for key, value in section.items():
        if key not in options:
            _refuse(f"{where}unknown setting '{key}'{suggested(key, (*options, *others))}")
        option = options[key]
        expected = _misfit(option, value)
        if expected:
            _refuse(f"{where}{key} is {value!r}; expected {expected}")
        try:
            option.type_cast_value(click.Context(cli), value)
        except click.BadParameter as error:
            _refuse(f"{where}{key}: {error.message}")


def _misfit(option: click.Option, value: object) -> str:
    """Return what an option takes where this value is of another kind, else an empty text."""
    if option.is_flag:
        return "" if isinstance(value, bool) else "true or false"
    if option.multiple:
        fits = isinstance(value, list) and all(isinstance(item, str) for item in value)
        return "" if fits else 'a list of texts, ["..."]'
    if isinstance(option.type, click.IntRange):
        return "" if isinstance(value, (int, float)) and not isinstance(value, bool) else "a whole number"
    return "" if isinstance(value, str) else "a text in quotes"


def _refuse(message: str) -> NoReturn:
    told = f"{NAME}: {message}"
    raise click.UsageError(told)
