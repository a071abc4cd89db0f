"""Compiled programs give what the plain ones give, whatever the steps."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costmodel.model.expression import (
    Add,
    Ceiling,
    Divide,
    Expression,
    Maximum,
    Minimum,
    Multiply,
    Name,
    Number,
    Power,
    Subtract,
    names,
)
from costmodel.model.program import program
from tests.laws.generated_models import LAW

pytest.importorskip("numba")

from costmodel.analysis.compiled_program import CompiledProgram
from costmodel.analysis.program_loop import BLOCK

NAMES = ("a", "b", "c")
LEAVES = st.one_of(
    st.sampled_from(NAMES).map(Name),
    st.floats(-3, 3, allow_subnormal=False).map(lambda x: Number(round(x, 3))),
)


def grown(parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    whole = st.integers(1, 70).map(lambda k: Number(float(k)))
    kinds = st.sampled_from([Add, Subtract, Multiply, Divide, Minimum, Maximum])
    return st.one_of(
        st.tuples(kinds, parts, parts).map(lambda found: found[0](found[1], found[2])),
        parts.map(Ceiling),
        st.tuples(parts, whole).map(lambda pair: Power(*pair)),
        st.tuples(parts, LEAVES).map(lambda pair: Power(*pair)),
    ).filter(names)  # what is made of numbers alone is folded before


EXPRESSIONS = st.recursive(LEAVES, grown, max_leaves=12)


def values(draws: int) -> dict[str, Any]:
    generator = np.random.default_rng(5)
    found: dict[str, Any] = {name: generator.normal(size=draws) for name in NAMES}
    found["a"][: draws // 7] = 0.0
    found["b"][draws // 2 :] = np.round(found["b"][draws // 2 :])
    return found


@LAW
@given(st.lists(EXPRESSIONS, min_size=1, max_size=4), st.sampled_from([1, BLOCK - 1, BLOCK, 2 * BLOCK + 3]))
def test_a_compiled_program_gives_what_the_plain_one_does(wanted: list[Expression], draws: int) -> None:
    plain, of_names = program(wanted), values(draws)
    with np.errstate(all="ignore"):
        expected = [np.broadcast_to(np.asarray(each, np.float64), draws) for each in plain.run(of_names)]
    found = CompiledProgram(plain).run(of_names, draws)
    for row, each in zip(found, expected, strict=True):
        # a power by squaring and one by the library differ by a few last digits
        assert np.allclose(row, each, rtol=1e-12, atol=1e-300, equal_nan=True)


def test_what_is_drawn_in_place_is_not_copied() -> None:
    compiled = CompiledProgram(program([Add(Name("b"), Name("a"))]), ("a", "b"))
    memory = compiled.memory(10)
    room = compiled.room(memory, 10)
    room[0], room[1] = 1.0, 2.0
    assert compiled.run({}, 10, memory).tolist() == [[3.0] * 10]


def test_one_step_may_be_several_outputs_and_an_input_one() -> None:
    product = Multiply(Name("a"), Name("b"))
    compiled = CompiledProgram(program([product, Name("a"), product, Number(4.0)]))
    assert compiled.run({"a": 2.0, "b": np.array([1.0, 3.0])}, 2).tolist() == [
        [2.0, 6.0], [2.0, 2.0], [2.0, 6.0], [4.0, 4.0],
    ]  # fmt: skip
