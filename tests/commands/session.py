"""Commands run in this process, as a person would type them."""

import pytest

from costmodel.commands.main import _exit_code


class Session:
    """Runs a command in this process and keeps what it printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys
        self.out = self.err = ""

    def run(self, *arguments: str) -> int:
        code = _exit_code(list(arguments))
        self.out, self.err = self.capsys.readouterr()
        return code
