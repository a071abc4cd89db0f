"""Sweeps: the same appraisal under thousands of scenarios, every one on the same draws.

A scenario sees the same draws of every input it does not change, so what differs between two scenarios is
what was changed and not chance. One that changes nothing differs from the base by exactly nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.exact_sweep import exact_figures
from costmodel.analysis.sweep_blocks import (
    BlockFigures,
    Setting,
    block_size,
    blocks,
    engine_for,
    figures_of,
    shared_bytes,
    work_on,
)
from costmodel.analysis.sweep_plan import impossible, unchanged
from costmodel.analysis.sweep_result import SIMULATED, SweepChunk, SweepResult
from costmodel.defaults import DRAWS, SEED
from costmodel.execution.places import Place
from costmodel.execution.runner import run_tasks
from costmodel.execution.store import Store
from costmodel.execution.threads import Threads
from costmodel.model.design import Design
from costmodel.model.measures import HEADLINE, UnknownMeasure, askable_measures, is_measure
from costmodel.model.model import Model

Array = NDArray[np.float64]

ENGINES = ("auto", "numpy", "compiled")
EXACT_BLOCK = 50_000
"""Scenarios told of at a time when nothing is drawn."""
SIMULATED_AT_LEAST = 2


class ScenarioFailed(ValueError):  # noqa: N818 - told to the person who wrote the scenario
    """A scenario that cannot be: `row` is its row in the design, `inputs` how it was made, by label."""

    def __init__(self, row: int, inputs: dict[str, str], reason: str) -> None:
        made = ", ".join(f"{label} {value}" for label, value in inputs.items() if value)
        super().__init__(f"scenario {row + 1} ({made or 'nothing changed'}): {reason}")
        self.row = row
        self.inputs = inputs
        self.reason = reason


class Request(NamedTuple):
    """What is asked of a sweep. `draws` of 0 gives exact figures and simulates nothing.

    `engine` is `numpy`, `compiled` or `auto`. Without `keep_going` the first scenario that cannot be stops
    the sweep.
    """

    model: Model
    design: Design
    measures: tuple[str, ...] = HEADLINE
    draws: int = DRAWS
    seed: int = SEED
    engine: str = "auto"
    keep_going: bool = False


class Running(NamedTuple):
    """A sweep under way: its engine, the base's figures by name, and its chunks in order.

    `quantiles` says how percentiles are found: `exact`, `histogram`, or `none` where nothing is drawn.
    """

    engine: str
    quantiles: str
    base: dict[str, float]
    chunks: Iterator[SweepChunk]


class Executed(NamedTuple):
    """Where a sweep runs: `place` gives its workers, `threads` how many share one block, `store` keeps it.

    `finished` is told the number of scenarios done, and whether they were in the store.
    """

    place: Place
    threads: int = 1
    store: Store | None = None
    finished: Callable[[int, bool], None] | None = None

    def close(self) -> None:
        """Bring what the store says of itself up to date."""
        if self.store is not None:
            self.store.close()


def start(request: Request, executed: Executed) -> Running:
    """Return a sweep under way; its chunks come as they are finished, in the order of the design.

    Raises `UnknownMeasure`, and `ScenarioFailed` (at once or from the chunks) unless told to keep going.
    """
    if not request.measures:
        message = "a sweep needs a measure"
        raise ValueError(message)
    if request.engine not in ENGINES:
        message = f"there is no engine '{request.engine}'; there are {', '.join(ENGINES)}"
        raise ValueError(message)
    for name in request.measures:
        if not is_measure(request.model, name):
            raise UnknownMeasure(name, askable_measures(request.model))
    if request.draws == 0:
        return _exact(request, executed)
    if request.draws < SIMULATED_AT_LEAST:
        message = f"{request.draws} draws; a band takes two or more"
        raise ValueError(message)
    return _simulated(request, executed)


def _exact(request: Request, executed: Executed) -> Running:
    def figures(values: Array) -> dict[str, Array]:
        part = Design(request.design.kind, request.design.columns, values)
        return exact_figures(request.model, part, request.measures, closed_forms=True, ranges=True).figures

    def chunks() -> Iterator[SweepChunk]:
        design = request.design
        for begin in range(0, design.scenarios, EXACT_BLOCK):
            end = min(begin + EXACT_BLOCK, design.scenarios)
            found = figures(design.values[begin:end])
            part = Design(design.kind, design.columns, design.values[begin:end])
            failures = {begin + row: why for row, why in impossible(request.model, part).items()}
            _refuse_failed(request, failures)
            for values in found.values():
                values[[row - begin for row in failures]] = np.nan
            yield SweepChunk(begin, end, found, failures)
            if executed.finished is not None:
                executed.finished(end - begin, False)

    base = figures(np.full((1, len(request.design.columns)), np.nan))
    return Running("closed forms", "none", {name: float(value[0]) for name, value in base.items()}, chunks())


def _simulated(request: Request, executed: Executed) -> Running:
    design = request.design
    engine = engine_for(request.engine, float(design.scenarios) * request.draws)
    setting = Setting(request.model, design.columns, request.measures, request.draws, request.seed, engine)
    shared = shared_bytes(setting)
    size = block_size(request.draws, engine)

    def done(index: int, found: bool) -> None:
        if executed.finished is not None:
            executed.finished(min(size, design.scenarios - index * size), found)

    count = max(1, -(-design.scenarios // size))
    results = run_tasks(
        work_on(executed.threads), shared, blocks(design, shared, size), place=executed.place,
        store=executed.store, total=count, on_done=done,
    )  # fmt: skip
    unmoved, first = figures_of(next(results), len(request.measures)).apart()
    base = _less_itself(unmoved)
    from costmodel.analysis.sweep_engine import EXACT_UP_TO

    exact = request.draws <= EXACT_UP_TO
    best = _best(request, np.vstack([np.full((1, len(design.columns)), np.nan), design.values[:size]]))
    base_figures = {
        **{name: float(value[0]) for name, value in best.items()},
        **{name: float(value[0]) for name, value in _named(base.figures, request.measures).items()},
    }
    return Running(
        engine,
        "exact" if exact else "histogram",
        base_figures,
        _chunks(
            request,
            chain([first], (figures_of(each, len(request.measures)) for each in results)),
            results,
            size,
            base,
            {name: value[1:] for name, value in best.items()},
        ),
    )


def _less_itself(base: BlockFigures) -> BlockFigures:
    """Return the base's figures, its difference from itself exactly nothing."""
    figures = base.figures.copy()
    for name in ("difference_mean", "difference_standard_error"):
        of_name = figures[:, :, SIMULATED.index(name)]
        of_name[np.isfinite(of_name)] = 0.0
    return BlockFigures(figures, base.failures)


