"""A sweep as work that can be done anywhere: blocks of scenarios, each a few bytes that say which.

What all blocks share (model, measures, draws, seed, engine) travels once; a block brings its rows of the
design and takes home its figures. A block's key is a hash of everything its figures depend on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from costmodel.analysis.sweep_result import SIMULATED
from costmodel.execution.tasks import Task
from costmodel.execution.thread_map import thread_map
from costmodel.model.design import Design, Swept
from costmodel.model.encoding import decoded, encoded
from costmodel.model.model import Model
from costmodel.version import __version__

if TYPE_CHECKING:
    from costmodel.analysis.simulation import Each

Array = NDArray[np.float64]

LARGEST_BLOCK, SMALLEST_BLOCK = 5_000, 512
FEWEST_IN_BLOCK = 128
"""Scenarios of a block with many million draws: a block is what is seen of progress, and what is kept."""
OUTCOMES_PER_BLOCK = 5 * 10**8
OUTCOMES_PER_SMALLER_BLOCK = 2 * 10**8
"""Without compiling, so that a block takes no longer; and where draws are more than a slab: the bins of a
block's scenarios are then held from slab to slab."""
COMPILED_FROM = 6e7
"""Draws x scenarios from which a compiled engine is quicker, its start-up counted."""


class Setting(NamedTuple):
    """What every block of a sweep shares."""

    model: Model
    columns: tuple[Swept, ...]
    measures: tuple[str, ...]
    draws: int
    seed: int
    engine: str


class BlockFigures(NamedTuple):
    """A block's figures, float[scenario, measure, figure] in the order of `SIMULATED`, and its failures."""

    figures: Array
    failures: dict[int, str]

    def apart(self) -> tuple[BlockFigures, BlockFigures]:
        """Return the first scenario's figures, and those of the others."""
        first = {row: why for row, why in self.failures.items() if row == 0}
        others = {row - 1: why for row, why in self.failures.items() if row > 0}
        return BlockFigures(self.figures[:1], first), BlockFigures(self.figures[1:], others)


def engine_for(wanted: str, outcomes: float) -> str:
    """Return `numpy` or `compiled`; `auto` compiles where it pays and numba is there.

    Raises ModuleNotFoundError when `compiled` is asked for without numba.
    """
    from importlib.util import find_spec

    if wanted == "compiled" and find_spec("numba") is None:
        message = "the compiled engine needs numba: pip install 'care-costmodel[fast]'"
        raise ModuleNotFoundError(message, name="numba")
    if wanted != "auto":
        return wanted
    return "compiled" if outcomes >= COMPILED_FROM and find_spec("numba") is not None else "numpy"


