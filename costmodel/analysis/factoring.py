"""Factoring: one pass over an expression, taking each part as a sum of products of functions of blocks."""

from __future__ import annotations

from costmodel.model.expression import (
    ONE,
    ZERO,
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
    add,
    apply,
    divide,
    multiply,
    operands,
    rebuild,
)
from costmodel.model.model import Model

MOST_TERMS = 2_000
"""A sum of more products than this is refused: the pairs of its terms would take longer than sampling."""

Key = tuple[int, ...]
"""The atoms that are multiplied, at most one to a block, in the order of their blocks."""
Terms = dict[Key, float]
CONSTANT: Key = ()

_WORDS = {Minimum: "min()", Maximum: "max()", Ceiling: "ceil()", Power: "a power", Divide: "a quotient"}


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """An expression that does not factor: the node that stands in the way, where one does, and why."""

    def __init__(self, reason: str, node: Expression | None = None) -> None:
        super().__init__(reason)
        self.node = node


class Factoring:
    """One pass over the parts of an expression, each once, the equal ones too.

    A part is the terms it comes to: coefficients by the atoms multiplied, at most one to a block. An atom is
    a function of one block: its expression, and (a, s) where it is a + s x of the block's one input.
    """

    def __init__(self, model: Model, partition: tuple[tuple[str, ...], ...]) -> None:
        self.model = model
        self.partition = partition
        self.block_of = {name: index for index, names in enumerate(partition) for name in names}
        self.values: list[Terms] = []
        self.masks: list[int] = []  # bit b is set where block b is in the part
        self.met: dict[int, int] = {}
        self.known: dict[object, int] = {}
        self.blocks: list[int] = []
        self.lines: list[tuple[float, float] | None] = []
        self.expressions: list[Expression | None] = []
        self.atoms: dict[object, int] = {}

    def terms(self, expression: Expression) -> Terms:
        """Return an expression's terms; raise `Refused` where it has none such."""
        return self.values[self.index_of(expression)]

    def index_of(self, node: Expression) -> int:
        """Return where a part's terms are kept; the terms are found the first time."""
        found = self.met.get(id(node))
        if found is not None:
            return found
        if isinstance(node, Number):
            found = self._keep(node.value, {CONSTANT: node.value} if node.value else {}, 0)
        elif isinstance(node, Name):
            found = self._input(node)
        else:
            parts = tuple(map(self.index_of, operands(node)))
            key = (type(node), parts)
            found = self.known.get(key)
            if found is None:
                found = self._keep(key, *self._operation(node, parts))
        self.met[id(node)] = found
        return found

    def _keep(self, key: object, terms: Terms, mask: int) -> int:
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = len(self.values)
            self.values.append(terms)
            self.masks.append(mask)
        return found

    def _input(self, node: Name) -> int:
        value = self.model.inputs[node.name].value
        if isinstance(value, Expression):
            return self.index_of(value)
        if isinstance(value, (int, float)):
            number = float(value)
            return self._keep(number, {CONSTANT: number} if number else {}, 0)
        block = self.block_of[node.name]
        alone = len(self.partition[block]) == 1
        atom = self._line_atom(block, 0.0, 1.0) if alone else self._atom(node.name, block, node)
        return self._keep(node.name, {(atom,): 1.0}, 1 << block)

    def _operation(self, node: Expression, parts: tuple[int, ...]) -> tuple[Terms, int]:
        masks = [self.masks[part] for part in parts]
        mask = masks[0] | masks[-1]
        if not mask:
            return self._number(node, parts), 0
        if isinstance(node, Multiply):
            if not (masks[0] and masks[1]):
                which = 0 if masks[0] else 1
                factor = self.values[parts[1 - which]].get(CONSTANT, 0.0)
                return _scaled(self.values[parts[which]], factor), mask if factor else 0
            return self._product(self.values[parts[0]], self.values[parts[1]]), mask
        if isinstance(node, Divide) and not masks[1]:
            divisor = self.values[parts[1]].get(CONSTANT, 0.0)
            if divisor == 0.0:
                raise Refused("it divides by zero")
            return {key: number / divisor for key, number in self.values[parts[0]].items()}, mask
        if mask & (mask - 1) == 0:
            terms = self._within_block(node, parts, mask)
            return terms, 0 if CONSTANT in terms or not terms else mask
        if isinstance(node, (Add, Subtract)):
            left, right = (self.values[part] for part in parts)
            terms = _sum(left, right, 1.0 if isinstance(node, Add) else -1.0)
            return terms, self._mask(terms)
        if isinstance(node, Divide) and masks[1] & (masks[1] - 1) == 0:
            inverse = self._inverse(parts[1])
            return self._product(self.values[parts[0]], {(inverse,): 1.0}), mask
        raise Refused(_WORDS[type(node)], node)

    def _mask(self, terms: Terms) -> int:
        mask = 0
        for block in {self.blocks[atom] for key in terms for atom in key}:
            mask |= 1 << block
        return mask

    def _number(self, node: Expression, parts: tuple[int, ...]) -> Terms:
        try:
            number = apply(node, tuple(self.values[part].get(CONSTANT, 0.0) for part in parts))
        except (ZeroDivisionError, OverflowError):
            raise Refused("a part of it that does not vary is not a number") from None
        return {CONSTANT: float(number)} if number else {}

    def _within_block(self, node: Expression, parts: tuple[int, ...], mask: int) -> Terms:
        """Return an operation on parts of one block as one atom of it."""
        block = mask.bit_length() - 1
        if isinstance(node, (Add, Subtract)):
            first, second = (self._line(self.values[part]) for part in parts)
            if first is not None and second is not None:
                sign = 1.0 if isinstance(node, Add) else -1.0
                intercept, slope = first[0] + sign * second[0], first[1] + sign * second[1]
                if slope == 0.0:
                    return {CONSTANT: intercept} if intercept else {}
                return {(self._line_atom(block, intercept, slope),): 1.0}
        built = rebuild(node, tuple(self._written(self.values[part]) for part in parts))
        return {(self._atom((type(node), parts), block, built),): 1.0}

    def _line(self, terms: Terms) -> tuple[float, float] | None:
        """Return (a, s) of terms in one block that come to a + s x, s being 0 for a number."""
        intercept = slope = 0.0
        for key, number in terms.items():
            line = self.lines[key[0]] if key else (1.0, 0.0)
            if line is None:
                return None
            intercept += number * line[0]
            slope += number * line[1]
        return intercept, slope

    def _written(self, terms: Terms) -> Expression:
        """Return terms in one block as an expression."""
        found: Expression = ZERO
        for key, number in terms.items():
            found = add(found, multiply(Number(number), self.expression(key[0]) if key else ONE))
        return found

    def _inverse(self, part: int) -> int:
        block = self.masks[part].bit_length() - 1
        return self._atom((Divide, part), block, divide(ONE, self._written(self.values[part])))

    def _atom(self, key: object, block: int, expression: Expression) -> int:
        found = self.atoms.get(key)
        if found is None:
            found = self._new(key, block, None, expression)
        return found

    def _line_atom(self, block: int, intercept: float, slope: float) -> int:
        key = (block, intercept, slope)
        found = self.atoms.get(key)
        return self._new(key, block, (intercept, slope), None) if found is None else found

    def _new(
        self, key: object, block: int, line: tuple[float, float] | None, expression: Expression | None
    ) -> int:
        found = self.atoms[key] = len(self.blocks)
        self.blocks.append(block)
        self.lines.append(line)
        self.expressions.append(expression)
        return found

    def expression(self, atom: int) -> Expression:
        """Return an atom's expression; that of a line is written when it is first asked for."""
        found = self.expressions[atom]
        if found is None:
            line = self.lines[atom]
            assert line is not None  # noqa: S101 - an atom has one or the other
            name = Name(self.partition[self.blocks[atom]][0])
            found = self.expressions[atom] = add(Number(line[0]), multiply(Number(line[1]), name))
        return found

    def _product(self, left: Terms, right: Terms) -> Terms:
        if len(left) * len(right) > MOST_TERMS:
            message = f"it is a sum of more than {MOST_TERMS:,} products"
            raise Refused(message)
        terms: Terms = {}
        for first, a in left.items():
            for second, b in right.items():
                key = self._times(first, second)
                terms[key] = terms.get(key, 0.0) + a * b
        return terms

    def _times(self, first: Key, second: Key) -> Key:
        if not first or not second:
            return first or second
        by_block = {self.blocks[atom]: atom for atom in first}
        for atom in second:
            block = self.blocks[atom]
            other = by_block.get(block)
            by_block[block] = atom if other is None else self._atom_product(other, atom)
        return tuple(by_block[block] for block in sorted(by_block))

    def _atom_product(self, first: int, second: int) -> int:
        key = ("times", first, second) if first <= second else ("times", second, first)
        found = self.atoms.get(key)
        if found is None:
            built = multiply(self.expression(first), self.expression(second))
            found = self._new(key, self.blocks[first], None, built)
        return found


def _scaled(terms: Terms, factor: float) -> Terms:
    if factor == 0.0:
        return {}
    return terms if factor == 1.0 else {key: number * factor for key, number in terms.items()}


def _sum(left: Terms, right: Terms, sign: float) -> Terms:
    terms = dict(left)
    for key, number in right.items():
        total = terms.get(key, 0.0) + sign * number
        if total:
            terms[key] = total
        else:
            terms.pop(key, None)
    return terms
