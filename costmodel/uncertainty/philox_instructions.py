"""Philox4x64-10 through LLVM: some counters in the lanes of vectors, others meanwhile one by one.

Vectors multiply halves of words, and the processor's other part, which is idle meanwhile, whole words. No
compiler makes both of one loop. Any processor runs them, and the numbers are the same. What numba keeps on
disk of loops that use them is made anew when those loops' file changes, not when this one does.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

# Multipliers and steps of the key: Salmon et al. 2011, section 4.3 and the authors' Random123.
_TIMES_0, _TIMES_1 = 0xD2E7470EE14C6C93, 0xCA5A826395121157
_STEP_0, _STEP_1 = 0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B
_ROUNDS = 10

_LANES = 8  # counters in a vector
_ALONE = 8  # counters taken one by one, one after each of a vector's later rounds
WORDS = 4
"""Draws that come of one counter."""
AT_A_TIME = WORDS * (_LANES + _ALONE)
"""Draws that `draw_uniforms` makes."""

_I32, _I64, _I128 = ir.IntType(32), ir.IntType(64), ir.IntType(128)
_V = ir.VectorType(_I64, _LANES)
_LOW_HALF = 0xFFFFFFFF
_ONE, _BELOW_ONE = 0x3FF << 52, 1 - 2.0**-53


def _vector(number: int) -> Any:
    return ir.Constant(_V, [number] * _LANES)


def _word(number: int) -> Any:
    return ir.Constant(_I64, number)


def _shuffled(b: Any, x: Any, y: Any, places: list[int]) -> Any:
    return b.shuffle_vector(x, y, ir.Constant(ir.VectorType(_I32, len(places)), places))


def _spread(b: Any, number: Any) -> Any:
    """Return a vector that is one number throughout."""
    first = b.insert_element(ir.Constant(_V, ir.Undefined), number, ir.Constant(_I32, 0))
    return _shuffled(b, first, ir.Constant(_V, ir.Undefined), [0] * _LANES)


def _product(b: Any, x: Any, times: int) -> tuple[Any, Any]:
    """Return the upper and the lower 64 of the 128 bits of a word, or of each of a vector, times a number."""
    if x.type != _V:
        wide = b.mul(b.zext(x, _I128), ir.Constant(_I128, times))
        return b.trunc(b.lshr(wide, ir.Constant(_I128, 64)), _I64), b.trunc(wide, _I64)
    half, low_half = _vector(32), _vector(_LOW_HALF)
    times_high, times_low = _vector(times >> 32), _vector(times & _LOW_HALF)
    high, low = b.lshr(x, half), b.and_(x, low_half)
    middle = b.add(b.mul(times_high, low), b.lshr(b.mul(times_low, low), half))
    other = b.add(b.mul(times_low, high), b.and_(middle, low_half))
    upper = b.add(b.add(b.mul(times_high, high), b.lshr(middle, half)), b.lshr(other, half))
    return upper, b.mul(x, _vector(times))


class _Cipher:
    """The rounds of one key, on words or on vectors of them."""

    def __init__(self, b: Any, key_0: Any, key_1: Any) -> None:
        self.b = b
        self.keys = [(key_0, key_1)]
        for _ in range(1, _ROUNDS):
            before = self.keys[-1]
            self.keys.append((b.add(before[0], _word(_STEP_0)), b.add(before[1], _word(_STEP_1))))
        self.of_key = _product(b, key_0, _TIMES_0)

    def like(self, x: Any, number: Any) -> Any:
        """Return a number as a vector where x is one."""
        return _spread(self.b, number) if x.type == _V else number

    def begun(self, counter: Any) -> tuple[Any, ...]:
        """Return a counter's words after two rounds: it is one word, the other three are zero."""
        b, (high, low) = self.b, self.of_key
        high_0, low_0 = _product(b, counter, _TIMES_0)
        mixed = b.xor(high_0, self.like(counter, self.keys[0][1]))
        high_1, low_1 = _product(b, mixed, _TIMES_1)
        key_0, key_1 = (self.like(counter, key) for key in self.keys[1])
        third = b.xor(b.xor(self.like(counter, high), low_0), key_1)
        return b.xor(high_1, key_0), low_1, third, self.like(counter, low)

    def after(self, words: tuple[Any, ...], number: int) -> tuple[Any, ...]:
        """Return words after one more round."""
        b, (x0, x1, x2, x3) = self.b, words
        high_0, low_0 = _product(b, x0, _TIMES_0)
        high_1, low_1 = _product(b, x2, _TIMES_1)
        key_0, key_1 = (self.like(x0, key) for key in self.keys[number])
        return b.xor(b.xor(high_1, x1), key_0), low_1, b.xor(b.xor(high_0, x3), key_1), low_0


