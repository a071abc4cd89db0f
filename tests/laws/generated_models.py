"""Scenarios nobody wrote: built as YAML, read by the real reader, so that the laws hold of what people load.

A `Written` is what two files hold; its money can be scaled, its keys reordered, an input widened, and it
is loaded again. Figures are sixteenths, so that they are the same in YAML as in memory.
"""

from __future__ import annotations

import copy
import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from hypothesis import Phase, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from costmodel.documents.scenario_sources import read_files, read_scenario
from costmodel.model.compile_scenario import compile_scenario
from costmodel.model.measures import known_measures, measure
from costmodel.model.model import Model
from costmodel.model.program import program
from costmodel.model.set_again import SetAgain
from costmodel.uncertainty.draws import copula, draw_inputs

Document = dict[str, Any]
Array = NDArray[np.float64]
Draw = Callable[..., Any]

NAME = "generated"
CHILDREN = 12
AGENCIES = ("local_authority", "nhs", "police")
LAW = settings(
    max_examples=20, derandomize=True, database=None, deadline=None, phases=(Phase.generate, Phase.shrink)
)
"""Every run tries the same models, so that the suite passes or fails, and never flickers."""
PRICE_YEARS = ("2017-18", "2018-19", "2020-21")
MONEY_KEYS = ("value", "low", "best", "high", "mean", "sd", "p5", "p95", "scale", "values")


@dataclass(frozen=True, slots=True)
class Written:
    """A scenario and its unit costs, as they are written."""

    scenario: Document
    unit_costs: Document

    def load(self) -> Model:
        """Return the model the two files compile to."""
        return load_files({NAME: self.scenario}, self.unit_costs)

    def set_again(self) -> SetAgain:
        """Return what sets an input of the same and compiles it again, its files read."""
        return set_again_of(self.scenario, self.unit_costs)

    def with_inputs(self, **changed: Any) -> Written:
        """Return the same with inputs replaced or added."""
        inputs = {**self.scenario["inputs"], **changed}
        return replace(self, scenario={**self.scenario, "inputs": inputs})

    def with_appraisal(self, **changed: Any) -> Written:
        """Return the same under other rules."""
        return replace(
            self, scenario={**self.scenario, "appraisal": {**self.scenario["appraisal"], **changed}}
        )

    def without_time(self) -> Written:
        """Return the same with every profile a one-off."""
        scenario = copy.deepcopy(self.scenario)
        for section in ("benefits", "costs"):
            for line in scenario[section].values():
                line.pop("profile", None)
        return replace(self, scenario=scenario)

    def times(self, factor: float) -> Written:
        """Return the same with every sum of money multiplied."""
        scenario, unit_costs = copy.deepcopy(self.scenario), copy.deepcopy(self.unit_costs)
        for entry in unit_costs.values():
            _scale(entry, factor)
        for section in ("benefits", "costs"):
            for line in scenario[section].values():
                if "amount" in line:
                    line["amount"] = _scaled(line["amount"], factor)
                elif isinstance(line["unit_cost"], dict) and "mix" not in line["unit_cost"]:
                    _scale(line["unit_cost"], factor)
        return Written(scenario, unit_costs)

    def reordered(self, seed: int) -> Written:
        """Return the same with the keys of every mapping in another order."""
        shuffler = random.Random(seed)
        return Written(_shuffled(self.scenario, shuffler), _shuffled(self.unit_costs, shuffler))


def load_files(scenarios: dict[str, Document], unit_costs: Document | None = None, name: str = NAME) -> Model:
    """Return the model of one of some scenarios, written to files and read back."""
    with _folder(scenarios, unit_costs) as folder:
        return compile_scenario(read_scenario(name, folder))


def set_again_of(scenario: Document, unit_costs: Document | None = None) -> SetAgain:
    """Return what sets an input of a scenario and compiles it again, its files read and gone."""
    with _folder({NAME: scenario}, unit_costs) as folder:
        files = read_files(NAME, folder)
        return SetAgain(files.around, files.texts)


