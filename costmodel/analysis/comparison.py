"""Scenarios side by side on the same draws: the first is the base, and each other is told against it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from costmodel.analysis.comparison_notices import comparison_notices
from costmodel.analysis.explained_difference import Explained, explain_difference
from costmodel.analysis.notice import Notice
from costmodel.analysis.value_range import divides_by_zero
from costmodel.defaults import DRAWS, SEED
from costmodel.model.measures import HEADLINE, measure, measure_title, measure_unit, payer
from costmodel.model.mixed_scenarios import MixedScenarios
from costmodel.model.model import Model, depends_on

if TYPE_CHECKING:
    from costmodel.analysis.paired_draws import Array, PairedBand
    from costmodel.analysis.simulation import Band
    from costmodel.documents.scenario_sources import ScenarioSources

ROUNDING = 1e-12
"""What rounding comes to, as a share of the pounds that are added up."""


class ComparedMeasure(NamedTuple):
    """A measure that is told of every scenario, in the words of the base."""

    name: str
    title: str
    unit: str


class ScenarioFigures(NamedTuple):
    """One scenario of a comparison: each measure at best values, and its band where one was simulated.

    `label` is the scenario's name, made different where two have the same one. `held` names the
    counterfactual inputs it takes as certain, `payer` the agency that bears most of its cost.
    """

    label: str
    model: Model
    best: Mapping[str, float]
    bands: Mapping[str, Band]
    held: tuple[str, ...]
    payer: str


class Difference(NamedTuple):
    """One measure in a scenario less the same in the base: at best values, and draw by draw."""

    best: float
    paired: PairedBand | None


class Increment(NamedTuple):
    """What a scenario costs and brings beyond the base, in pounds.

    `ratio` is gross over cost, None where the cost is not above 0; its Monte Carlo standard error is 0 at
    best values.
    """

    cost: float
    gross: float
    ratio: float | None = None
    ratio_standard_error: float = 0.0


class PairResult(NamedTuple):
    """One scenario against the base.

    `at_best` and `on_average` are the increments at best values and over the draws; the latter is None where
    nothing was drawn, or where gross or cost does not exist in every draw.
    """

    label: str
    differences: Mapping[str, Difference]
    at_best: Increment
    on_average: Increment | None
    explained: Explained


class Comparison(NamedTuple):
    """Everything `compare` shows: the base first among `scenarios`, one of `pairs` for each other.

    `asked` names the measures that were asked for. `draws` is 0 where nothing was simulated; `too_few` names
    the percentiles so many draws do not settle; `undefined` the measures without a band, because in some
    scenario they divide by what can be 0.
    """

    measures: tuple[ComparedMeasure, ...]
    scenarios: tuple[ScenarioFigures, ...]
    pairs: tuple[PairResult, ...]
    notices: tuple[Notice, ...]
    draws: int
    seed: int
    too_few: tuple[str, ...]
    undefined: tuple[str, ...]
    asked: tuple[str, ...] = ()

    @property
    def base(self) -> ScenarioFigures:
        """Return the scenario the others are compared with."""
        return self.scenarios[0]


def compare(
    models: Sequence[Model],
    draws: int = DRAWS,
    seed: int = SEED,
    workers: int = 1,
    measures: tuple[str, ...] = (),
    progress: Callable[[int], None] | None = None,
    sources: Sequence[ScenarioSources] = (),
) -> Comparison:
    """Return two or more scenarios side by side, the first as the base of every difference.

    `draws` of 0, or no uncertain input anywhere, simulates nothing. `measures` are told beside gross, cost,
    net, the ratio, and the payer's cashable net where all have one payer. `progress` is called with the draws
    finished, counted once for each scenario. `sources` are what the models were compiled from, in their
    order: with them the horizon, the intake and other rules are changes of their own among what explains a
    difference. Memory is 8 bytes x draws x measures x scenarios. Raises
    ValueError for fewer than two scenarios or for one draw, `UnknownMeasure` for a measure that one of them
    does not have, and `InputError` for a draw that cannot be.
    """
    if len(models) < 2:
        message = f"{len(models)} scenarios; a comparison takes two or more"
        raise ValueError(message)
    if draws == 1:
        message = "1 draw; a band takes two or more"
        raise ValueError(message)
    wanted = compared_measures(models, measures)
    unsound = tuple(name for name in wanted if any(divides_by_zero(model, name) for model in models))
    draws = draws if any(model.uncertain for model in models) else 0
    outcomes = None
    if draws:
        from costmodel.analysis.paired_draws import draw_together

        outcomes = draw_together(models, wanted, draws, seed, workers, progress)
    labels = _labels(models)
    scenarios = tuple(
        _figures(model, label, wanted, unsound, None if outcomes is None else outcomes[place])
        for place, (model, label) in enumerate(zip(models, labels, strict=True))
    )
    mixed = [MixedScenarios(sources[0], each) for each in sources[1:]]
    pairs = tuple(
        _pair(
            scenarios[0], other, unsound, None if outcomes is None else (outcomes[0], outcomes[place]),
            explain_difference(models[0], other.model, mixed[place - 1] if mixed else None),
        )
        for place, other in enumerate(scenarios[1:], start=1)
    )  # fmt: skip
    base = models[0]
    named = tuple(
        ComparedMeasure(name, measure_title(base, name), measure_unit(base, name)) for name in wanted
    )
    told = comparison_notices(models, labels, wanted)
    return Comparison(named, scenarios, pairs, told, draws, seed, _too_few(draws), unsound, measures)


def compared_measures(models: Sequence[Model], more: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the measures told of every scenario; `UnknownMeasure` for one that a scenario does not have."""
    payers = {payer(model) for model in models}
    cashable = [f"net_cashable_{agency}" for agency in payers if len(payers) == 1 and agency]
    wanted = tuple(dict.fromkeys((*HEADLINE, *cashable, *more)))
    for model in models:
        for name in wanted:
            measure(model, name)
    return wanted