def _store(b: Any, words: Any, address: Any, at: int) -> None:
    """Write the draws of a vector of words: k + 1/2 over 2**52, k a word's upper 52 bits.

    With an exponent before them those bits are 1 + k over 2**52, and nothing is rounded.
    """
    count = words.type.count
    whole, draws = ir.VectorType(_I64, count), ir.VectorType(ir.DoubleType(), count)
    bits = b.or_(b.lshr(words, ir.Constant(whole, [12] * count)), ir.Constant(whole, [_ONE] * count))
    found = b.fsub(b.bitcast(bits, draws), ir.Constant(draws, [_BELOW_ONE] * count))
    b.store(found, b.inttoptr(b.add(address, _word(8 * at)), draws.as_pointer()), align=8)


def _store_lanes(b: Any, words: tuple[Any, ...], address: Any) -> None:
    """Write the draws of a vector's counters, each counter's four words in turn."""
    even = [place for lane in range(0, _LANES, 2) for place in (lane, lane + _LANES)]
    odd = [place + 1 for place in even]
    low_even, high_even, low_odd, high_odd = (
        _shuffled(b, words[first], words[first + 1], places) for places in (even, odd) for first in (0, 2)
    )
    for lane in range(0, _LANES, 2):
        pairs = [lane, lane + 1, _LANES + lane, _LANES + lane + 1]
        first = _shuffled(b, low_even, high_even, pairs)
        second = _shuffled(b, low_odd, high_odd, pairs)
        _store(b, _shuffled(b, first, second, list(range(2 * WORDS))), address, WORDS * lane)


def _store_alone(b: Any, words: tuple[Any, ...], address: Any, at: int) -> None:
    together = ir.Constant(ir.VectorType(_I64, WORDS), ir.Undefined)
    for place, word in enumerate(words):
        together = b.insert_element(together, word, ir.Constant(_I32, place))
    _store(b, together, address, at)


def _group(b: Any, cipher: _Cipher, counter: Any, address: Any) -> None:
    """Write the draws of the counters from one on."""
    lanes = cipher.begun(b.add(_spread(b, counter), ir.Constant(_V, list(range(_LANES)))))
    for number in range(2, _ROUNDS):
        lanes = cipher.after(lanes, number)
        place = _LANES + number - 2
        alone = cipher.begun(b.add(counter, _word(place)))
        for own in range(2, _ROUNDS):
            alone = cipher.after(alone, own)
        _store_alone(b, alone, address, WORDS * place)
    _store_lanes(b, lanes, address)


def _write_loop(function: Any) -> None:
    key_0, key_1, first, start, times = function.args
    before, loop, after = (function.append_basic_block(name) for name in ("before", "group", "done"))
    b = ir.IRBuilder(before)
    cipher = _Cipher(b, key_0, key_1)
    b.branch(loop)
    b.position_at_end(loop)
    left, counter, address = (b.phi(_I64) for _ in range(3))
    _group(b, cipher, counter, address)
    reached = [
        b.add(phi, _word(step))
        for phi, step in ((left, -1), (counter, AT_A_TIME // WORDS), (address, 8 * AT_A_TIME))
    ]
    for phi, begin, end in zip((left, counter, address), (times, first, start), reached, strict=True):
        phi.add_incoming(begin, before)
        phi.add_incoming(end, loop)
    b.cbranch(b.icmp_unsigned("!=", reached[0], _word(0)), loop, after)
    b.position_at_end(after)
    b.ret_void()


def _draw(context: Any, b: Any, arguments: Any) -> Any:
    """Call the loop, a function by itself: within another its registers would not suffice."""
    kind = ir.FunctionType(ir.VoidType(), [_I64] * len(arguments))
    insert: Any = cgutils.get_or_insert_function
    function = insert(b.module, kind, "costmodel_philox_uniforms")
    if not function.blocks:
        function.linkage = "linkonce_odr"
        function.attributes.add("noinline")
        _write_loop(function)
    b.call(function, arguments)
    return context.get_dummy_value()


def _draw_uniforms(
    typing: Any, key_0: Any, key_1: Any, counter: Any, address: Any, times: Any
) -> tuple[Any, Any]:
    """Write AT_A_TIME draws of a key once or more to an address, those of the counters from one on."""
    del typing, key_0, key_1, counter, address, times  # numba counts them
    signature = types.void(*(types.uint64,) * 5)
    return signature, lambda context, b, _, arguments: _draw(context, b, arguments)


draw_uniforms: Any = intrinsic(_draw_uniforms)
