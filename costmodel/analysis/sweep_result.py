"""What a sweep gives: figures by name, one number per scenario, in the order of the design."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.frozen import frozen, frozen_arrays
from costmodel.analysis.simulation import LEVELS
from costmodel.model.design import Design
from costmodel.model.model import Model

if TYPE_CHECKING:
    from costmodel.analysis.scenario_boxes import Boxes

Array = NDArray[np.float64]

SIMULATED = (
    "mean",
    "sd",
    *(f"p{level}" for level in LEVELS),
    "probability_positive",
    "difference_mean",
    "difference_standard_error",
    "quantile_error",
)
"""What a simulated sweep tells of each measure, beside its best value; `net_mean`, `net_p5` and so on.

`difference_mean` is the mean over the draws of this scenario less the unchanged one on the same draws,
`difference_standard_error` that mean's Monte Carlo standard error; `quantile_error` is an upper bound on
how far any of the percentiles is from the exact order statistic of the draws. All but the probability
are in the measure's unit.
"""


class SweepChunk(NamedTuple):
    """Consecutive scenarios of a sweep that are finished.

    `figures` holds float[scenario] by name; `failures` why a scenario has no figures (they are NaN), by its
    row in the design.
    """

    start: int
    stop: int
    figures: Mapping[str, Array]
    failures: Mapping[int, str]


@dataclass(frozen=True, eq=False)
class SweepResult:
    """A finished sweep.

    `figures` holds float[scenario] by name (`net_best`, `net_mean`, `net_p10`), `base` the same figures of
    the scenario unchanged. `draws` is 0 where the figures are exact and nothing was drawn. `quantiles` says
    how percentiles were found: `exact` or `histogram`. `engine` names what computed it.
    """

    model: Model
    design: Design
    measures: tuple[str, ...]
    figures: Mapping[str, Array]
    base: Mapping[str, float]
    draws: int
    seed: int
    engine: str
    quantiles: str
    failures: Mapping[int, str]

    def __post_init__(self) -> None:
        """Keep the figures as they were computed."""
        object.__setattr__(self, "figures", frozen_arrays(self.figures))
        object.__setattr__(self, "base", frozen(self.base))
        object.__setattr__(self, "failures", frozen(self.failures))

    def boxes(self, figure: str = "") -> Boxes:
        """Return the simplest boxes of what is varied in which a figure is below the level where it turns.

        `figure` is `net_mean` or the like, the mean of net unless given. Raises KeyError for a figure the
        sweep has not, and ValueError for one without such a level.
        """
        from costmodel.analysis.scenario_boxes import boxes_of_sweep

        return boxes_of_sweep(self, figure)
