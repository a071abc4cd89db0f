"""The jobs that are timed: the sweep engine on the reference model, and plain numpy beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from benchmarks.reference_models import MEASURES
from benchmarks.timing import Timed

if TYPE_CHECKING:
    from benchmarks.plain_process import PlainProcess, Scenario
    from costmodel.analysis.sweep_result import SweepResult
    from costmodel.model.design import Design
    from costmodel.model.model import Model

Engine = Literal["auto", "numpy", "compiled"]
REFERENCE = Path(__file__).parent / "scenarios" / "reference.yaml"
PEERS = Path(__file__).resolve().parents[1] / ".venv-peers" / "bin" / "python"
SEED = 1
WORKERS = 2


class Settings(NamedTuple):
    """How much is measured: `quick` shows only that everything runs, `full` leaves no cell of a grid out.

    `peers` is the Python that has the other tools.
    """

    rounds: int
    quick: bool = False
    full: bool = False
    peers: Path = PEERS

    def most(self, engine: Engine) -> float:
        """Return the draws x scenarios above which a cell of an engine is left out."""
        if self.full:
            return float("inf")
        if self.quick:
            return 1e6
        return 2e9 if engine == "compiled" else 2e8

    @property
    def plain_draws(self) -> int:
        """Return about how many draws of the plain pass are timed in a round; its time is proportional."""
        return 30_000 if self.quick else 300_000


@cache
def reference_model() -> Model:
    """Return the reference model, compiled."""
    from costmodel.scenario import load

    return load(REFERENCE).model


def engines() -> tuple[Engine, ...]:
    """Return the engines that can be measured here."""
    return ("compiled", "numpy") if find_spec("numba") is not None else ("numpy",)


def sweep_job(
    design: Design, draws: int, engine: Engine, workers: int = WORKERS
) -> Callable[[], SweepResult]:
    """Return a sweep of the reference model, its four measures."""
    from costmodel.analysis.sweep import sweep

    model = reference_model()
    return lambda: sweep(model, design, MEASURES, draws=draws, seed=SEED, workers=workers, engine=engine)


class PlainJob(NamedTuple):
    """Some scenarios' plain passes, and how many times as long the whole takes."""

    run: Timed
    scale: float


def plain_job(plain: PlainProcess, told: Sequence[Scenario], draws: int, settings: Settings) -> PlainJob:
    """Return plain numpy passes over the first scenarios, as many as one round is to have."""
    count = max(1, min(len(told), settings.plain_draws // draws))
    return PlainJob(plain.job(draws, SEED, told[:count]), len(told) / count)
