"""`costmodel new`: a starter folder, commented, that already runs."""

from __future__ import annotations

import re
from pathlib import Path

import click

from costmodel.commands.writing import writing

STARTER = Path(__file__).resolve().parent.parent / "starter"


@click.command("new", short_help="Make a starter folder to edit.")
@click.argument("name")
@click.option("--force", is_flag=True, help="Write into a folder that exists, over the starter's own files.")
def command(name: str, force: bool) -> None:
    """Make a folder NAME with a commented scenario and a table of local unit costs, ready to run."""
    folder = Path(name)
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", folder.name):
        message = f"'{folder.name}' is no good name for a scenario; use letters, digits, _ and -"
        raise click.BadParameter(message, param_hint="NAME")
    files = {
        folder / "scenarios" / f"{folder.name}.yaml": "scenario.yaml",
        folder / "unit_costs" / "local.yaml": "unit_costs.yaml",
        folder / "README.md": "README.md",
    }
    texts = {target: (STARTER / source).read_text(encoding="utf-8") for target, source in files.items()}
    with writing(folder):
        if folder.exists() and not force:
            message = f"{folder} exists already; --force writes the starter's files into it"
            raise click.BadParameter(message, param_hint="NAME")
        for target, text in texts.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text.replace("NAME", folder.name), encoding="utf-8", newline="\n")
    click.echo(f"Made {folder}. Next:")
    click.echo(f"  cd {folder}")
    click.echo(f"  costmodel run {folder.name}")