@contextmanager
def _folder(scenarios: dict[str, Document], unit_costs: Document | None) -> Iterator[Path]:
    """Yield a folder with scenarios and a table of unit costs in it, gone afterwards."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for room in ("scenarios", "unit_costs"):
            (folder / room).mkdir()
        for stem, scenario in scenarios.items():
            (folder / "scenarios" / f"{stem}.yaml").write_text(_text(scenario))
        if unit_costs:
            table = {"title": "Generated unit costs", "unit_costs": unit_costs}
            (folder / "unit_costs" / "generated.yaml").write_text(_text(table))
        yield folder


class _WithoutAliases(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def pounds(model: Model) -> tuple[str, ...]:
    """Return every measure of a model but the ratio."""
    return tuple(name for name in known_measures(model) if name != "benefit_cost_ratio")


def outcomes(model: Model, draws: int = 300, seed: int = 1) -> dict[str, Array]:
    """Return float[draw] of every measure in pounds, and of every line by its name."""
    wanted = {name: measure(model, name) for name in pounds(model)}
    wanted |= {line.name: line.present_value for line in model.lines}
    values = draw_inputs(model, seed, 0, draws, copula(model))
    with np.errstate(divide="ignore", invalid="ignore"):
        computed = program(list(wanted.values())).run(values)
    return {name: np.broadcast_to(value, draws) for name, value in zip(wanted, computed, strict=True)}


def scale_of(model: Model, draws: int = 300) -> float:
    """Return the pounds that a model moves, for what rounding may come to: the largest line drawn, and 1."""
    drawn = outcomes(model, draws)
    return 1.0 + sum(float(np.abs(drawn[line.name]).max()) for line in model.lines)


def _text(document: Document) -> str:
    return yaml.dump(document, Dumper=_WithoutAliases, sort_keys=False, allow_unicode=True)


def _scaled(value: Any, factor: float) -> Any:
    if isinstance(value, dict):
        value = dict(value)
        _scale(value, factor)
        return value
    return [item * factor for item in value] if isinstance(value, list) else value * factor


def _scale(entry: Document, factor: float) -> None:
    for key in MONEY_KEYS:
        if key in entry:
            entry[key] = _scaled(entry[key], factor)
    if "otherwise" in entry:
        entry["otherwise"] = _scaled(entry["otherwise"], factor)


def _shuffled(node: Any, shuffler: random.Random) -> Any:
    if isinstance(node, list):
        return [_shuffled(item, shuffler) for item in node]
    if not isinstance(node, dict):
        return node
    keys = list(node)
    shuffler.shuffle(keys)
    return {key: _shuffled(node[key], shuffler) for key in keys}


def sixteenths(low: float, high: float) -> st.SearchStrategy[float]:
    """Return numbers with four binary places between low and high."""
    return st.integers(round(low * 16), round(high * 16)).map(lambda whole: whole / 16)


@st.composite
def ranges(draw: Draw, low: float, high: float) -> Document:
    """Return a range of any shape, best given or not, inside low to high."""
    ends = sorted(draw(st.tuples(sixteenths(low, high), sixteenths(low, high))))
    entry: Document = {"low": ends[0], "high": ends[1]}
    shape = draw(st.sampled_from(["pert", "triangular", "uniform"]))
    if shape != "uniform" and draw(st.booleans()):
        entry["best"] = draw(sixteenths(*ends))
    return {**entry, "shape": shape} if shape != "pert" or draw(st.booleans()) else entry


@st.composite
def positive(draw: Draw, about: float, *, bounded: bool = False, counted: bool = False) -> Any:
    """Return an entry for a number near `about`: known, a range, or any distribution that fits."""
    forms = ["known", "range", "discrete", "truncated", "zero_inflated"]
    if not bounded:
        forms += ["lognormal", "p5 and p95", "gamma", *(["poisson"] * counted)]
    form = draw(st.sampled_from(forms))
    mean = draw(sixteenths(about / 2, about * 2)) + 1 / 16
    sd = mean * draw(st.sampled_from([0.0625, 0.25, 0.5]))
    match form:
        case "known":
            return mean
        case "range":
            return draw(ranges(about / 4, about * 4))
        case "discrete":
            values = draw(st.lists(sixteenths(0, about * 2), min_size=1, max_size=4, unique=True))
            weights = draw(st.lists(st.integers(1, 5), min_size=len(values), max_size=len(values)))
            return {"distribution": "discrete", "values": values, "weights": weights}
        case "truncated":
            return {"distribution": "normal", "mean": mean, "sd": sd, "low": mean / 2, "high": mean * 1.75}
        case "zero_inflated":
            zero = draw(st.sampled_from([0, 0.125, 0.5, 0.9375]))
            return {
                "distribution": "zero_inflated",
                "zero": zero,
                "otherwise": draw(ranges(about / 2, about * 2)),
            }
        case "p5 and p95":
            return {"distribution": "lognormal", "p5": mean, "p95": mean * 2}
        case "poisson":
            return {"distribution": "poisson", "mean": draw(st.sampled_from([0.25, 3, 40]))}
    return {"distribution": form, "mean": mean, "sd": sd}


@st.composite
def shares(draw: Draw) -> Any:
    """Return an entry for a share: known, a range or a beta."""
    form = draw(st.sampled_from(["known", "range", "counts", "mean"]))
    unit = "share of something"
    if form == "known":
        return {"value": draw(sixteenths(0, 1)), "unit": unit}
    if form == "range":
        return {**draw(ranges(0, 1)), "unit": unit}
    if form == "counts":
        successes, failures = draw(st.tuples(sixteenths(0.5, 20), sixteenths(0.5, 20)))
        return {"distribution": "beta", "successes": successes, "failures": failures, "unit": unit}
    mean, weight = draw(st.tuples(sixteenths(0.125, 0.875), st.integers(2, 60)))
    return {"distribution": "beta", "mean": mean, "effective_n": weight, "unit": unit}


@st.composite
def inputs(draw: Draw, *, bounded: bool, stepped: bool) -> tuple[Document, list[Any]]:
    """Return a scenario's inputs, and what can stand as a quantity: names and expressions of them."""
    found: Document = {
        "children": CHILDREN,
        "weeks": 52,
        "hours": draw(positive(2, bounded=bounded)),
        "visits": draw(positive(20, bounded=bounded, counted=True)),
        "p0": draw(shares()),
        "p1": draw(shares()),
        "taken": draw(shares()),
        "visits_saved": "= visits * (1 - taken)",
    }
    quantities = ["children * hours", "weeks * hours", "visits", "visits_saved", 3, "visits * taken + hours"]
    if draw(st.booleans()):
        found["entries"] = {"distribution": "binomial", "n": "children", "p": "p0"}
        found["entries_with"] = {"distribution": "binomial", "n": "children", "p": "p1"}
        found["avoided"] = {"value": "= entries - entries_with", "unit": "change in entries"}
        quantities += ["avoided", "avoided * weeks", "entries * taken"]
        if draw(st.booleans()):
            found["proceedings"] = {"distribution": "binomial", "n": "entries", "p": "taken"}
            quantities += ["proceedings", "proceedings + avoided", "2 * proceedings - entries"]
    else:
        found["avoided"] = {"value": "= children * p0 - children * p1", "unit": "change in entries"}
        quantities += ["avoided", "avoided * hours", "(avoided + 1) / 4"]
    if not bounded and draw(st.booleans()):
        found["calls"] = {"distribution": "poisson", "mean": "visits * p0"}
        quantities += ["calls", "calls - visits / 2"]
    if stepped:
        quantities += [
            "ceil(hours)",
            "max(hours, 1.5)",
            "ceil(visits / 8) * hours",
            "min(visits, 20) - hours",
        ]
    return found, quantities