def _best(request: Request, values: Array) -> dict[str, Array]:
    """Return the figures at best values and in each case of some scenarios, those of one row each."""
    part = Design(request.design.kind, request.design.columns, values)
    return exact_figures(request.model, part, request.measures, closed_forms=False, ranges=False).figures


def _named(figures: Array, measures: Sequence[str]) -> dict[str, Array]:
    return {
        f"{name}_{statistic}": figures[:, at, place]
        for at, name in enumerate(measures)
        for place, statistic in enumerate(SIMULATED)
    }


def _chunks(
    request: Request,
    found: Iterator[BlockFigures],
    results: Generator[bytes],
    size: int,
    base: BlockFigures,
    first_best: dict[str, Array],
) -> Iterator[SweepChunk]:
    with closing(results):
        for number, block in enumerate(found):
            begin = number * size
            end = min(begin + size, request.design.scenarios)
            best = _best(request, request.design.values[begin:end]) if number else first_best
            yield _chunk(request, begin, block, base, best)


def _chunk(
    request: Request, begin: int, found: BlockFigures, base: BlockFigures, best: dict[str, Array]
) -> SweepChunk:
    """Return a block's figures by name: what changes nothing is told as the base is, to the last bit."""
    measures, end = request.measures, begin + len(found.figures)
    part = Design(request.design.kind, request.design.columns, request.design.values[begin:end])
    failures = {begin + row: why for row, why in found.failures.items()}
    _refuse_failed(request, failures)
    figures = found.figures.copy()
    same = unchanged(request.model, part, measures)
    same[list(found.failures)] = False
    figures[same] = np.broadcast_to(base.figures, figures.shape)[same]
    for values in best.values():
        values[list(found.failures)] = np.nan  # what cannot be has no figure at best values either
    return SweepChunk(begin, end, {**best, **_named(figures, measures)}, failures)