def _labels(models: Sequence[Model]) -> list[str]:
    """Return the scenarios' names, the second of one name with (2) behind it."""
    names = [model.name for model in models]
    seen = [names[:place].count(name) for place, name in enumerate(names)]
    return [f"{name} ({earlier + 1})" if earlier else name for name, earlier in zip(names, seen, strict=True)]


def _figures(
    model: Model, label: str, wanted: tuple[str, ...], unsound: tuple[str, ...], outcomes: Array | None
) -> ScenarioFigures:
    point = model.best_point()
    best = {name: model.value(measure(model, name), point) for name in wanted}
    bands: dict[str, Band] = {}
    if outcomes is not None:
        from costmodel.analysis.simulation import band

        bands = {
            name: band(outcome) for name, outcome in zip(wanted, outcomes, strict=True) if name not in unsound
        }
    drawn = {item.name for item in model.uncertain}
    held = tuple(name for name in model.counterfactual if not depends_on(model, name, drawn))
    return ScenarioFigures(label, model, best, bands, held, payer(model))


def _pair(
    base: ScenarioFigures,
    other: ScenarioFigures,
    unsound: tuple[str, ...],
    outcomes: tuple[Array, Array] | None,
    explained: Explained,
) -> PairResult:
    """Return one scenario against the base, from float[measure, draw] of each where something was drawn."""
    best = {name: _at_best(base, other, name) for name in base.best}
    ratio = best["gross"] / best["cost"] if best["cost"] > 0 else math.nan
    at_best = Increment(best["cost"], best["gross"], ratio if math.isfinite(ratio) else None)
    paired, on_average = ({}, None) if outcomes is None else _paired(base, outcomes, unsound)
    differences = {name: Difference(value, paired.get(name)) for name, value in best.items()}
    return PairResult(other.label, differences, at_best, on_average, explained)


def _paired(
    base: ScenarioFigures, outcomes: tuple[Array, Array], unsound: tuple[str, ...]
) -> tuple[dict[str, PairedBand], Increment | None]:
    """Return each measure's difference draw by draw, and the increments on average."""
    from costmodel.analysis.paired_draws import difference, largest, paired_band, ratio_of_means

    wanted = tuple(base.best)
    sizes = {name: max(largest(outcome[row]) for outcome in outcomes) for row, name in enumerate(wanted)}
    paired: dict[str, PairedBand] = {}
    away: dict[str, Array] = {}
    for row, name in enumerate(wanted):
        if name in unsound:
            continue
        rounding = ROUNDING * max(sizes[key] for key in _added_up(base.model, name))
        apart = difference(outcomes[0][row], outcomes[1][row], rounding)
        paired[name] = paired_band(apart)
        if name in ("gross", "cost"):
            away[name] = apart
    cost, gross = _mean(paired.get("cost")), _mean(paired.get("gross"))
    if cost is None or gross is None:
        return paired, None
    ratio = ratio_of_means(away["gross"], away["cost"])
    return paired, Increment(cost, gross) if ratio is None else Increment(cost, gross, *ratio)


def _at_best(base: ScenarioFigures, other: ScenarioFigures, name: str) -> float:
    """Return a measure's difference at best values, 0 where only rounding parts the two."""
    apart = other.best[name] - base.best[name]
    sizes = [abs(figures.best[key]) for figures in (base, other) for key in _added_up(base.model, name)]
    return 0.0 if abs(apart) <= ROUNDING * max(sizes) else apart


def _added_up(model: Model, name: str) -> tuple[str, ...]:
    """Return the measures whose size a measure's rounding goes by: for pounds, all that is added up."""
    return (name, "gross", "cost") if measure_unit(model, name).startswith("GBP") else (name,)


def _mean(found: PairedBand | None) -> float | None:
    return found.band.mean.value if found is not None and found.band.mean is not None else None


def _too_few(draws: int) -> tuple[str, ...]:
    if not draws:
        return ()
    from costmodel.analysis.simulation import FEWEST_IN_TAIL, LEVELS

    return tuple(f"P{level}" for level in LEVELS if draws * min(level, 100 - level) / 100 < FEWEST_IN_TAIL)