@st.composite
def falls_to(draw: Draw) -> Document:
    """Return agencies' shares, which sum to 1."""
    who = draw(st.permutations(AGENCIES))[: draw(st.integers(1, 3))]
    if len(who) == 1:
        return {who[0]: 1}
    parts = draw(st.lists(sixteenths(0, 0.5), min_size=len(who) - 1, max_size=len(who) - 1))
    return {**dict(zip(who, parts, strict=False)), who[-1]: "rest"}


@st.composite
def profiles(draw: Draw, *, stepped: bool) -> Any:
    """Return a profile: once, given shares, so many years, from a year, with drop-off, known or uncertain."""
    form = draw(st.sampled_from(["once", "shares", "years", "from", "drop_off", *(["uncertain"] * stepped)]))
    years = draw(sixteenths(0.25, 4))
    match form:
        case "once":
            return "once"
        case "shares":
            return {"shares": draw(st.lists(sixteenths(0, 1), min_size=1, max_size=4))}
        case "years":
            return {"years": years}
        case "from":
            return {"years": years, "from": draw(sixteenths(0, 2))}
        case "drop_off":
            return {
                "years": years,
                "from": draw(st.integers(0, 1)),
                "drop_off": draw(st.sampled_from([0.25, "taken"])),
            }
    keys = draw(st.sampled_from([{"years": "hours"}, {"years": 2, "from": "taken"}, {"drop_off": "p0"}]))
    return {"years": years, **keys}


