"""Where a sweep's time goes, stage by stage, each against what this machine can do at that alone.

A sweep draws inputs, makes of them the columns that scenarios share, multiplies these with each scenario's
coefficients, and counts the outcomes. The engine's own tools are timed from outside while it works, on one
core; the matrix products are then done again alone, to tell them from the counting.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from benchmarks.engine_jobs import SEED, Engine, Settings, engines, reference_model
from benchmarks.machine_bounds import INCREMENTS, Bounds
from benchmarks.reference_models import INPUTS, MEASURES
from benchmarks.report import Aim, Table, percent
from benchmarks.scenario_sets import as_design, scenarios
from benchmarks.timing import Timing, interleaved

if TYPE_CHECKING:
    from costmodel.analysis.sweep_plan import Plan
    from costmodel.analysis.sweep_tools import Tools


class Seen(NamedTuple):
    """One timed sweep: seconds by stage, and what was multiplied in its last slab, tile by tile."""

    seconds: dict[str, float]
    counting: Any
    shared: list[Any]
    tiles: list[slice]


def stage_section(settings: Settings, bounds: Bounds) -> tuple[Table, list[Aim]]:
    """Return every stage's time per draw, or per draw of a scenario, and its bound's share of it."""
    count, draws = (64, 20_000) if settings.quick else (512, 200_000)
    rows: list[tuple[str, ...]] = []
    for engine in engines():
        rows += _rows(engine, count, draws, settings.rounds, bounds)
    note = (
        f"{count} scenarios x {draws:,} draws, one worker, the middle round of each stage. Draws and columns "
        "are made once for all scenarios of a block, and are told per draw. An outcome is one draw of one "
        "scenario, all four measures of it."
    )
    heads = ("stage", "per", "ns", "bound", "ns at the bound", "bound / time")
    return Table("Stages", note, heads, rows), []


def _rows(engine: Engine, count: int, draws: int, rounds: int, bounds: Bounds) -> list[tuple[str, ...]]:
    from costmodel.analysis.sweep_plan import plan_sweep

    plan = plan_sweep(reference_model(), as_design(scenarios(count)), MEASURES)
    _watched(plan, engine, draws)
    found = [_watched(plan, engine, draws) for _ in range(rounds)]
    middle = {name: Timing(tuple(seen.seconds[name] for seen in found)).median for name in found[0].seconds}
    products = _Products(found[-1], count)
    evaluate = interleaved({"": products.run}, rounds)[""].median / products.outcomes
    per_draw, per_outcome = 1e9 / draws, 1e9 / (draws * count)
    quantiles = (middle["tile"] + middle["percentiles"]) * per_outcome - evaluate * 1e9
    columns = (middle["columns"] + middle["share"]) * per_draw
    told = middle["draw"] + middle["columns"] + middle["share"] + middle["tile"] + middle["percentiles"]
    moved = len(plan.columns) * (8 + 8 + 4)  # written, read for the sums, copied as float32
    generator = len(INPUTS) * min(bounds.uniform_ns, _own_uniform_ns(engine, rounds))
    lines = [
        _line("draw", "draw", middle["draw"] * per_draw, "generator alone", generator),
        _line("columns", "draw", columns, "memory bandwidth", moved / bounds.copy_gbs),
        _line("evaluate", "outcome", evaluate * 1e9, "product alone", products.flops / bounds.product_gflops),
        _line("quantiles", "outcome", quantiles, "increments alone", _increments(bounds)),
        _line("all else", "outcome", (middle["all"] - told) * per_outcome, "", None),
        _line("all", "outcome", middle["all"] * per_outcome, "FMA + 1 increment a cycle", bounds.hardware_ns),
    ]
    return [(f"{engine}: {line[0]}", *line[1:]) for line in lines]


def _line(stage: str, per: str, ns: float, bound: str, least: float | None) -> tuple[str, ...]:
    if least is None:
        return stage, per, f"{ns:,.2f}", bound, "", ""
    return stage, per, f"{ns:,.2f}", bound, f"{least:,.2f}", percent(least / ns)


def _increments(bounds: Bounds) -> float | None:
    return None if bounds.increment_ns is None else INCREMENTS * bounds.increment_ns


def _own_uniform_ns(engine: Engine, rounds: int) -> float:
    """Return the time of one number of the engine's own generator."""
    from costmodel.analysis.sweep_tools import tools

    uniforms, count = tools(engine, map, lambda: False).drawing.uniforms, 1_000_000
    taken = interleaved({"": lambda: uniforms(SEED, "families", 0, count)}, rounds)[""]
    return min(taken.rounds) / count * 1e9


