"""Help and completion are quick: nothing heavy is imported for them."""

import os
import subprocess
import sys

import pytest

HEAVY = ("numpy", "scipy", "pydantic", "rich")
PROGRAM = """
import sys
from costmodel.commands.main import main
try:
    main({arguments!r})
except SystemExit as stop:
    code = stop.code
heavy = [name for name in {heavy!r} if name in sys.modules]
print("HEAVY", *heavy, file=sys.stderr)
"""


def heavy_modules(arguments: list[str], **environment: str) -> tuple[str, str]:
    program = PROGRAM.format(arguments=arguments, heavy=HEAVY)
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )
    marker = [line for line in done.stderr.splitlines() if line.startswith("HEAVY")]
    assert marker, done.stderr
    return marker[0].removeprefix("HEAVY").strip(), done.stdout


@pytest.mark.parametrize(
    "arguments",
    [["--help"], [], ["--version"], ["run", "--help"], ["check", "--help"], ["new", "--help"], ["list"]],
)
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    heavy, output = heavy_modules(arguments)
    allowed = "rich" if arguments == ["list"] else ""
    assert heavy == allowed
    assert output


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("costmodel run tendring_", "tendring_report"),
        ("costmodel show foster", "foster_care"),
        ("costmodel run tendring --set p", "p0="),
        ("costmodel run tendring --set unit_cost.res", "unit_cost.residential_care="),
        ("costmodel explain tendring pla", "placements"),
        ("costmodel reconcile tendring_s", "tendring_stated"),
    ],
)
def test_completion_knows_names_and_imports_nothing_heavy(words: str, expected: str) -> None:
    heavy, output = heavy_modules(
        [], _COSTMODEL_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=str(len(words.split()) - 1)
    )
    assert heavy == ""
    assert f"plain,{expected}" in output.splitlines()