@st.composite
def lines(
    draw: Draw, quantities: list[Any], prices: list[Any], *, bounded: bool, stepped: bool, cost: bool
) -> Document:
    """Return one benefit or cost."""
    line: Document = {}
    price = draw(st.sampled_from([*prices, "amount", "inline"]))
    if price == "amount":
        line["amount"] = draw(positive(900, bounded=bounded))
    elif price == "inline":
        amount = draw(positive(40, bounded=bounded))
        line["unit_cost"] = {"value": amount} if isinstance(amount, float) else amount
    else:
        line["unit_cost"] = price
    if price in ("amount", "inline"):
        line |= {"price_year": draw(st.sampled_from(PRICE_YEARS)), "falls_to": draw(falls_to())}
        line |= {"kind": draw(st.sampled_from(["fiscal", "economic", "social"]))}
        line |= {"cashable": draw(st.sampled_from([0, 1, 0.25, "taken"]))}
    if price != "amount" or draw(st.booleans()):
        line["quantity"] = draw(st.sampled_from(quantities))
    if draw(st.booleans()):
        keys = ["optimism_bias"] if cost else ["deadweight", "attribution", "optimism_bias"]
        chosen = draw(st.lists(st.sampled_from(keys), min_size=1, max_size=3, unique=True))
        line["adjustments"] = {key: draw(st.sampled_from([0.25, "p1", "1 - taken"])) for key in chosen}
    if draw(st.booleans()):
        line["profile"] = draw(profiles(stepped=stepped))
    return line


@st.composite
def written(draw: Draw, *, bounded: bool = False, stepped: bool = True, most_lines: int = 5) -> Written:
    """Return a scenario of any kind.

    `bounded` keeps to inputs with a lowest and a highest value; without `stepped` there is no `min`, `max`
    or `ceil`, nor a profile that makes one.
    """
    found, quantities = draw(inputs(bounded=bounded, stepped=stepped))
    unit_costs: Document = {}
    for name, about in (("foster", 600), ("residential", 4000), ("hour", 40)):
        entry = draw(positive(about, bounded=bounded))
        unit_costs[name] = {
            **(entry if isinstance(entry, dict) else {"value": entry}),
            "unit": "child week",
            "price_year": draw(st.sampled_from(PRICE_YEARS)),
            "falls_to": draw(falls_to()),
            "kind": draw(st.sampled_from(["fiscal", "economic", "social"])),
            "cashable": draw(st.sampled_from([0, 1, 0.5])),
            "source": "generated",
            "quality": "red",
        }
    mixes: Document = {
        "placement": draw(
            st.sampled_from(
                [
                    {"residential": "taken", "foster": "rest"},
                    {"residential": 0.25, "foster": 0.75},
                    {"residential": "taken * p0", "foster": "rest", "hour": "taken * (1 - p0)"},
                    {"dirichlet": {"residential": 2.5, "foster": 7, "hour": 1}},
                ]
            )
        )
    }
    prices = ["foster", "hour", {"mix": "placement"}]
    options = {"bounded": bounded, "stepped": stepped}
    benefits = draw(
        st.lists(lines(quantities, prices, cost=False, **options), min_size=1, max_size=most_lines)
    )
    placed = draw(
        lines(["avoided", "avoided * weeks", "children"], [{"mix": "placement"}], cost=False, **options)
    )
    placed |= {"unit_cost": {"mix": "placement"}, "quantity": placed.get("quantity", "avoided")}
    placed.pop("amount", None)
    costs = draw(st.lists(lines([1, "hours"], ["hour"], cost=True, **options), max_size=2))
    price_year = draw(st.sampled_from(["as stated", "2024-25", "2019-20"]))
    discounting = draw(st.sampled_from(["none", 0.035, "green_book", *(["= taken / 16"] if stepped else [])]))
    scenario = {
        "title": "Generated",
        "appraisal": {"start": "2020-21", "years": 4, "price_year": price_year, "discounting": discounting},
        "inputs": found,
        "mixes": mixes,
        "benefits": {
            "placements": placed,
            **{f"benefit_{index}": line for index, line in enumerate(benefits)},
        },
        "costs": {f"cost_{index}": line for index, line in enumerate(costs)},
        "measures": {"per_child": {"title": "Net per child", "value": "net / children", "unit": "GBP"}},
        "cases": {"chosen": {"children": CHILDREN}},
    }
    return Written(scenario, unit_costs)
