"""The whole appraisal of one scenario: lines, measures, cases, ranges, bands, and what to know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.analysis.notice import Notice
from costmodel.analysis.notices import notices
from costmodel.analysis.switching import SwitchingValue, switching_value
from costmodel.analysis.value_range import ValueRange, divides_by_zero, value_range
from costmodel.model.expression import Expression
from costmodel.model.line import Line
from costmodel.model.measures import measure, measure_names, measure_title, measure_unit, payer
from costmodel.model.model import Model, depends_on

if TYPE_CHECKING:
    from costmodel.analysis.moments import Moments, NoClosedForm
    from costmodel.analysis.over_time import OverTime
    from costmodel.analysis.simulation import Band
    from costmodel.analysis.table import Table


class MeasureResult(NamedTuple):
    """One measure: at best values, in each case, its exact range, and its band where it was simulated.

    `divides_by_zero` says that its divisor can be zero or change sign within the inputs' bounds; such a
    measure has neither a range nor a band. `closed_form` is there where it was asked for.
    """

    name: str
    title: str
    unit: str
    best: float
    cases: Mapping[str, float]
    range: ValueRange | None
    band: Band | None
    divides_by_zero: bool = False
    closed_form: Moments | NoClosedForm | None = None


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
    case_counts: Mapping[str, float]
    case_adjustments: Mapping[str, float]
    case_years: Mapping[str, float]
    adjustment: float
    years: float
    falls_to: Mapping[str, float]
    best: float
    cases: Mapping[str, float]
    mean: float | None


class AppraisalResult(NamedTuple):
    """Everything `run` shows.

    `switching` holds, per counterfactual input, best values and each case; `held` names the counterfactual
    inputs that are taken as certain, so that no chance is a chance of the whole. `over_time` is there where
    it was asked for, or something is rolled out.
    """

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
    held: tuple[str, ...]
    over_time: OverTime | None = None

    def tables(self) -> tuple[Table, ...]:
        """Return the measures, the lines and the agencies, a table each."""
        from costmodel.analysis.appraisal_tables import appraisal_tables

        return appraisal_tables(self)

    def to_dict(self) -> dict[str, Any]:
        """Return every table by name, each a list of records: what `json.dumps` takes."""
        from costmodel.analysis.table import tables_dict

        return tables_dict(self.tables())

    def to_records(self) -> list[dict[str, Any]]:
        """Return the measures, a record each, as `pandas.DataFrame` takes them."""
        from costmodel.analysis.table import first_records

        return first_records(self.tables())

    def _repr_html_(self) -> str:
        """Return every table as a notebook shows it."""
        from costmodel.analysis.table import tables_html

        return tables_html(self.tables())


def appraise(
    model: Model,
    draws: int,
    seed: int,
    workers: int = 1,
    measures: tuple[str, ...] = (),
    progress: Callable[[int], None] | None = None,
    closed_forms: bool = False,
    over_time: bool | None = None,
    engine: str = "numpy",
) -> AppraisalResult:
    """Return the appraisal of a model.

    `draws` of 0, or a model without uncertain inputs, simulates nothing. `measures` are shown beside the
    usual ones; `closed_forms` asks for exact means and variances, `over_time` for the years, which None
    leaves to whether something is rolled out; `progress` then counts every draw twice. The bands are drawn
    with `engine`, numpy or compiled; the years always with numpy. Raises
    `UnknownMeasure` for a measure the model does not have.
    """
    wanted = tuple(dict.fromkeys((*measure_names(model), *measures)))
    expressions = {name: measure(model, name) for name in wanted}
    points = {case: model.best_point(rules) for case, rules in model.cases.items()}
    best = model.best_point()
    simulation = None
    if draws and model.uncertain:
        from costmodel.analysis.simulation import simulate

        simulation = simulate(model, wanted, draws, seed, workers, progress, engine)
    if closed_forms:
        from costmodel.analysis.moments import closed_form
    results = {}
    for name, expression in expressions.items():
        found = value_range(model, name)
        unsound = found is None and divides_by_zero(model, name)
        results[name] = MeasureResult(
            name,
            measure_title(model, name),
            measure_unit(model, name),
            model.value(expression, best),
            {case: model.value(expression, point) for case, point in points.items()},
            found,
            None if unsound or simulation is None else simulation.bands[name],
            unsound,
            closed_form(model, name) if closed_forms else None,
        )
    means = simulation.line_means if simulation is not None else {}
    shares = simulation.variance_share if simulation is not None else {}
    lines = tuple(_line_result(model, line, best, points, means.get(line.name)) for line in model.lines)
    told = list(notices(model, shares))
    years = None
    if shows_years(model, over_time):
        years, of_years = _over_time(model, draws, seed, workers, progress)
        told += of_years
    return AppraisalResult(
        model, payer(model), results, lines, _agencies(model, best, points), _switching(model),
        tuple(told), simulation.draws if simulation is not None else 0, seed,
        simulation.too_few if simulation is not None else (), shares, _held(model),
        years,
    )  # fmt: skip


def shows_years(model: Model, asked: bool | None) -> bool:
    """Return whether an appraisal shows its years: as asked, or where nobody said, for a roll-out."""
    return model.rollout is not None if asked is None else asked


def _over_time(
    model: Model, draws: int, seed: int, workers: int, progress: Callable[[int], None] | None
) -> tuple[OverTime, list[Notice]]:
    from costmodel.analysis.over_time import over_time
    from costmodel.analysis.rollout_notices import over_time_notices

    told = None if progress is None else lambda finished: progress(draws + finished)
    found = over_time(model, draws, seed, workers, told)
    return found, over_time_notices(found)


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

    def in_cases(part: Expression) -> dict[str, float]:
        return {case: model.value(part, point) for case, point in points.items()}

    return LineResult(
        line=line,
        count=model.value(line.quantity, best),
        unit=line.unit_values[0].unit,
        unit_value=unit_value,
        case_unit_values=in_cases(line.unit_value),
        case_counts=in_cases(line.quantity),
        case_adjustments=in_cases(line.adjustment),
        case_years=in_cases(line.annuity),
        adjustment=model.value(line.adjustment, best),
        years=model.value(line.annuity, best),
        falls_to=falls_to,
        best=model.value(line.present_value, best),
        cases=in_cases(line.present_value),
        mean=mean,
    )


def _agencies(
    model: Model, best: Mapping[str, float], points: Mapping[str, Mapping[str, float]]
) -> dict[str, dict[str, float]]:
    """Return, per agency, what it gains (gross), pays (cost) and nets: at best, and net in each case."""
    found: dict[str, dict[str, float]] = {}
    for agency in model.agencies:
        figures = {
            name: model.value(measure(model, f"{name}_{agency}"), best)
            for name in ("gross", "cost", "net", "net_cashable")
        }
        net = measure(model, f"net_{agency}")
        figures |= {f"net in {case}": model.value(net, point) for case, point in points.items()}
        found[agency] = figures
    return found


def _held(model: Model) -> tuple[str, ...]:
    drawn = {item.name for item in model.uncertain}
    return tuple(name for name in model.counterfactual if not depends_on(model, name, drawn))


def _switching(model: Model) -> dict[str, dict[str, SwitchingValue]]:
    """Return the switching values of the counterfactual inputs that are used and not derived from another.

    At best values, and in every case that does not set the input itself.
    """
    found: dict[str, dict[str, SwitchingValue]] = {}
    for name in model.counterfactual:
        if not model.inputs[name].is_derived and name not in model.unused:
            rules = {case: rules for case, rules in model.cases.items() if name not in rules}
            cases = {"best": None, **rules}
            found[name] = {case: switching_value(model, name, chosen=rules) for case, rules in cases.items()}
    return found