def block_size(draws: int, engine: str) -> int:
    """Return how many scenarios a block has: enough to share its draws, few enough to be lost."""
    from costmodel.analysis.sweep_engine import CHUNK, SLAB

    large = engine == "compiled" and draws <= CHUNK * SLAB
    outcomes = OUTCOMES_PER_BLOCK if large else OUTCOMES_PER_SMALLER_BLOCK
    fewest = max(FEWEST_IN_BLOCK, min(SMALLEST_BLOCK, SMALLEST_BLOCK * 10**6 // max(1, draws)))
    return max(fewest, min(LARGEST_BLOCK, outcomes // max(1, draws)))


def shared_bytes(setting: Setting) -> bytes:
    """Return what travels once: the setting, with the versions its figures depend on."""
    data = {
        "costmodel": __version__,
        "numpy": np.__version__,
        "model": encoded(setting.model),
        "columns": encoded(setting.columns),
        "measures": setting.measures,
        "draws": setting.draws,
        "seed": setting.seed,
        "engine": setting.engine,
    }
    return json.dumps(data).encode()


@lru_cache(maxsize=4)
def _setting(shared: bytes) -> Setting:
    data = json.loads(shared)
    return Setting(
        decoded(data["model"]), decoded(data["columns"]), tuple(data["measures"]), data["draws"],
        data["seed"], data["engine"],
    )  # fmt: skip


def blocks(design: Design, shared: bytes, size: int) -> Iterator[Task]:
    """Yield a task for each block of the design's scenarios; the first begins with the scenario unchanged."""
    digest = sha256(shared).digest()
    base = np.full((1, len(design.columns)), np.nan)
    yield _task(digest, np.vstack([base, design.values[:size]]))
    for start in range(size, design.scenarios, size):
        yield _task(digest, design.values[start : start + size])


def _task(digest: bytes, rows: Array) -> Task:
    payload = np.ascontiguousarray(rows, dtype="<f8").tobytes()
    head = len(rows).to_bytes(4, "little")
    return Task(sha256(digest + head + payload).hexdigest(), head + payload)


def work(shared: bytes, payload: bytes, cancelled: Callable[[], bool], threads: int = 1) -> bytes:
    """Return the figures of one block as bytes: the same for any number of threads."""
    from costmodel.analysis.sweep_engine import run_block
    from costmodel.analysis.sweep_plan import plans_apart
    from costmodel.analysis.sweep_tools import tools

    setting = _setting(shared)
    scenarios = int.from_bytes(payload[:4], "little")
    values = np.frombuffer(payload[4:], "<f8").reshape(scenarios, len(setting.columns))
    nothing = np.isnan(values).all(axis=1)
    kept = ~nothing
    kept[np.argmax(nothing)] = True  # of all scenarios that change nothing, one is computed
    place = np.cumsum(kept) - 1
    place[nothing] = place[np.argmax(nothing)]
    design = Design("block", setting.columns, values[kept])
    figures = np.empty((design.scenarios, len(setting.measures), len(SIMULATED)))
    why: dict[int, str] = {}
    with _threads(threads) as each:
        for measures, plan in plans_apart(setting.model, design, setting.measures):
            result = run_block(plan, setting.draws, setting.seed, tools(setting.engine, each, cancelled))
            figures[:, measures] = np.stack([result.figures[name] for name in SIMULATED], axis=2)
            why |= result.failures
    figures[list(why)] = np.nan
    figures = figures[place]
    failures = {row: why[at] for row, at in enumerate(place.tolist()) if at in why}
    told = json.dumps({str(row): why for row, why in failures.items()}).encode()
    values_told: bytes = figures.astype("<f8").tobytes()
    return len(told).to_bytes(4, "little") + told + values_told


def figures_of(result: bytes, measures: int) -> BlockFigures:
    """Return a block's figures from the bytes of its result."""
    length = int.from_bytes(result[:4], "little")
    failures = {int(row): why for row, why in json.loads(result[4 : 4 + length]).items()}
    figures = np.frombuffer(result[4 + length :], "<f8").reshape(-1, measures, len(SIMULATED))
    return BlockFigures(figures, failures)


def work_on(threads: int) -> Callable[[bytes, bytes, Callable[[], bool]], bytes]:
    """Return `work` on so many threads."""
    return partial(work, threads=threads)


class _OneThreadBlas:
    """BLAS kept to one thread for as long as any block is worked on in this process."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.users = 0
        self.limits: Any = None

    def __enter__(self) -> None:
        with self.lock:
            if self.users == 0:
                self.limits = _blas_libraries().limit(limits=1, user_api="blas")
            self.users += 1

    def __exit__(self, *_: object) -> None:
        with self.lock:
            self.users -= 1
            if self.users == 0:
                self.limits.restore_original_limits()


@lru_cache(maxsize=1)
def _blas_libraries() -> Any:
    """Return what limits the BLAS that numpy has loaded; looking for it takes a millisecond."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


_ONE_THREAD_BLAS = _OneThreadBlas()


@contextmanager
def _threads(threads: int) -> Iterator[Each]:
    """Yield a map over items, in order, on some threads, with BLAS on one in each."""
    with _ONE_THREAD_BLAS, thread_map(threads) as each:
        yield each
