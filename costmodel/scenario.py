"""A loaded scenario: what notebooks and commands hold, with a method for each question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import index
from pathlib import Path
from typing import TYPE_CHECKING

from costmodel.compiled_cache import keep_model, kept_model
from costmodel.defaults import DRAWS, SEED
from costmodel.library import surroundings
from costmodel.model.model import Model
from costmodel.model.set_again import SetAgain

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from costmodel.analysis.acceptability import Acceptability
    from costmodel.analysis.appraisal import AppraisalResult
    from costmodel.analysis.assumptions import Assumptions
    from costmodel.analysis.draw_table import Draws
    from costmodel.analysis.explanation import Explanation
    from costmodel.analysis.information import Information, Known
    from costmodel.analysis.over_time import OverTime
    from costmodel.analysis.reconciliation import Reconciliation
    from costmodel.analysis.scenario_boxes import Boxes
    from costmodel.analysis.sensitivity import Sensitivity
    from costmodel.analysis.sweep_result import SweepResult
    from costmodel.analysis.switching import SwitchingValue
    from costmodel.analysis.switching_values import SwitchingValues
    from costmodel.analysis.value_range import ValueRange


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario compiled to a model, ready to be asked.

    Attributes:
        model: What it compiles to.
        set_again: What compiles it again with another value; None for a model that no file was read for.
    """

    model: Model
    set_again: SetAgain | None = field(default=None, repr=False, compare=False)

    def run(
        self,
        draws: int = DRAWS,
        seed: int = SEED,
        workers: int = 1,
        measures: str | Sequence[str] = (),
        progress: Callable[[int], None] | None = None,
        closed_forms: bool = False,
        over_time: bool | None = None,
        engine: str = "numpy",
    ) -> AppraisalResult:
        """Return the whole appraisal: lines, measures, cases, exact ranges, Monte Carlo bands, notices.

        With `closed_forms`, also the exact mean and sd of each measure that has them; with `over_time`, which
        a roll-out has unless it is False, also its years. The `engine` that draws is `numpy`, or `compiled`,
        which needs numba: from 5 million draws it is quicker, and figures differ in last digits.
        """
        _check(draws, seed, workers)
        from costmodel.analysis.appraisal import appraise

        return appraise(
            self.model, draws, seed, workers, _names(measures), progress, closed_forms, over_time, engine
        )

    def simulate(
        self, draws: int = DRAWS, seed: int = SEED, workers: int = 1, measures: str | Sequence[str] = ()
    ) -> Draws:
        """Return every draw, the inputs that vary and the measures in the same rows.

        Raises ValueError for fewer than two draws and `UnknownMeasure`.
        """
        _check(draws, seed, workers)
        from costmodel.analysis.draw_table import draw_table

        return draw_table(self.model, _names(measures), draws, seed, workers)

    def sensitivity(
        self,
        measure: str = "net",
        groups: Mapping[str, str | Sequence[str]] | None = None,
        draws: int = DRAWS,
        seed: int = SEED,
        method: str = "auto",
        two_way: tuple[str, str] | None = None,
        workers: int = 1,
        ends: str = "p10-p90",
        know: Known = (),
        against: Sequence[Scenario] = (),
        must_choose: bool = False,
        index_draws: int | None = None,
    ) -> Sensitivity:
        """Return what drives a measure and what it is worth to know better, every question asked at once.

        The tornado, switching values, indices (by input and by group, `method` auto, exact or sampled), the
        value of information, acceptability, and the boxes in which the measure is below its threshold. `ends`
        of the tornado are `p10-p90` or `range`; `know`, `against` and `must_choose` are as of `information`;
        `index_draws` are those of sampled indices, raised to a power of two. Raises `UnknownMeasure`, and
        `UnknownInput` for an input that does not exist or is not uncertain.
        """
        _check(draws, seed, workers)
        from costmodel.analysis.sensitivity import sensitivity

        members = {name: _names(inputs) for name, inputs in (groups or {}).items()}
        return sensitivity(
            self.model, measure=measure, groups=members, draws=draws, seed=seed, method=method,
            two_way=two_way, workers=workers, set_again=self.set_again, ends=ends, know=know,
            against=tuple(other.model for other in against), must_choose=must_choose, index_draws=index_draws,
        )  # fmt: skip

    def switching_values(self, measures: str | Sequence[str] = ()) -> SwitchingValues:
        """Return every input's value at which each measure is zero.

        The measures are net and the payer's cashable net unless given. Each value is set in the scenario as
        it was loaded, and compiled again, so that a value told as one at which it switches can be set, and is
        one.
        """
        from costmodel.analysis.switching_values import switching_values

        return switching_values(self.model, _names(measures), self.set_again)

    def information(
        self,
        against: Sequence[Scenario] = (),
        know: Known = (),
        draws: int = DRAWS,
        seed: int = SEED,
        must_choose: bool = False,
        workers: int = 1,
    ) -> Information:
        """Return what it is worth to know each input, and each set in `know`, before deciding.

        `know` is a name, or names and sets of names: ["p0", ("p0", "p1")]. To go or not to go; with
        `against`, to choose among scenarios on the same draws, or none of them unless one must be chosen.
        Raises `UnknownInput`, and ValueError for an input that is chance.
        """
        _check(draws, seed, workers)
        from costmodel.analysis.information import information

        models = (self.model, *(other.model for other in against))
        return information(models, know, draws, seed, workers, must_choose)

    def acceptability(self, draws: int = DRAWS, seed: int = SEED, workers: int = 1) -> Acceptability:
        """Return the chance of a net above zero by what the programme costs, and of payback by year."""
        _check(draws, seed, workers)
        from costmodel.analysis.acceptability import acceptability

        return acceptability(self.model, draws, seed, workers)

    def boxes(self, measure: str = "net", draws: int = DRAWS, seed: int = SEED, workers: int = 1) -> Boxes:
        """Return the simplest boxes of inputs in which a measure is below zero."""
        _check(draws, seed, workers)
        from costmodel.analysis.scenario_boxes import boxes_of_simulation

        return boxes_of_simulation(self.model, measure, draws, seed, workers)

    def assumptions(self, draws: int = DRAWS, seed: int = SEED, today: str = "") -> Assumptions:
        """Return every input the figures are made of, what it rests on, and how much hangs on it.

        `today` is a date such as 2026-04-01, by which reviews are overdue; none is without it.
        """
        _check(draws, seed)
        from costmodel.analysis.assumptions import assumptions

        return assumptions(self.model, draws, seed, today)

    def over_time(self, draws: int = DRAWS, seed: int = SEED, workers: int = 1) -> OverTime:
        """Return the appraisal year by year: totals, payback as a distribution, the deficit, the agencies."""
        _check(draws, seed, workers)
        from costmodel.analysis.over_time import over_time

        return over_time(self.model, draws, seed, workers)

    def range(self, measure: str = "net") -> ValueRange | None:
        """Return the exact minimum and maximum of a measure, None where it can divide by zero."""
        from costmodel.analysis.value_range import value_range

        return value_range(self.model, measure)

    def switching_value(self, input_name: str, measure: str = "net", case: str = "") -> SwitchingValue:
        """Return the value of an input at which a measure is zero, others at best or as in a case."""
        from costmodel.analysis.switching import switching_value

        return switching_value(self.model, input_name, measure, self.model.cases[case] if case else None)

    def explain(self, line: str, case: str = "") -> Explanation:
        """Return where a line's value comes from, down to file, line and source."""
        from costmodel.analysis.explanation import explain

        return explain(self.model, line, case)

    def sweep(
        self,
        vary: Mapping[str, str | float | Sequence[float | str]] | None = None,
        table: str | Path | None = None,
        design: str = "grid",
        points: int = 0,
        measures: str | Sequence[str] = ("gross", "cost", "net", "benefit_cost_ratio"),
        draws: int = DRAWS,
        seed: int = SEED,
        workers: int = 1,
        executor: Executor | None = None,
        cluster: str = "",
        resume: str | Path | None = None,
        engine: str = "auto",
        keep_going: bool = False,
    ) -> SweepResult:
        """Return the figures of thousands of scenarios, all on the same draws.

        `vary` holds values by input, as `--vary` takes them or as numbers: {"families": "81:405:5",
        "p0*": [0.8, 1, 1.2]}; the scenario's own `sweep:` without it. `table` is a CSV file with a row per
        scenario instead. `design` is `grid`, or `latin-hypercube` or `sobol` with so many `points`.
        `executor` is any `concurrent.futures.Executor`. Raises `InputError` and
        `ScenarioFailed`.
        """
        _check(draws, seed, workers)
        from costmodel.analysis.designs import chosen_design
        from costmodel.analysis.sweep import sweep

        texts = tuple((label, _values_text(values)) for label, values in (vary or {}).items())
        chosen = chosen_design(
            self.model, texts, Path(table) if table is not None else None, design, points, seed
        )
        return sweep(
            self.model, chosen, _names(measures), draws, seed, workers=workers, executor=executor,
            cluster=cluster, resume=resume, engine=engine, keep_going=keep_going,
        )  # fmt: skip

    def reconcile(self) -> Reconciliation:
        """Return every published figure of the scenario recomputed, differences explained."""
        from costmodel.analysis.reconciliation import reconcile

        return reconcile(self.model)


