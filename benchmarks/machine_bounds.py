"""What this machine can do at most, one core, measured in the same run: what each stage is held against.

Each kernel does one thing and nothing else, from data that lies where the engine's lies: multiply-adds that
stay in registers, histogram increments in the first cache, a skinny matrix product in the second, a read of
memory, a stream of random numbers.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np

from benchmarks.timing import Job, Ratio, Timed, Timing, ratio

COLUMNS = 22
"""Columns of one scenario's product: 8 of placements, 14 of the other lines."""
PRODUCTS = 2
"""Products that four measures take: gross (net, and the ratio, follow from it) and cashable."""
FLOPS = 2 * COLUMNS * PRODUCTS
INCREMENTS = 4
"""Histograms that a draw of a scenario is counted in: one a measure."""
BESIDE = 30
"""Runs of each kernel, a third or half a millisecond each, that find the bound beside a round of a sweep."""
ROW = 5_000
SCENARIOS = 32
BINS = 2_048


class Bounds(NamedTuple):
    """Limits of one core; None where they need numba and it is not there.

    `fused_gflops` is float32 multiply-adds in registers, `cycle_ns` one clock cycle, `increment_ns` one
    histogram increment measured, `product_gflops` the float32 matrix product alone, `read_gbs` and `copy_gbs`
    memory far beyond the caches, `uniform_ns` one double of numpy's quickest generator.
    """

    fused_gflops: float | None
    cycle_ns: float | None
    increment_ns: float | None
    product_gflops: float
    read_gbs: float
    copy_gbs: float
    uniform_ns: float

    @property
    def hardware_ns(self) -> float | None:
        """Return the least time of one draw of one scenario."""
        if self.fused_gflops is None or self.cycle_ns is None:
            return None
        return least_of_outcome(1 / self.fused_gflops, self.cycle_ns)


def least_of_outcome(flop: float, cycle: float) -> float:
    """Return the least time of one draw of one scenario: its products, and an increment a cycle."""
    return FLOPS * flop + INCREMENTS * cycle


def measured(rounds: int = 200) -> Bounds:
    """Return the bounds, each the best of many rounds of a millisecond or so.

    They are what the machine can do and not what it does: of many short rounds, one is not interrupted.
    """
    jobs: dict[str, tuple[Job, float]] = {
        "product": _product(),
        "read": _read(),
        "copy": _copy(),
        "uniform": _uniform(),
    }
    if find_spec("numba") is not None:
        jobs |= {"fused": _fused(), "cycle": _cycle(), "increment": _increment()}
    # nanoseconds per unit of work: a flop, a byte, a number, an increment
    least = {name: _least(job, rounds) * 1e9 / work for name, (job, work) in jobs.items()}
    return Bounds(
        fused_gflops=1 / least["fused"] if "fused" in least else None,
        cycle_ns=least.get("cycle"),
        increment_ns=least.get("increment"),
        product_gflops=1 / least["product"],
        read_gbs=1 / least["read"],
        copy_gbs=1 / least["copy"],
        uniform_ns=least["uniform"],
    )


def outcome_bound() -> Timed | None:
    """Return a job that finds the least seconds of one draw of one scenario; None where there is no numba.

    A shared machine's clock changes from minute to minute: what a sweep took is held against what the machine
    could do in the same round, and that against nothing that was measured long before.
    """
    if find_spec("numba") is None:
        return None
    kernels = _fused(), _cycle()

    def least() -> float:
        flop, cycle = (_least(job, BESIDE) / work for job, work in kernels)
        return least_of_outcome(flop, cycle)

    return Timed(least)


def share_of_bound(least: Timing, taken: Timing, outcomes: int, cores: int = 1) -> Ratio:
    """Return the bound over the time of so many outcomes, round by round; `least` is of one, on one core."""
    return ratio(least, taken, outcomes / cores)


def _least(job: Job, rounds: int) -> float:
    job()
    return min(_seconds(job) for _ in range(rounds))


def _seconds(job: Job) -> float:
    started = time.perf_counter()
    job()
    return time.perf_counter() - started


