"""The whole appraisal of one scenario: lines, measures, cases, ranges, bands, and what to know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from costmodel.analysis.notices import Notice, notices
from costmodel.analysis.switching import SwitchingValue, switching_value
from costmodel.analysis.value_range import ValueRange, value_range
from costmodel.model.line import Line
from costmodel.model.measures import measure, measure_names, measure_title, measure_unit, payer
from costmodel.model.model import Model

if TYPE_CHECKING:
    from costmodel.analysis.simulation import Band


@dataclass(frozen=True, slots=True)
class MeasureResult:
    """One measure: at best values, in each case, its exact range, and its band where it was simulated."""

    name: str
    title: str
    unit: str
    best: float
    cases: Mapping[str, float]
    range: ValueRange | None
    band: Band | None


@dataclass(frozen=True, slots=True)
class LineResult:
    """One line: its count, unit value and factors at best values, and what it is worth.

    `count` is in `unit`, `unit_value` in pounds of the appraisal's price year, `years` the annuity;
    `mean` is the simulated mean, None where nothing was drawn. `falls_to` holds shares of the value.
    """

    line: Line
    count: float
    unit: str
    unit_value: float
    case_unit_values: Mapping[str, float]
    adjustment: float
    years: float
    falls_to: Mapping[str, float]
    best: float
    cases: Mapping[str, float]
    mean: float | None


@dataclass(frozen=True, slots=True)
class AppraisalResult:
    """Everything `run` shows. `switching` holds, per counterfactual input, best values and each case."""

    model: Model
    payer: str
    measures: Mapping[str, MeasureResult]
    lines: tuple[LineResult, ...]
    agencies: Mapping[str, Mapping[str, float]]
    switching: Mapping[str, Mapping[str, SwitchingValue]]
    notices: tuple[Notice, ...]
    draws: int
    seed: int
    too_few: tuple[str, ...]
    variance_share: Mapping[str, float]


def appraise(
    model: Model,
    draws: int,
    seed: int,
    workers: int = 1,
    measures: tuple[str, ...] = (),
    progress: Callable[[int], None] | None = None,
) -> AppraisalResult:
    """Return the appraisal of a model: `draws` of 0, or a model without uncertain inputs, simulates nothing.

    `measures` are shown beside the usual ones. Raises `UnknownMeasure` for one the model does not have.
    """
    wanted = tuple(dict.fromkeys((*measure_names(model), *measures)))
    expressions = {name: measure(model, name) for name in wanted}
    points = {case: model.best_point(rules) for case, rules in model.cases.items()}
    best = model.best_point()
    simulation = None
    if draws and model.uncertain:
        from costmodel.analysis.simulation import simulate

        simulation = simulate(model, wanted, draws, seed, workers, progress)
    results = {
        name: MeasureResult(
            name,
            measure_title(model, name),
            measure_unit(model, name),
            model.value(expression, best),
            {case: model.value(expression, point) for case, point in points.items()},
            value_range(model, name),
            simulation.bands[name] if simulation is not None else None,
        )
        for name, expression in expressions.items()
    }
    means = simulation.line_means if simulation is not None else {}
    shares = simulation.variance_share if simulation is not None else {}
    lines = tuple(_line_result(model, line, best, points, means.get(line.name)) for line in model.lines)
    return AppraisalResult(
        model, payer(model), results, lines, _agencies(model, best, points), _switching(model),
        notices(model, shares), simulation.draws if simulation is not None else 0, seed,
        simulation.too_few if simulation is not None else (), shares,
    )  # fmt: skip


def _line_result(
    model: Model,
    line: Line,
    best: Mapping[str, float],
    points: Mapping[str, Mapping[str, float]],
    mean: float | None,
) -> LineResult:
    unit_value = model.value(line.unit_value, best)
    agencies = {
        agency: sum(
            model.value(part.value, best) * part.falls_to.get(agency, 0.0) for part in line.unit_values
        )
        for agency in line.agencies
    }
    falls_to = {agency: value / unit_value if unit_value else 0.0 for agency, value in agencies.items()}
    return LineResult(
        line,
        model.value(line.quantity, best),
        line.unit_values[0].unit,
        unit_value,
        {case: model.value(line.unit_value, point) for case, point in points.items()},
        model.value(line.adjustment, best),
        model.value(line.annuity, best),
        falls_to,
        model.value(line.present_value, best),
        {case: model.value(line.present_value, point) for case, point in points.items()},
        mean,
    )


def _agencies(
    model: Model, best: Mapping[str, float], points: Mapping[str, Mapping[str, float]]
) -> dict[str, dict[str, float]]:
    """Return, per agency, what it gains (gross), pays (cost) and nets: at best, and net in each case."""
    found: dict[str, dict[str, float]] = {}
    for agency in model.agencies:
        figures = {
            name: model.value(measure(model, f"{name}_{agency}"), best) for name in ("gross", "cost", "net")
        }
        net = measure(model, f"net_{agency}")
        figures |= {f"net in {case}": model.value(net, point) for case, point in points.items()}
        found[agency] = figures
    return found


def _switching(model: Model) -> dict[str, dict[str, SwitchingValue]]:
    """Return the switching values of the counterfactual inputs that are not derived from another."""
    found: dict[str, dict[str, SwitchingValue]] = {}
    for name in model.counterfactual:
        if not model.inputs[name].is_derived:
            cases = {"best": None, **model.cases}
            found[name] = {case: switching_value(model, name, chosen=rules) for case, rules in cases.items()}
    return found
