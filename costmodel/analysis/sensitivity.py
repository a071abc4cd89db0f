"""What drives the answer and what it is worth to know better, asked in one go: a field for each question."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from costmodel.analysis.index_results import NoIndices
from costmodel.analysis.table import Table, Tabular
from costmodel.defaults import DRAWS, QUESTIONS, SEED
from costmodel.model.measures import measure as expression_of
from costmodel.model.measures import no_threshold
from costmodel.model.model import Model
from costmodel.model.set_again import SetAgain

if TYPE_CHECKING:
    from costmodel.analysis.acceptability import Acceptability
    from costmodel.analysis.indices import Indices
    from costmodel.analysis.information import Information, Known
    from costmodel.analysis.scenario_boxes import Boxes
    from costmodel.analysis.switching_values import SwitchingValues
    from costmodel.analysis.tornado import Tornado

TURNING = {"switching": "switching values", "boxes": "boxes"}
"""The questions of where the answer changes, in words: a measure without a threshold has none."""


@dataclass(frozen=True, eq=False)
class Sensitivity(Tabular):
    """The answers to the questions asked; None for one that was not.

    Attributes:
        model: What was asked.
        measure: What the tornado, the indices and the boxes are of; value and acceptability are of net.
        tornado: The swing of the measure with each input, others at best.
        switching: The value of each input at which the measure is at its threshold: 0, for the ratio 1.
        indices: Each input's share of the variance, or why there are none.
        information: What it is worth to know an input before deciding.
        acceptability: The chance that net is above zero by what the programme costs, and payback by year.
        boxes: The boxes of inputs in which the measure is below its threshold.
        draws: Draws of value, acceptability and boxes; indices tell theirs.
        seed: The seed of all of them.
        left_out: Why switching values and boxes that were asked for are left out, else empty.
    """

    model: Model
    measure: str
    tornado: Tornado | None
    switching: SwitchingValues | None
    indices: Indices | NoIndices | None
    information: Information | None
    acceptability: Acceptability | None
    boxes: Boxes | None
    draws: int
    seed: int
    left_out: str = ""

    def tables(self) -> tuple[Table, ...]:
        """Return the tables of every answer; indices that were refused have none."""
        answers = (
            self.tornado, self.switching, self.indices, self.information, self.acceptability, self.boxes,
        )  # fmt: skip
        return tuple(table for answer in answers if isinstance(answer, Tabular) for table in answer.tables())

    def _repr_html_(self) -> str:
        """Return every table as a notebook shows it, and why what was asked for is not there."""
        refused = [] if self.tornado is None or not self.tornado.reason else [self.tornado.reason]
        if isinstance(self.indices, NoIndices):
            refused.append(f"No indices: {self.indices.reason}")
        if self.left_out:
            refused.append(self.left_out)
        return super()._repr_html_() + "".join(f"<p>{escape(reason)}.</p>" for reason in refused)


def sensitivity(
    model: Model,
    show: Collection[str] = QUESTIONS,
    measure: str = "net",
    groups: Mapping[str, tuple[str, ...]] | None = None,
    ends: str = "p10-p90",
    two_way: tuple[str, str] | None = None,
    method: str = "auto",
    against: Sequence[Model] = (),
    must_choose: bool = False,
    know: Known = (),
    draws: int = DRAWS,
    seed: int = SEED,
    workers: int = 1,
    index_draws: int | None = None,
    set_again: SetAgain | None = None,
) -> Sensitivity:
    """Return the answers to the questions in `show`.

    `against` are the models that could be chosen in place of this one; `know` the sets of inputs to value
    together; `index_draws` the rows of the indices' base samples where they are sampled; `set_again` what
    tries switching values. Raises ValueError for a question that does not exist, `UnknownMeasure`, and
    `UnknownInput` for an input that does not exist or is not uncertain.
    """
    unknown = [name for name in show if name not in QUESTIONS]
    if unknown:
        message = f"no question is named {unknown[0]!r}; there are {', '.join(QUESTIONS)}"
        raise ValueError(message)
    expression_of(model, measure)
    reason = no_threshold(model, measure)
    without = [words for name, words in TURNING.items() if name in show and reason]
    left_out = f"{reason}: {' and '.join(without)} are left out" if without else ""
    found = _Asked(model, measure, draws, seed, workers)
    return Sensitivity(
        model,
        measure,
        found.tornado(two_way, ends) if "tornado" in show else None,
        found.switching(set_again) if "switching" in show and not reason else None,
        found.indices(groups or {}, method, index_draws) if "indices" in show else None,
        found.information(against, know, must_choose) if "information" in show else None,
        found.acceptability() if "acceptability" in show else None,
        found.boxes() if "boxes" in show and not reason else None,
        draws,
        seed,
        left_out,
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """A model with what all questions share; each answer's module is imported when it is asked."""

    model: Model
    measure: str
    draws: int
    seed: int
    workers: int

    def tornado(self, two_way: tuple[str, str] | None, ends: str) -> Tornado:
        from costmodel.analysis.tornado import tornado

        return tornado(self.model, self.measure, two_way, ends)

    def switching(self, set_again: SetAgain | None) -> SwitchingValues:
        from costmodel.analysis.switching_values import switching_values

        return switching_values(self.model, () if self.measure == "net" else (self.measure,), set_again)

    def indices(
        self, groups: Mapping[str, tuple[str, ...]], method: str, rows: int | None
    ) -> Indices | NoIndices:
        from costmodel.analysis import indices

        taken = indices.DRAWS if rows is None else rows
        return indices.indices(self.model, self.measure, groups, method, taken, self.seed, self.workers)

    def information(self, against: Sequence[Model], know: Known, must_choose: bool) -> Information:
        from costmodel.analysis.information import information

        models = (self.model, *against)
        return information(models, know, self.draws, self.seed, self.workers, must_choose)

    def acceptability(self) -> Acceptability:
        from costmodel.analysis.acceptability import acceptability

        return acceptability(self.model, self.draws, self.seed, self.workers)

    def boxes(self) -> Boxes:
        from costmodel.analysis.scenario_boxes import boxes_of_simulation

        return boxes_of_simulation(self.model, self.measure, self.draws, self.seed, self.workers)
