"""How fast sensitivity indices are: exact and sampled, beside SALib's, in one run and taking turns.

    python -m benchmarks.indices            some minutes; needs SALib
    python -m benchmarks.indices --quick    to see that all of it runs

SALib is timed at its own work alone, sampling and analysis, with no model evaluated between them and none of
scipy's slow inverse distribution functions. Ours is timed cold: a model fresh from its file, no cache filled.
"""

from __future__ import annotations

import argparse
import pickle
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.other_tools.salib_indices import (
    salib,
    salib_analysis,
    salib_at_even_points,
    salib_rows,
)
from benchmarks.reference_models import INPUTS, Array
from benchmarks.report import Aim, Table, aims_table, markdown, seconds, times_as_many
from benchmarks.timing import Job, interleaved, ratio
from costmodel.analysis import quadrature
from costmodel.analysis.exact_indices import ExactIndices, exact_indices
from costmodel.analysis.pick_freeze import SampledShares, of_swaps
from costmodel.analysis.swapped_inputs import SwappedInputs
from costmodel.model.expression import Expression
from costmodel.model.measures import measure
from costmodel.model.model import Model
from costmodel.scenario import load
from costmodel.uncertainty.inverse_cdf import inverse_cdf

REFERENCE = Path(__file__).parent / "scenarios" / "reference.yaml"
DRAWS = 16_384
EXACT_AIM, SAMPLED_AIM = 800.0, 100.0


class Errors(NamedTuple):
    """The largest error over the inputs, against exact, as a mean over seeds: of first-order and of total."""

    first: float
    total: float


def indices_section(rounds: int, quick: bool) -> tuple[Table, list[Aim]]:
    """Return times and errors of indices beside SALib's; an empty table where SALib is not installed."""
    tools = salib()
    heads = ("what", "rows", "time", "SALib's time over it", "error, first", "error, total")
    title, note = "Sensitivity indices of net, 28 inputs", _note(rounds)
    if tools is None:
        return Table(title, "SALib is not installed: nothing was measured.", heads, []), []
    sampler, analysis = tools
    draws = 1_024 if quick else DRAWS
    seeds = range(2 if quick else 10)
    exact = _exact()
    ours = [draws // 4, draws // 2, draws]
    errors = {rows: _errors([_sampled_indices(rows, seed) for seed in seeds], exact) for rows in ours}
    theirs = _errors(
        [salib_at_even_points(sampler, analysis, _quantiles(), draws, seed) for seed in seeds], exact
    )
    values = np.random.default_rng(1).normal(size=draws * (len(INPUTS) + 2))
    jobs: dict[str, Job] = {
        "SALib samples": lambda: salib_rows(sampler, draws, 1),
        "SALib analyses": lambda: salib_analysis(analysis, values, 1),
        "exact": _cold(lambda model: exact_indices(model, "net")),
    }
    for rows in ours:
        jobs[f"sampled {rows}"] = _cold(partial(_sampled, draws=rows, seed=1))
    timings = interleaved(jobs, rounds)
    both = timings["SALib samples"].rounds, timings["SALib analyses"].rounds
    salib_time = type(timings["exact"])(tuple(a + b for a, b in zip(*both, strict=True)))
    lines = [("SALib, sampling and analysis", f"{draws:,}", seconds(salib_time.median), "1", *_told(theirs))]
    ratios = {}
    for name, rows in (("exact", 0), *((f"sampled {each}", each) for each in ours)):
        ratios[name] = ratio(salib_time, timings[name])
        told = ("0", "0") if not rows else _told(errors[rows])
        times = times_as_many(ratios[name])
        label = "exact, cold" if not rows else "sampled, cold"
        lines.append((label, f"{rows:,}" if rows else "-", seconds(timings[name].median), times, *told))
    even = [
        rows for rows in ours if errors[rows].first <= theirs.first and errors[rows].total <= theirs.total
    ]
    at_equal_error = ratios[f"sampled {even[0]}"].median if even else 0.0
    rows_told = f"at {even[0]:,} rows" if even else f"at up to {draws:,} rows the error is larger"
    aims = [
        Aim(
            f"exact indices, cold, at least {EXACT_AIM:g} times faster than SALib at {draws:,}",
            f"{times_as_many(ratios['exact'])} times",
            ratios["exact"].median >= EXACT_AIM,
        ),
        Aim(
            f"sampled indices at least {SAMPLED_AIM:g} times faster at an error no larger",
            f"{at_equal_error:,.0f} times {rows_told}",
            at_equal_error >= SAMPLED_AIM,
        ),
    ]
    return Table(title, note, heads, lines), aims


def _note(rounds: int) -> str:
    return (
        f"Medians of {rounds} rounds in turns. SALib's rows count each base sample; it asks for the model's "
        f"values at {len(INPUTS) + 2} times as many, which are not timed, nor is scipy's exact inverse of a "
        "beta. Ours evaluates its model, draws and all. Errors are the largest of the inputs' against the "
        "exact indices, a mean over seeds."
    )


def _told(errors: Errors) -> tuple[str, str]:
    return f"{errors.first:.4f}", f"{errors.total:.4f}"


def _cold(ask: Callable[[Model], object]) -> Job:
    """Return a job that asks a model nothing was asked of before, in a process that kept nothing."""
    written = pickle.dumps(load(REFERENCE).model)
    fresh: list[Model] = [pickle.loads(written) for _ in range(64)]  # noqa: S301 - written two lines above

    def job() -> object:
        for kept in vars(quadrature).values():
            if hasattr(kept, "cache_clear"):  # the rules made so far
                kept.cache_clear()
        return ask(fresh.pop())

    return job


def _exact() -> ExactIndices:
    found = exact_indices(load(REFERENCE).model, "net")
    if not isinstance(found, ExactIndices):
        raise TypeError(found)
    return found


def _of_inputs(exact: ExactIndices) -> tuple[Array, Array]:
    pairs = [exact.of_blocks(exact.blocks_of([name]) or ()) for name in INPUTS]
    return np.array([first for first, _ in pairs]), np.array([total for _, total in pairs])


def _sampled(model: Model, draws: int, seed: int) -> SampledShares:
    swapped = SwappedInputs(model, measure(model, "net"), [(name,) for name in INPUTS])
    found = of_swaps(swapped.swap, swapped.evaluate, len(swapped.names), draws, seed)
    if found is None:
        raise TypeError(model.name)
    return found


def _sampled_indices(draws: int, seed: int) -> tuple[Array, Array]:
    found = _sampled(load(REFERENCE).model, draws, seed)
    return found.first.value, found.total.value


def _errors(found: list[tuple[Array, Array]], exact: ExactIndices) -> Errors:
    known = _of_inputs(exact)
    worst = [[float(np.abs(each[part] - known[part]).max()) for each in found] for part in (0, 1)]
    return Errors(float(np.mean(worst[0])), float(np.mean(worst[1])))


def _quantiles() -> dict[str, Callable[[Array], Array]]:
    inputs = load(REFERENCE).model.inputs
    found: dict[str, Callable[[Array], Array]] = {}
    for name in INPUTS:
        value = inputs[name].value
        if isinstance(value, (int, float, Expression)):
            raise TypeError(name)
        found[name] = partial(inverse_cdf, value)
    return found


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that everything runs")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of which the middle one counts")
    options = parser.parse_args()
    table, aims = indices_section(options.rounds, options.quick)
    sys.stdout.write(markdown(aims_table(aims)) + "\n" + markdown(table))


if __name__ == "__main__":
    main()
