"""Vector instructions through LLVM: sums kept in registers, outcomes turned to places of bins and counted.

No compiler makes these of a loop. Any processor runs them; how wide its vectors are changes no count, but
last digits of sums of products, which have as many parts as a vector has lanes. What numba keeps on disk of
loops that use them is made anew when those loops' file changes, not when this one does.
"""

from __future__ import annotations

from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

STRIP = 128
"""Draws that are multiplied and turned to places together."""
TOGETHER = 4
"""Scenarios multiplied together."""
WEIGHTS = 7
"""What an outcome takes: scale, extra, inside, outside, high, low, last."""
AT_A_TIME = 16
"""Places counted while one column is multiplied, or one strip turned to places: a multiple of four."""
QUEUE = 6
"""Numbers that say where places wait to be counted."""
LINE = 64
"""Bytes that are fetched together."""


def _lanes() -> int:
    """Return how many floats this processor's vectors hold; any number works, the own one is quickest."""
    try:
        features = llvm.get_host_cpu_features()
    except RuntimeError:  # LLVM cannot tell on every system
        return 4
    return 16 if features.get("avx512f") else 8 if features.get("avx2") else 4


_LANES = _lanes()
_VECTORS = 4
PART = 4 * _LANES * _VECTORS
"""Bytes of a row of a strip that `multiply` fills."""
_I64 = ir.IntType(64)
_F32 = ir.FloatType()
_V = ir.VectorType(_F32, _LANES)
_NOTHING = ir.Constant(_V, [0.0] * _LANES)


def _at(b: Any, address: Any, offset: int, kind: Any) -> Any:
    return b.inttoptr(b.add(address, ir.Constant(_I64, offset)), kind.as_pointer())


def _vector(b: Any, address: Any, offset: int) -> Any:
    return b.load(_at(b, address, offset, _V), align=4)


def _spread(b: Any, address: Any, offset: int) -> Any:
    """Return a vector that is one number throughout."""
    number = b.load(_at(b, address, offset, _F32), align=4)
    first = b.insert_element(ir.Constant(_V, ir.Undefined), number, ir.Constant(ir.IntType(32), 0))
    nought = ir.Constant(ir.VectorType(ir.IntType(32), _LANES), [0] * _LANES)
    return b.shuffle_vector(first, ir.Constant(_V, ir.Undefined), nought)


def _function(b: Any, kind: Any, name: str) -> Any:
    insert: Any = cgutils.get_or_insert_function
    return insert(b.module, kind, name)


def _fused(b: Any, x: Any, y: Any, z: Any) -> Any:
    """Return x * y + z, rounded once."""
    kind = ir.FunctionType(_V, [_V, _V, _V])
    return b.call(_function(b, kind, f"llvm.fma.v{_LANES}f32"), [x, y, z])


def _prefetch(b: Any, address: Any) -> None:
    """Ask for what is at an address to be in the second cache by the time it is wanted."""
    byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
    kind = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
    read, second_cache, data = (ir.Constant(number, each) for each in (0, 2, 1))
    b.call(_function(b, kind, "llvm.prefetch.p0"), [b.inttoptr(address, byte), read, second_cache, data])


class _Queue:
    """Places that wait to be counted, as registers of a loop: where the next are, and their table."""

    def __init__(self, b: Any, queue: Any) -> None:
        self.b, self.address = b, queue
        self.start = [b.load(_at(b, queue, 8 * i, _I64)) for i in range(QUEUE)]

    def begin(self) -> None:
        """Stand at the head of the loop."""
        self.next, self.end, self.table = (self.b.phi(_I64) for _ in range(3))

    def begin_once(self) -> None:
        """Stand where there is no loop."""
        self.next, self.end, self.table = self.start[:3]

    def count(self, begin: int, end: int) -> None:
        """Add one to the bytes of places `begin` to `end`, four places of which are looked up at once."""
        b, byte, short = self.b, ir.IntType(8), ir.IntType(16)
        for i in range(begin, end):
            if i % 4 == 0:
                self.four = b.load(_at(b, self.next, 2 * i, _I64), align=2)
            own = b.lshr(self.four, ir.Constant(_I64, 16 * (i % 4)))
            place = b.zext(b.trunc(own, short), _I64)
            cell = b.inttoptr(b.add(self.table, place), byte.as_pointer())
            b.store(b.add(b.load(cell, align=1), ir.Constant(byte, 1)), cell, align=1)

    def step(self) -> None:
        """Go past what is counted; at the end of an outcome's places, to the next one's and its table."""
        b = self.b
        following = b.add(self.next, ir.Constant(_I64, 2 * AT_A_TIME))
        ended = b.icmp_unsigned("==", following, self.end)
        self.reached = [
            b.select(ended, b.add(value, by), value)
            for value, by in zip((following, self.end, self.table), self.start[3:], strict=True)
        ]

    def again(self, before: Any, loop: Any) -> None:
        """Have the loop go on from where it has come to."""
        heads = (self.next, self.end, self.table)
        for head, start, reached in zip(heads, self.start, self.reached, strict=False):
            head.add_incoming(start, before)
            head.add_incoming(reached, loop)

    def store(self) -> None:
        """Keep how far the loop has come."""
        for i, reached in enumerate(self.reached):
            self.b.store(reached, _at(self.b, self.address, 8 * i, _I64))