def _check(draws: int, seed: int, workers: int = 1) -> None:
    """Raise TypeError for what is no whole number, ValueError for one below the least there can be."""
    for name, value, least in (("draws", draws, 0), ("seed", seed, 0), ("workers", workers, 1)):
        try:
            whole = index(value)
        except TypeError as error:
            message = f"{name} {value!r}: a whole number, {least} or more"
            raise TypeError(message) from error
        if whole < least:
            message = f"{name} {value}: a whole number, {least} or more"
            raise ValueError(message)


def _names(names: str | Sequence[str]) -> tuple[str, ...]:
    """Return names as they are asked for, one by itself too."""
    return (names,) if isinstance(names, str) else tuple(names)


def _values_text(values: str | float | Sequence[float | str]) -> str:
    if isinstance(values, (str, int, float)):
        return str(values)
    return ",".join(str(value) for value in values)


def load(
    name: str | Path, library: str | Path | None = None, settings: Mapping[str, str | float] | None = None
) -> Scenario:
    """Return a scenario by name or path, with inputs set as by `--set`.

    `library` is the folder whose `scenarios/` and `unit_costs/` come first, the current one unless
    given. Raises `InputError` with every problem of every file.

    >>> load("tendring_report", settings={"p0": 0.448}).run(draws=0).measures["net"].cases["minimum"]
    711537.48
    """
    texts = {key: str(value) for key, value in (settings or {}).items()}
    folder = Path(library) if library is not None else None
    around = surroundings(str(name), folder)
    kept = kept_model(around, texts) if around is not None else None
    if around is not None and kept is not None:
        return Scenario(kept.model, SetAgain(around, kept.texts, texts))
    from costmodel.documents.scenario_sources import read_files
    from costmodel.model.compile_scenario import compile_scenario

    files = read_files(str(name), folder)
    sources = files.with_settings(texts)
    model = compile_scenario(sources)
    keep_model(model, files.around, texts, sources.paths)
    return Scenario(model, SetAgain(files.around, files.texts, texts))
