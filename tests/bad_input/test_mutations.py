"""Good files with lines lost, doubled, moved and spoilt: an `InputError`, soon, or a model."""

import re
import tempfile
import time
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from costmodel.documents.problems import InputError, Problem, render_problems
from costmodel.documents.scenario_sources import read_scenario
from costmodel.model.compile_scenario import compile_scenario

ROOT = Path(__file__).parents[2]
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))
TABLES = sorted((ROOT / "unit_costs").glob("*.yaml"))
OTHERS = sorted((ROOT / "unit_costs").glob("*/*.yaml"))
SHIPPED = {file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8") for file in SCENARIOS + TABLES}
SMALL = {file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8") for file in OTHERS}
GOOD = Path(__file__).parent / "good"
SHIPPED["scenarios/roll_out.yaml"] = (GOOD / "roll_out.yaml").read_text(encoding="utf-8")
SMALL["unit_costs/optimism_bias/anytown.yaml"] = (GOOD / "optimism_bias.yaml").read_text(encoding="utf-8")
JUNK = [
    "NO", "010", "12:30", "1,234", "£5,000", "5%", "2024-01-01", ".nan", "-1", "1e999", "0", "null", "~", "yes",
    "[", "]", "{", "}", "[1, 2]", "{a: 1}", "&a", "*a", "!!x", "<<", "''", '"', "'", ":", "- ", "#", "|", ">",
    "= 1 / 0", "= p0", "= nosuch +", "= (", "\t", "\x00", "\ufeff", "é", "rest", "extends", "inputs", "title",
    "min", "1e308", "-1e308", "as stated", "2017-18", "9" * 50, "x-", "?", "%", "tendring_report", "= 1e308*10",
    "../x", "\u2028", "weeks-in-care", "dirichlet", "mix", "once",
    "by_age", "survival", "joining", "family", "october", "with", "true", "largest", "placements", "cpp", "1e-9",
]  # fmt: skip
MOST_SECONDS = 30.0  # a bomb takes minutes or all memory; a loaded machine is only slow


@st.composite
def spoilt(draw: st.DrawFn, files: dict[str, str]) -> tuple[str, str]:
    """Return the name of a shipped file, and its text after a few slips."""
    name = draw(st.sampled_from(sorted(files)))
    lines = files[name].split("\n")
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(["delete", "double", "move", "indent", "token", "token", "token", "cut"])):
            case "delete":
                del lines[at]
            case "double":
                lines.insert(at, lines[at])
            case "move":
                lines.insert(draw(st.integers(0, len(lines) - 1)), lines.pop(at))
            case "indent":
                spaces = draw(st.integers(0, 8))
                lines[at] = " " * spaces + lines[at].lstrip()
            case "token":
                tokens = list(re.finditer(r"[^\s{},:\[\]]+|[{},:\[\]]", lines[at]))
                if tokens:
                    token = draw(st.sampled_from(tokens))
                    junk = draw(st.sampled_from(JUNK) | st.text(max_size=3))
                    lines[at] = lines[at][: token.start()] + junk + lines[at][token.end() :]
            case "cut":
                lines = [*lines[:at], lines[at][: draw(st.integers(0, len(lines[at])))]]
        lines = lines or [""]
    return name, "\n".join(lines)


def problems_of(scenario: str, shelf: Path) -> tuple[Problem, ...]:
    """Return what is wrong with a scenario; anything but an InputError escapes."""
    try:
        compile_scenario(read_scenario(scenario, shelf))
    except InputError as error:
        return error.problems
    return ()


def check(name: str, text: str) -> None:
    """Check that a spoilt file compiles or is refused in time, with problems that can be shown."""
    with tempfile.TemporaryDirectory() as folder:
        shelf = Path(folder)
        for each in (*SHIPPED, *SMALL):
            (shelf / each).parent.mkdir(parents=True, exist_ok=True)
        (shelf / name).write_text(text, encoding="utf-8", errors="surrogatepass", newline="")
        scenario = Path(name).stem if name.startswith("scenarios/") else "tendring"
        started = time.perf_counter()
        problems = problems_of(scenario, shelf)
        assert time.perf_counter() - started < MOST_SECONDS
        assert render_problems(problems) or not problems
        for problem in problems:
            place = problem.place
            assert 1 <= place.column <= len(place.line_text) + 1
            assert place.length >= 1
            assert "Input should" not in str(problem)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(spoilt(SHIPPED))
def test_a_spoilt_scenario_or_table_is_an_input_error_or_a_model(case: tuple[str, str]) -> None:
    check(*case)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(spoilt(SMALL))
def test_a_spoilt_index_or_schedule_is_an_input_error_or_a_model(case: tuple[str, str]) -> None:
    check(*case)
