"""Nought is a seed: every method gives the same figures twice with it, and others with another seed."""

from collections.abc import Callable
from typing import Any

import pytest

from costmodel.scenario import Scenario, load

DRAWS = 512
METHODS: dict[str, Callable[[Scenario, int], Any]] = {
    "run": lambda scenario, seed: scenario.run(DRAWS, seed).to_dict(),
    "simulate": lambda scenario, seed: scenario.simulate(DRAWS, seed).to_dict(),
    "over_time": lambda scenario, seed: scenario.over_time(DRAWS, seed)._replace(seed=0),
    "sensitivity": lambda scenario, seed: scenario.sensitivity(draws=DRAWS, seed=seed).to_dict(),
    "sampled indices": lambda scenario, seed: _indices(scenario, seed),
    "information": lambda scenario, seed: scenario.information(draws=DRAWS, seed=seed).to_dict(),
    "acceptability": lambda scenario, seed: scenario.acceptability(DRAWS, seed).to_dict(),
    "boxes": lambda scenario, seed: scenario.boxes(draws=DRAWS, seed=seed).to_dict(),
    "assumptions": lambda scenario, seed: scenario.assumptions(DRAWS, seed).to_dict(),
    "sweep": lambda scenario, seed: _swept(scenario, seed),
}
EXACT_HERE = {"tornado", "switching_values"}


def _indices(scenario: Scenario, seed: int) -> Any:
    from costmodel.analysis.indices import Indices, indices

    found = indices(scenario.model, method="sampled", draws=DRAWS, seed=seed)
    assert isinstance(found, Indices)
    return found.to_dict()


def _swept(scenario: Scenario, seed: int) -> Any:
    found = scenario.sweep({"families": [81, 162]}, draws=DRAWS, seed=seed, measures=("net",))
    return {name: values.tolist() for name, values in found.figures.items()}


@pytest.mark.parametrize("method", METHODS)
def test_nought_is_a_seed_like_another(method: str) -> None:
    scenario = load("tendring")
    ask = METHODS[method]
    at_nought = ask(scenario, 0)
    assert ask(scenario, 0) == at_nought
    assert ask(scenario, 1) != at_nought


def test_what_is_not_drawn_hangs_on_no_seed() -> None:
    scenario = load("tendring")
    one, other = (scenario.sensitivity(draws=DRAWS, seed=seed).to_dict() for seed in (0, 1))
    assert {name: one[name] for name in EXACT_HERE} == {name: other[name] for name in EXACT_HERE}
