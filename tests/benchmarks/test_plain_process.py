"""Plain numpy in a process of its own: the same passes, nothing of costmodel, no process left behind."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from benchmarks.plain_process import ROOT, plain_process
from benchmarks.reference_models import Shape, numpy_pass
from benchmarks.scenario_sets import scenarios, shape_scenarios

WRONG = {"children": Shape("beta", (1.0, 2.0, 3.0))}


def test_it_makes_the_passes_it_is_told_and_says_how_long_they_took() -> None:
    changes, shapes = scenarios(3), shape_scenarios(2)
    with plain_process() as plain:
        started = time.perf_counter()
        found = plain.passes(1_000, 5, [*changes, *shapes])
        assert 0 < found.seconds < time.perf_counter() - started
        again = plain.passes(1_000, 5, [{}])
    expected = [numpy_pass(1_000, 5 + place, changes=each) for place, each in enumerate(changes)]
    expected += [numpy_pass(1_000, 8 + place, shapes=each) for place, each in enumerate(shapes)]
    assert found.net_means == [figures["net_mean"] for figures in expected]
    assert again.net_means == [numpy_pass(1_000, 5)["net_mean"]]


def test_nothing_of_costmodel_is_in_it() -> None:
    code = "import sys, benchmarks.plain_process; print([m for m in sys.modules if 'costmodel' in m])"
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    assert told.stdout == "[]\n"


def test_it_ends_with_its_context_and_with_an_error_there() -> None:
    with plain_process() as plain:
        plain.passes(1_000, 1, [{}])
        assert plain.process.poll() is None
    assert plain.process.returncode == 0
    with pytest.raises(KeyError), plain_process() as plain:
        raise KeyError
    assert plain.process.returncode == 0


def test_what_fails_there_fails_here_with_its_reason() -> None:
    with plain_process() as plain:
        with pytest.raises(RuntimeError, match="beta does not take 3 parameters"):
            plain.passes(1_000, 1, [WRONG])
        assert plain.process.returncode == 1


def test_one_that_was_killed_is_told_of_however_much_it_is_asked() -> None:
    with plain_process() as plain:
        plain.process.kill()
        plain.process.wait()
        with pytest.raises(RuntimeError, match="has ended with -9"):
            plain.passes(1_000, 1, scenarios(2_000))
