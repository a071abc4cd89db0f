"""Where a sweep's time goes, stage by stage, each against what this machine can do at that alone.

A sweep draws inputs, makes of them the columns that scenarios share, multiplies these with each scenario's
coefficients, and counts the outcomes. The engine's own tools are timed from outside while it works, on one
core.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from benchmarks.engine_jobs import SEED, Engine, Settings, engines, reference_model
from benchmarks.machine_bounds import Bounds, outcome_bound, share_of_bound
from benchmarks.reference_models import INPUTS, MEASURES
from benchmarks.report import Aim, Table, percent, share_of_rounds
from benchmarks.scenario_sets import as_design, scenarios
from benchmarks.timing import Timing, interleaved

if TYPE_CHECKING:
    from costmodel.analysis.sweep_plan import Plan
    from costmodel.analysis.sweep_tools import Tools


def stage_section(settings: Settings, bounds: Bounds) -> tuple[Table, list[Aim]]:
    """Return every stage's time per draw, or per draw of a scenario, and its bound's share of it."""
    count, draws = (64, 20_000) if settings.quick else (1_000, 100_000)
    rows: list[tuple[str, ...]] = []
    for engine in engines():
        rows += _rows(engine, count, draws, settings.rounds, bounds)
    note = (
        f"{count:,} scenarios x {draws:,} draws, one worker, the middle round of each stage. Draws and "
        "columns are made once for all scenarios of a block, and are told per draw; where one call makes "
        "both, the draws are made once more by themselves, and columns are what is left of the call. An "
        "outcome is one draw of one scenario, all four measures of it; its bound is measured again before "
        "each round, and the share is the median of the rounds', with the worst and the best."
    )
    heads = ("stage", "per", "ns", "bound", "ns at the bound", "bound / time")
    return Table("Stages", note, heads, rows), []


def _rows(engine: Engine, count: int, draws: int, rounds: int, bounds: Bounds) -> list[tuple[str, ...]]:
    from costmodel.analysis.sweep_plan import plan_sweep

    plan = plan_sweep(reference_model(), as_design(scenarios(count)), MEASURES)
    times = _times(plan, engine, draws, rounds)
    middle = {name: taken.median for name, taken in times.items()}
    outcomes = draws * count
    per_draw, per_outcome = 1e9 / draws, 1e9 / outcomes
    told = sum(middle[name] for name in ("draw", "columns", "sums", "count"))
    moved = len(plan.columns) * (8 + 8 + 4)  # written, read for the sums, copied as float32
    generator = len(INPUTS) * min(bounds.uniform_ns, _own_uniform_ns(engine, rounds))
    columns = middle["columns"] * per_draw
    lines = [
        _line("draw", "draw", middle["draw"] * per_draw, "generator alone", generator),
        _line("columns", "draw", columns, "memory bandwidth", moved / bounds.copy_gbs),
        _line("sums of columns and their products", "draw", middle["sums"] * per_draw, "", None),
        _outcome_line("products, bins and percentiles", times["count"], times.get("bound"), outcomes),
        _line("all else", "outcome", (middle["all"] - told) * per_outcome, "", None),
        _outcome_line("all", times["all"], times.get("bound"), outcomes),
    ]
    return [(f"{engine}: {line[0]}", *line[1:]) for line in lines]


def _line(stage: str, per: str, ns: float, bound: str, least: float | None) -> tuple[str, ...]:
    if least is None:
        return stage, per, f"{ns:,.2f}", bound, "", ""
    return stage, per, f"{ns:,.2f}", bound, f"{least:,.2f}", percent(least / ns)


def _outcome_line(stage: str, taken: Timing, least: Timing | None, outcomes: int) -> tuple[str, ...]:
    ns, bound = taken.median / outcomes * 1e9, "FMA + 1 increment a cycle"
    if least is None:
        return _line(stage, "outcome", ns, bound, None)
    share = share_of_rounds(share_of_bound(least, taken, outcomes))
    return stage, "outcome", f"{ns:,.2f}", bound, f"{least.median * 1e9:,.2f}", share


def _times(plan: Plan, engine: Engine, draws: int, rounds: int) -> dict[str, Timing]:
    """Return what each stage took, round by round; and the `bound` of an outcome, where that is measured."""
    bound = outcome_bound()
    _watched(plan, engine, draws)
    found = []
    for _ in range(rounds):
        least = {} if bound is None else {"bound": bound.seconds()}
        found.append(least | _watched(plan, engine, draws))
    return {name: Timing(tuple(seen[name] for seen in found)) for name in found[0]}


def _own_uniform_ns(engine: Engine, rounds: int) -> float:
    """Return the time of one number of the engine's own generator."""
    from costmodel.analysis.sweep_tools import tools

    uniforms, count = tools(engine, map, lambda: False).drawing.uniforms, 1_000_000
    taken = interleaved({"": lambda: uniforms(SEED, "families", 0, count)}, rounds)[""]
    return min(taken.rounds) / count * 1e9


def _watched(plan: Plan, engine: Engine, draws: int) -> dict[str, float]:
    """Run a sweep and return what its tools took, in seconds by stage, and `all`."""
    from costmodel.analysis import sweep_engine
    from costmodel.analysis.sweep_tools import tools

    seconds: defaultdict[str, float] = defaultdict(float)

    under_way: list[str] = []

    def timed(name: str, run: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*arguments: Any, **named: Any) -> Any:
            if name in under_way:  # a step of the same stage calls another
                return run(*arguments, **named)
            under_way.append(name)
            started = time.perf_counter()
            try:
                return run(*arguments, **named)
            finally:
                seconds[name] += time.perf_counter() - started
                under_way.remove(name)

        return wrapped

    own: Tools = tools(engine, map, lambda: False)

    def evaluation(*arguments: Any) -> Any:
        found = own.evaluation(*arguments)
        run = timed("columns", found.run)
        return SimpleNamespace(own=found, memory=found.memory, room=found.room, run=run)

    def counting(*arguments: Any) -> Any:
        found: Any = own.counting(*arguments)
        found.lay_out = timed("columns", found.lay_out)
        for step in ("share", "tile", "tile_at_once"):
            setattr(found, step, timed("count", getattr(found, step)))
        return found

    def products(*arguments: Any) -> Any:
        return timed("sums", own.products(*arguments))

    def drawn_program(model: Any, evaluation: Any, seed: int) -> Any:
        found = own.drawn_program(model, evaluation.own, seed)
        if found is None:
            return None
        return SimpleNamespace(outputs=found.outputs, fill=timed("made", found.fill))

    watching = own._replace(
        drawing=own.drawing._replace(inputs=timed("draw", own.drawing.inputs)),
        evaluation=evaluation,
        standardised=timed("columns", own.standardised),
        drawn_program=drawn_program,
        products=products,
        counting=counting,
    )
    started = time.perf_counter()
    sweep_engine.run_block(plan, draws, SEED, watching)
    seconds["all"] = time.perf_counter() - started
    if "made" in seconds:  # drawn and turned into columns in one call: the same draws by themselves
        own.drawing.inputs(plan.model, SEED, 0, sweep_engine.CHUNK)
        for start in range(0, draws, sweep_engine.CHUNK):
            timed("draw", own.drawing.inputs)(plan.model, SEED, start, min(start + sweep_engine.CHUNK, draws))
        seconds["columns"] += seconds.pop("made") - seconds["draw"]
    return dict(seconds)