class _Products:
    """The matrix products of a slab, done again as the engine does them and nothing else."""

    def __init__(self, seen: Seen, count: int) -> None:
        compiled = hasattr(seen.counting, "products")
        whole = [each.slope for each in seen.counting.products] if compiled else [
            each.weights for each in seen.counting.measures
        ]  # fmt: skip
        self.columns = [
            np.split(each.columns, np.cumsum(seen.counting.sizes)[:-1]) if compiled else each[1]
            for each in seen.shared
        ]
        self.weights = [[each[rows] for each in whole] for rows in seen.tiles]
        self.flops = 2.0 * sum(each.shape[1] for each in whole)
        self.outcomes = float(count * sum(each[0].shape[1] for each in self.columns))
        largest = max(len(weights[0]) for weights in self.weights)
        self.into = np.empty((largest, max(each[0].shape[1] for each in self.columns)), np.float32)

    def run(self) -> None:
        for weights in self.weights:
            for columns in self.columns:
                for left, right in zip(weights, columns, strict=True):
                    np.matmul(left, right, out=self.into[: len(left), : right.shape[1]])


def _watched(plan: Plan, engine: Engine, draws: int) -> Seen:
    """Run a sweep and return what its tools took."""
    from costmodel.analysis import sweep_engine
    from costmodel.analysis.sweep_columns import Source
    from costmodel.analysis.sweep_tools import tools

    seconds: defaultdict[str, float] = defaultdict(float)
    kept: dict[str, Any] = {}

    def timed(name: str, run: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*arguments: Any, **named: Any) -> Any:
            started = time.perf_counter()
            try:
                return run(*arguments, **named)
            finally:
                seconds[name] += time.perf_counter() - started

        return wrapped

    own: Tools = tools(engine, map, lambda: False)

    class Watching:
        """The engine's counting, timed."""

        def __init__(self, *arguments: Any) -> None:
            self.inner = own.counting(*arguments)
            self.error = self.inner.error
            self.share = timed("share", self.inner.share)
            kept["counting"] = self.inner
            self.timed_tile = timed("tile", self.inner.tile)

        def tile(self, target: Any, shared: list[Any]) -> None:
            if kept.get("shared") is not shared:
                kept["shared"], kept["tiles"] = shared, []
            kept["tiles"].append(target.rows)
            self.timed_tile(target, shared)
            self.error = self.inner.error

    watching = own._replace(
        drawing=own.drawing._replace(inputs=timed("draw", own.drawing.inputs)),
        counting=Watching,
        percentiles=timed("percentiles", own.percentiles),
    )
    started = time.perf_counter()
    sweep_engine.run_block(plan, draws, SEED, watching)
    seconds["all"] = time.perf_counter() - started
    drew = seconds["draw"]
    source = Source(plan, SEED, watching.drawing)
    started = time.perf_counter()
    for at in range(0, draws, sweep_engine.CHUNK):
        source.group_columns(source.chunk(at, min(at + sweep_engine.CHUNK, draws)), plan.groups[0])
    seconds["columns"] = time.perf_counter() - started - (seconds["draw"] - drew)
    seconds["draw"] = drew
    return Seen(dict(seconds), kept["counting"], kept["shared"], kept["tiles"])
