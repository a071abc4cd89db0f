"""The value of information: what it is worth to know an input before deciding.

EVPI, the expected value of perfect information, is what the decision would gain on average were every
input known first; EVPPI the same for some inputs, the rest still unknown (Raiffa and Schlaifer 1961, Applied
Statistical Decision Theory; Claxton 1999, Journal of Health Economics 18, 341-364). Neither is ever below 0,
a set is never worth less than a part of it, nothing is worth more than EVPI. Chance in a cohort cannot be
found out by research: it is averaged over, and told apart in `evpi_with_luck`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from costmodel.analysis.decision import NoDecision, decision
from costmodel.analysis.drawn_roots import chance, roots
from costmodel.analysis.simulation import Estimate
from costmodel.analysis.table import Column, Table, Tabular
from costmodel.analysis.worth_of_knowing import (
    CLOSED_FORM,
    EXACT_MEAN,
    QUADRATURE,
    REGRESSION,
    worth_of_all,
    worth_of_knowing,
    worth_with_luck,
)
from costmodel.defaults import DRAWS, SEED
from costmodel.model.model import Model
from costmodel.model.unknown_names import check_uncertain

Known = str | Sequence[str | Sequence[str]]
"""What is asked to be known: an input by its name, several, or sets of them."""


class Worth(NamedTuple):
    """What it is worth to know some inputs before deciding: GBP of present value, and its standard error.

    `method` is `closed form`, `quadrature`, `exact mean` or `regression`. `held` tells that the figure as
    estimated broke a law (below 0, below a part of the set, above EVPI) and was put back to it.
    """

    inputs: tuple[str, ...]
    value: float
    standard_error: float
    method: str
    held: bool

    @property
    def is_lower_bound(self) -> bool:
        """Return whether what it is worth is this or more: what a rule learnt from draws finds on average."""
        return self.method == REGRESSION


@dataclass(frozen=True, eq=False)
class Information(Tabular):
    """What knowing more is worth to a decision, in GBP of present value.

    `options` are what can be chosen, `expected` the mean net of each, `expected_errors` its standard error,
    and `best` the one to choose today. `evpi_method` is that of `evpi`; `evpi_with_luck` also foresees chance
    in cohorts, None where net hangs on none. Where chance goes through `min`, `max` or `ceil`, so that it
    cannot be averaged over exactly, `evpi` is learnt from draws: it is a lower bound then, and
    `evpi_with_luck` an upper one. `rows` has each input, shares of one mix together, and the sets asked for,
    largest worth first. `reason` is why nothing can be decided by net; the rest is then empty.
    """

    options: tuple[str, ...]
    expected: tuple[float, ...]
    expected_errors: tuple[float, ...]
    best: str
    evpi: Estimate
    evpi_with_luck: Estimate | None
    rows: tuple[Worth, ...]
    draws: int
    seed: int
    price_year: str = ""
    evpi_method: str = EXACT_MEAN
    reason: str = ""

    @property
    def is_lower_bound(self) -> bool:
        """Return whether every input is worth `evpi` or more, by a rule learnt from draws."""
        return self.evpi_method == REGRESSION

    def tables(self) -> tuple[Table, ...]:
        """Return the worth of each input and set, EVPI last, and the options."""
        everything = [Worth(("every input",), *self.evpi, self.evpi_method, False)]
        if self.evpi_with_luck is not None:
            lucky = ("every input and chance in cohorts",)
            everything.append(Worth(lucky, *self.evpi_with_luck, EXACT_MEAN, False))
        rows = () if self.reason else (*self.rows, *everything)
        year = self.price_year
        worth = (
            Column("inputs", tuple(", ".join(row.inputs) for row in rows), "", "Known before deciding"),
            Column("value", tuple(row.value for row in rows), "GBP", "Worth up to", year),
            Column("standard_error", tuple(row.standard_error for row in rows), "GBP", "Its error", year),
            Column("method", tuple(row.method for row in rows), "", "How it was found"),
            Column("held", tuple(row.held for row in rows), "", "Put back to a law it broke"),
            Column("lower_bound", tuple(row.is_lower_bound for row in rows), "", "It is worth this or more"),
        )
        options = (
            Column("option", self.options, "", "What can be chosen"),
            Column("expected", self.expected, "GBP", "Mean net present value", year),
            Column("standard_error", self.expected_errors, "GBP", "Its error", year),
            Column("best", tuple(name == self.best for name in self.options), "", "Chosen today"),
        )
        return (
            Table("information", "What it is worth to know an input before deciding", worth),
            Table("options", "What can be chosen", options),
        )


def information(
    models: Sequence[Model],
    know: Known = (),
    draws: int = DRAWS,
    seed: int = SEED,
    workers: int = 1,
    must_choose: bool = False,
    hold: bool = True,
) -> Information:
    """Return what it is worth to know each input, and each set in `know`, before deciding.

    A name in `know` is a set of its own. One model is a choice of go or no go (net of 0); several are a
    choice among them on the same draws, and no go too unless `must_choose`. To know an input that several
    draw differently is to know its percentile.
    What is drawn is drawn once for all figures; each is then held to the laws above, unless not `hold`.
    Memory is 8 bytes x draws x (inputs + 2 x options). Raises ValueError for no model, for fewer than four
    draws of uncertain models, and for an input in `know` that is chance; `UnknownInput` for one that no
    model draws; and `InputError` for a draw that cannot be.
    """
    if not models:
        raise ValueError("there is nothing to choose")
    uncertain = any(model.uncertain for model in models)
    if uncertain and draws < 4:
        message = f"{draws} draws; what knowing is worth takes four or more"
        raise ValueError(message)
    sets = _sets(models, know)
    year = models[0].appraisal.price_year
    drawn = draws if uncertain else 0
    try:
        found = decision(models, draws if uncertain else 1, seed, workers, must_choose)
    except NoDecision as error:
        nothing = Estimate(float("nan"), 0.0)
        return Information((), (), (), "", nothing, None, (), drawn, seed, year, EXACT_MEAN, str(error))
    worths = {inputs: Found(*worth_of_knowing(found, inputs)) for inputs in sets}
    everything = Found(*worth_of_all(found))
    if hold:
        evpi, least = held_to_laws(worths, everything, frozenset(found.known))
    else:
        evpi, least = everything, {inputs: each.estimate.value for inputs, each in worths.items()}
    rows = [
        Worth(inputs, least[inputs], estimate.standard_error, way, least[inputs] != estimate.value)
        for inputs, (estimate, way) in worths.items()
    ]
    rows.sort(key=lambda row: (-row.value, len(row.inputs), row.inputs))
    luck = worth_with_luck(found) if found.has_chance else None
    if luck is not None and hold:
        luck = luck._replace(value=max(luck.value, evpi.estimate.value))
    means = tuple(map(float, found.worth.mean(axis=1)))
    errors = tuple(map(float, found.worth.std(axis=1) / math.sqrt(found.worth.shape[1])))
    best = found.options[found.usual]
    return Information(
        found.options,
        means,
        errors,
        best,
        evpi.estimate,
        luck,
        tuple(rows),
        drawn,
        seed,
        year,
        evpi.method,
    )


class Found(NamedTuple):
    """An estimate of what knowing some inputs is worth, in GBP, and the way it was found."""

    estimate: Estimate
    method: str


def held_to_laws(
    worths: Mapping[tuple[str, ...], Found], everything: Found, every_input: frozenset[str]
) -> tuple[Found, dict[tuple[str, ...], float]]:
    """Return EVPI and the worth of each set, put to the laws; those without sampling error stay as they are.

    A set of every input that is known exactly is EVPI. Else EVPI is raised to what exceeds it and is known
    better: exact figures, and where EVPI was learnt from draws, which finds too little, any. Each other set
    is worth 0 or more, no less than a part of it, and no more than EVPI.
    """
    exact = {inputs: each for inputs, each in worths.items() if each.method in (CLOSED_FORM, QUADRATURE)}
    evpi = next((each for inputs, each in exact.items() if every_input <= set(inputs)), everything)
    if evpi is everything:
        better = exact if everything.method == EXACT_MEAN else worths
        least = max([0.0, *(each.estimate.value for each in better.values())])
        raised = max(everything.estimate.value, least)
        evpi = everything._replace(estimate=everything.estimate._replace(value=raised))
    held: dict[tuple[str, ...], float] = {}
    for inputs in sorted(worths, key=len):
        value = worths[inputs].estimate.value
        if inputs not in exact:
            parts = [worth for part, worth in held.items() if set(part) <= set(inputs)]
            value = min(max(0.0, value, *parts), evpi.estimate.value)
        held[inputs] = value
    return evpi, held


def _sets(models: Sequence[Model], know: Known) -> list[tuple[str, ...]]:
    """Return each input that can be known, shares of one mix together, then the sets asked for."""
    single = dict.fromkeys(name for model in models for name in roots(model))
    lucky = {name for model in models for name in chance(model)}
    mixes: dict[str, list[str]] = {}
    for name in single:
        head = name.rpartition(".")[0] if name.startswith("mix.") else name
        mixes.setdefault(head, []).append(name)
    found = [tuple(members) for members in mixes.values()]
    for asked in [know] if isinstance(know, str) else know:
        inputs = (asked,) if isinstance(asked, str) else tuple(dict.fromkeys(asked))
        check_uncertain(models, inputs)
        for name in inputs:
            if name in lucky:
                message = f"'{name}' is chance, which no research can tell"
                raise ValueError(message)
        found.append(inputs)
    return list(dict.fromkeys(found))
