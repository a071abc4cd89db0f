"""What the README shows is what the program prints.

Each fenced block that begins with `$ costmodel …` is run and compared. After a change that is meant,
`COSTMODEL_REWRITE_README=1 pytest tests/test_readme.py` writes the new output into the README.
"""

import os
import re
import shlex
from pathlib import Path

import pytest

from costmodel.commands.main import _exit_code

README = Path(__file__).parent.parent / "README.md"
BLOCK = re.compile(r"```text\n\$ costmodel (?P<arguments>.*)\n(?P<output>(?:.*\n)*?)```\n")
MISTAKE = (
    "    price_year: 2017-18\n    falls_to: {local_authority: 1}",
    "    price_yaer: 2017-18\n    falls_to: {local_authority: 1.1}",
)


def blocks() -> list[re.Match[str]]:
    return list(BLOCK.finditer(README.read_text(encoding="utf-8")))


@pytest.mark.parametrize("number", range(len(blocks())))
def test_the_readme_shows_what_is_printed(
    number: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    block = blocks()[number]
    arguments = shlex.split(block["arguments"])
    monkeypatch.setenv("COLUMNS", "98")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    if arguments[0] == "check":
        table = README.parent / "unit_costs" / "childrens_social_care.yaml"
        (tmp_path / "unit_costs").mkdir()
        text = table.read_text(encoding="utf-8")
        assert MISTAKE[0] in text
        (tmp_path / "unit_costs" / table.name).write_text(text.replace(*MISTAKE, 1), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    _exit_code(arguments)
    printed = "".join(f"{line.rstrip()}\n" for line in capsys.readouterr().out.splitlines())
    if os.environ.get("COSTMODEL_REWRITE_README"):
        text = README.read_text(encoding="utf-8")
        README.write_text(text.replace(block["output"], printed, 1) if block["output"] else
                          text[: block.start("output")] + printed + text[block.end("output"):], encoding="utf-8")  # fmt: skip
        return
    assert printed == block["output"]


def test_the_readme_shows_an_appraisal_a_mistake_a_sweep_and_what_drives_it() -> None:
    assert [block["arguments"].split()[0] for block in blocks()] == ["run", "check", "sweep", "sensitivity"]