def _refuse_failed(request: Request, failures: Mapping[int, str]) -> None:
    if failures and not request.keep_going:
        row = min(failures)
        raise ScenarioFailed(row, made(request.design, row), failures[row])


def made(design: Design, row: int) -> dict[str, str]:
    """Return how a scenario was made: each column's label and value as written, empty where left alone."""
    return {column.label: design.written(row, at) for at, column in enumerate(design.columns)}


def sweep(
    model: Model,
    design: Design,
    measures: tuple[str, ...] = HEADLINE,
    draws: int = DRAWS,
    seed: int = SEED,
    *,
    workers: int = 1,
    executor: Executor | None = None,
    cluster: str = "",
    resume: str | Path | None = None,
    engine: str = "auto",
    keep_going: bool = False,
    finished: Callable[[int, bool], None] | None = None,
) -> SweepResult:
    """Return the figures of every scenario of a design.

    `workers` threads of this process share the work; or an `executor` does, with any number of processes or
    machines behind it; or a Dask `cluster` at an address like tcp://host:8786. The figures are the same
    bits wherever they are computed. `resume` names a folder that keeps what is finished and is read first.
    `draws` of 0 gives exact figures and simulates nothing. Raises `ScenarioFailed`, `UnknownMeasure`.
    """
    request = Request(model, design, measures, draws, seed, engine, keep_going)
    where = executed(workers, executor, cluster, resume, finished)
    try:
        return gathered(request, start(request, where))
    finally:
        where.close()


def executed(
    workers: int = 1,
    executor: Executor | None = None,
    cluster: str = "",
    resume: str | Path | None = None,
    finished: Callable[[int, bool], None] | None = None,
) -> Executed:
    """Return where a sweep runs: on a cluster, with an executor, or on threads of this process.

    Raises `NotAStoreError` for a folder to resume from that holds something else.
    """
    if workers < 1:
        message = f"there must be at least 1 worker, not {workers}"
        raise ValueError(message)
    store = Store(Path(resume)) if resume is not None else None
    if cluster:
        from costmodel.execution.cluster import Cluster

        return Executed(Cluster(cluster), 1, store, finished)
    if executor is not None:
        from costmodel.execution.executors import GivenExecutor

        return Executed(GivenExecutor(executor), 1, store, finished)
    # one block at a time, all threads in it: they share its draws
    return Executed(Threads(1), workers, store, finished)


def gathered(request: Request, running: Running, keep: Callable[[str], bool] = lambda _: True) -> SweepResult:
    """Return a sweep's result once all its chunks have come, with the figures whose names are to be kept."""
    scenarios = request.design.scenarios
    figures: dict[str, Array] = {}
    failures: dict[int, str] = {}
    for chunk in running.chunks:
        for name in filter(keep, chunk.figures):
            if name not in figures:
                figures[name] = np.full(scenarios, np.nan)
            figures[name][chunk.start : chunk.stop] = chunk.figures[name]
        failures.update(chunk.failures)
    return SweepResult(
        request.model, request.design, request.measures, figures, running.base, request.draws, request.seed,
        running.engine, running.quantiles, failures,
    )  # fmt: skip