def _multiply(context: Any, b: Any, arguments: Any, *, counting: bool) -> Any:
    columns, slopes, count, out, ahead, queue = arguments
    waiting = _Queue(b, queue) if counting else None
    before, loop, after = b.basic_block, b.append_basic_block("column"), b.append_basic_block("done")
    zero = ir.Constant(_I64, 0)
    b.branch(loop)
    b.position_at_end(loop)
    k, column, slope, line = (b.phi(_I64) for _ in range(4))
    sums = [b.phi(_V) for _ in range(TOGETHER * _VECTORS)]
    if waiting:
        waiting.begin()
    starts = (zero, columns, slopes, ahead, *((_NOTHING,) * len(sums)))
    for phi, start in zip((k, column, slope, line, *sums), starts, strict=True):
        phi.add_incoming(start, before)
    _prefetch(b, line)
    x = [_vector(b, column, 4 * _LANES * j) for j in range(_VECTORS)]
    new = []
    for row in range(TOGETHER):
        weight = _spread(b, slope, 4 * row)
        new += [_fused(b, weight, x[j], sums[row * _VECTORS + j]) for j in range(_VECTORS)]
        if waiting:
            waiting.count(AT_A_TIME * row // TOGETHER, AT_A_TIME * (row + 1) // TOGETHER)
    if waiting:
        waiting.step()
        waiting.again(before, loop)
    following = b.add(k, ir.Constant(_I64, 1))
    steps = (1, 4 * STRIP, 4 * TOGETHER, LINE)
    for phi, step in zip((k, column, slope, line), steps, strict=True):
        phi.add_incoming(b.add(phi, ir.Constant(_I64, step)), loop)
    for phi, value in zip(sums, new, strict=True):
        phi.add_incoming(value, loop)
    b.cbranch(b.icmp_signed("<", following, count), loop, after)
    b.position_at_end(after)
    if waiting:
        waiting.store()
    for row in range(TOGETHER):
        for j in range(_VECTORS):
            to = _at(b, out, 4 * (row * STRIP + j * _LANES), _V)
            b.store(new[row * _VECTORS + j], to, align=4)
    return context.get_dummy_value()


_ADDRESS = types.uint64
_PRODUCT = types.void(_ADDRESS, _ADDRESS, types.int64, _ADDRESS, _ADDRESS, _ADDRESS)


@intrinsic
def multiply(typing, columns, slopes, count, out, ahead, queue):  # noqa: ARG001 - numba counts them
    """Fill PART bytes of each row of out[TOGETHER, STRIP] with a product, and fetch `count` lines ahead.

    That is slopes[count, TOGETHER] by columns[count, STRIP]; all are addresses of float32. `queue` is not
    looked at.
    """
    return _PRODUCT, lambda context, b, _, arguments: _multiply(context, b, arguments, counting=False)


@intrinsic
def multiply_counting(typing, columns, slopes, count, out, ahead, queue):  # noqa: ARG001 - numba counts them
    """Do what `multiply` does and meanwhile count count x AT_A_TIME places that wait in a queue.

    Adding one and multiplying take different parts of a processor. The queue, int64[QUEUE], has the address
    of the next place, uint16, of the end of this outcome's places, and of its table of bytes; then what to
    add to each at that end. Outcomes have a multiple of AT_A_TIME places each.
    """
    return _PRODUCT, lambda context, b, _, arguments: _multiply(context, b, arguments, counting=True)


def _places_of(b: Any, arguments: Any, *, ratio: bool, counting: bool) -> Any:
    """Write the places of a strip's outcomes, uint16 each.

    Returns how many are above high and, in the upper half, how many are above low.
    """
    y, w, times, weights, out, queue = arguments
    waiting = _Queue(b, queue) if counting else None
    if waiting:
        waiting.begin_once()
    vectors = STRIP // _LANES
    scale, extra, inside, outside, high, low, last = (_spread(b, weights, 4 * i) for i in range(WEIGHTS))
    bits = ir.FunctionType(_I64, [_I64])
    population = _function(b, bits, "llvm.ctpop.i64")
    whole, narrow = ir.VectorType(ir.IntType(32), _LANES), ir.VectorType(ir.IntType(16), _LANES)
    per_word = 64 // _LANES
    found = [ir.Constant(_I64, 0), ir.Constant(_I64, 0)]
    for begin in range(0, STRIP // _LANES, per_word):
        words = [ir.Constant(_I64, 0), ir.Constant(_I64, 0)]
        for j in range(begin, min(begin + per_word, STRIP // _LANES)):
            v = _fused(
                b,
                _vector(b, y, 4 * _LANES * j),
                scale,
                _fused(b, _vector(b, w, 4 * _LANES * j), extra, inside),
            )
            if ratio:
                v = _fused(b, v, _vector(b, times, 4 * _LANES * j), outside)
            for which, bound in enumerate((high, low)):
                mask = b.bitcast(b.fcmp_ordered(">", v, bound), ir.IntType(_LANES))
                shifted = b.shl(b.zext(mask, _I64), ir.Constant(_I64, _LANES * (j - begin)))
                words[which] = b.or_(words[which], shifted)
            v = b.select(b.fcmp_ordered(">", v, _NOTHING), v, _NOTHING)
            v = b.select(b.fcmp_ordered("<", v, last), v, last)
            b.store(b.trunc(b.fptosi(v, whole), narrow), _at(b, out, 2 * _LANES * j, narrow), align=2)
            if waiting:
                waiting.count(AT_A_TIME * j // vectors, AT_A_TIME * (j + 1) // vectors)
        found = [b.add(total, b.call(population, [word])) for total, word in zip(found, words, strict=True)]
    if waiting:
        waiting.step()
        waiting.store()
    return b.or_(found[0], b.shl(found[1], ir.Constant(_I64, 32)))


FOUR = 4
"""Rows multiplied by as many others."""
DOUBLES = _LANES // 2
"""Draws of a row in a vector of double precision."""


def _products_of_four(context: Any, b: Any, arguments: Any) -> Any:
    left, right, stride, count, out = arguments
    number = ir.DoubleType()
    vector = ir.VectorType(number, DOUBLES)
    fused = _function(b, ir.FunctionType(vector, [vector] * 3), f"llvm.fma.v{DOUBLES}f64")
    before, loop, after = b.basic_block, b.append_basic_block("draws"), b.append_basic_block("done")
    b.branch(loop)
    b.position_at_end(loop)
    k, *heads = (b.phi(_I64) for _ in range(3))
    sums = [b.phi(vector) for _ in range(FOUR * FOUR)]
    nothing = ir.Constant(vector, [0.0] * DOUBLES)
    starts = (ir.Constant(_I64, 0), left, right, *((nothing,) * len(sums)))
    for phi, start in zip((k, *heads, *sums), starts, strict=True):
        phi.add_incoming(start, before)
    rows = []
    for head in heads:
        places = [head]
        places += [b.add(head, b.mul(stride, ir.Constant(_I64, r))) for r in range(1, FOUR)]
        rows.append([b.load(_at(b, place, 0, vector), align=8) for place in places])
    new = [b.call(fused, [rows[0][i // FOUR], rows[1][i % FOUR], total]) for i, total in enumerate(sums)]
    following = b.add(k, ir.Constant(_I64, 1))
    onward = [b.add(head, ir.Constant(_I64, 8 * DOUBLES)) for head in heads]
    for phi, value in zip((k, *heads, *sums), (following, *onward, *new), strict=True):
        phi.add_incoming(value, loop)
    b.cbranch(b.icmp_signed("<", following, count), loop, after)
    b.position_at_end(after)
    for i, total in enumerate(new):
        place = _at(b, out, 8 * i, number)
        found = b.load(place, align=8)
        for lane in range(DOUBLES):
            found = b.fadd(found, b.extract_element(total, ir.Constant(ir.IntType(32), lane)))
        b.store(found, place, align=8)
    return context.get_dummy_value()


@intrinsic
def products_of_four(typing, left, right, stride, count, out):  # noqa: ARG001 - numba counts them
    """Add to out[FOUR, FOUR] the sums over draws of FOUR rows' products with FOUR others; all are addresses.

    Rows are float64, `stride` bytes apart; of each, `count` vectors of DOUBLES draws are taken.
    """
    kind = types.void(_ADDRESS, _ADDRESS, _ADDRESS, types.int64, _ADDRESS)
    return kind, lambda context, b, _, arguments: _products_of_four(context, b, arguments)


_PLACES = types.int64(_ADDRESS, _ADDRESS, _ADDRESS, _ADDRESS, _ADDRESS, _ADDRESS)


@intrinsic
def places(typing, y, w, times, weights, out, queue):  # noqa: ARG001 - numba counts them
    """Outcomes y * scale + w * extra + inside; all are addresses. `queue` is not looked at."""
    return _PLACES, lambda _, b, __, arguments: _places_of(b, arguments, ratio=False, counting=False)


@intrinsic
def ratio_places(typing, y, w, times, weights, out, queue):  # noqa: ARG001 - numba counts them
    """Outcomes (y * scale + w * extra + inside) * times + outside; all are addresses."""
    return _PLACES, lambda _, b, __, arguments: _places_of(b, arguments, ratio=True, counting=False)


@intrinsic
def places_counting(typing, y, w, times, weights, out, queue):  # noqa: ARG001 - numba counts them
    """Do what `places` does and meanwhile count AT_A_TIME places that wait in a queue."""
    return _PLACES, lambda _, b, __, arguments: _places_of(b, arguments, ratio=False, counting=True)


@intrinsic
def ratio_places_counting(typing, y, w, times, weights, out, queue):  # noqa: ARG001 - numba counts them
    """Do what `ratio_places` does and meanwhile count AT_A_TIME places that wait in a queue."""
    return _PLACES, lambda _, b, __, arguments: _places_of(b, arguments, ratio=True, counting=True)
