"""Everything a researcher takes away, in one go: the draws, what drives them, the assumptions, the sweep."""

from __future__ import annotations

from dataclasses import dataclass

from costmodel.analysis.assumptions import Assumptions, assumptions
from costmodel.analysis.correlated_groups import correlated_groups
from costmodel.analysis.draw_table import Draws, draw_table
from costmodel.analysis.sensitivity import Sensitivity, sensitivity
from costmodel.analysis.sweep_result import SweepResult
from costmodel.defaults import EXPORTED_DRAWS, SEED
from costmodel.model.measures import measure_names
from costmodel.model.model import Model
from costmodel.model.set_again import SetAgain


@dataclass(frozen=True, eq=False)
class Research:
    """What is exported; `sweep` is None where the scenario has no `sweep:` of its own."""

    draws: Draws
    sensitivity: Sensitivity
    assumptions: Assumptions
    sweep: SweepResult | None


def research(
    model: Model,
    measures: tuple[str, ...] = (),
    draws: int = EXPORTED_DRAWS,
    seed: int = SEED,
    workers: int = 1,
    set_again: SetAgain | None = None,
) -> Research:
    """Return everything there is to export.

    `measures` are drawn beside the usual ones; what drives the answer is told of net, correlated inputs as
    one group; `set_again` tries the switching values. The figures are the same bits for any number of
    `workers`, and BLAS is kept to one thread, for the order of its sums hangs on how many there are. Raises
    ValueError for fewer than four draws, and `UnknownMeasure`.
    """
    from threadpoolctl import threadpool_limits

    wanted = tuple(dict.fromkeys((*measure_names(model), "net", *measures)))
    with threadpool_limits(1, user_api="blas"):
        return Research(
            draw_table(model, wanted, draws, seed, workers),
            sensitivity(
                model,
                groups=correlated_groups(model),
                draws=draws,
                seed=seed,
                workers=workers,
                set_again=set_again,
            ),
            assumptions(model, draws, seed),
            _sweep(model, draws, seed, workers) if model.sweep else None,
        )


def _sweep(model: Model, draws: int, seed: int, workers: int) -> SweepResult:
    """Return the sweep the scenario itself asks for; one of its scenarios that cannot be is left out."""
    from costmodel.analysis.designs import chosen_design
    from costmodel.analysis.sweep import sweep

    design = chosen_design(model, (), None, "grid", 0, seed)
    return sweep(model, design, draws=draws, seed=seed, workers=workers, keep_going=True)