def _product() -> tuple[Job, float]:
    generator = np.random.default_rng(1)
    left = generator.random((SCENARIOS, COLUMNS), dtype=np.float32)
    right = generator.random((COLUMNS, ROW), dtype=np.float32)
    into = np.empty((SCENARIOS, ROW), dtype=np.float32)
    times = 10

    def job() -> None:
        for _ in range(times):
            np.matmul(left, right, out=into)

    return job, float(times) * SCENARIOS * ROW * COLUMNS * 2


def _read() -> tuple[Job, float]:
    data = np.ones(2**24)  # 128 MiB
    return (lambda: data.sum()), float(data.nbytes)


def _copy() -> tuple[Job, float]:
    data, into = np.ones(2**23), np.empty(2**23)
    return (lambda: np.copyto(into, data)), 2.0 * data.nbytes


def _uniform() -> tuple[Job, float]:
    generator = np.random.Generator(np.random.SFC64(1))
    into = np.empty(ROW)
    times = 100

    def job() -> None:
        for _ in range(times):
            generator.random(out=into)

    return job, float(times) * ROW


@cache
def _cycle() -> tuple[Job, float]:
    chain = import_module("numba").njit(_squares)
    times = 500_000
    # each step waits for the one before: a multiplication of 3 cycles and an addition of 1
    return (lambda: chain(np.uint64(3), times)), times * 4.0


def _squares(x: Any, times: int) -> Any:
    for _ in range(times):
        x = x * x + np.uint64(1)
    return x


def _increment() -> tuple[Job, float]:
    count = import_module("numba").njit(_counted)
    generator = np.random.default_rng(1)
    # as many draws fall in each bin as they do in a real histogram of a bell
    bins = np.clip(generator.normal(BINS / 2, BINS / 9.4, ROW), 0, BINS - 1).astype(np.uint16)
    table = np.zeros(BINS, np.uint32)
    times = 200
    return (lambda: count(bins, table, times)), float(times) * ROW


def _counted(bins: Any, table: Any, times: int) -> None:
    for _ in range(times):
        for index in range(bins.size):
            table[bins[index]] += np.uint32(1)


CHAINS = 12
"""Independent multiply-adds in flight: enough to hide their latency, few enough to stay in registers."""


@cache
def _fused() -> tuple[Job, float]:
    lanes = _lanes()
    burst = _burst(lanes)
    times = 200_000
    return (lambda: burst(times)), float(times) * CHAINS * lanes * 2


@cache
def _lanes() -> int:
    """Return how many float32 a register holds."""
    features = import_module("llvmlite.binding").get_host_cpu_features()
    if features.get("avx512f"):
        return 16
    return 8 if features.get("avx") else 4


def _burst(lanes: int) -> Callable[[int], float]:
    """Return a compiled loop of nothing but fused multiply-adds on whole registers.

    No compiler can be trusted to make one of a loop in Python, so its instructions are written out.
    """
    numba = import_module("numba")
    types = import_module("numba.core.types")
    cgutils = import_module("numba.core.cgutils")
    ir = import_module("llvmlite.ir")
    vector = ir.VectorType(ir.FloatType(), lanes)

    def code(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
        (times,) = arguments
        kind = ir.FunctionType(vector, [vector] * 3)
        fused = cgutils.get_or_insert_function(builder.module, kind, f"llvm.fma.v{lanes}f32")
        constant = [ir.Constant(vector, [value] * lanes) for value in (0.999, 0.001)]
        # none starts at 1, which the multiply-add leaves as it is, so that none is left out
        starts = [ir.Constant(vector, [2.0 + chain] * lanes) for chain in range(CHAINS)]
        sums = [cgutils.alloca_once_value(builder, start) for start in starts]
        with cgutils.for_range(builder, times):
            for place in sums:
                builder.store(builder.call(fused, [builder.load(place), *constant]), place)
        total = builder.load(sums[0])
        for place in sums[1:]:
            total = builder.fadd(total, builder.load(place))
        result = builder.extract_element(total, ir.Constant(ir.IntType(32), 0))
        for lane in range(1, lanes):
            result = builder.fadd(result, builder.extract_element(total, ir.Constant(ir.IntType(32), lane)))
        return result

    def typed(_: Any, times: Any) -> Any:
        return types.float32(times), code

    loop = import_module("numba.extending").intrinsic(typed)
    burst: Callable[[int], float] = numba.njit(lambda times: loop(times))
    return burst
