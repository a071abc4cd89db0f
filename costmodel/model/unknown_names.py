"""Names that a model does not have, told with the nearest that it has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from costmodel.model.model import Model

NEAREST, SHOWN = 3, 6


class UnknownName(KeyError):  # noqa: N818 - a question that has no answer, not an error in the code
    """A name that a model does not have; `known` holds those it has."""

    what: ClassVar[str] = "name"

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(name)
        self.name = name
        self.known = known

    def __str__(self) -> str:
        """Return what there is not, and the nearest that there is, or some of them."""
        return f"there is no {self.what} '{self.name}'{suggestion(self.name, self.known)}"


class UnknownInput(UnknownName):
    """An input the model does not have, or one that is not uncertain where only those can be asked of.

    `known` holds the inputs that could have been asked of, `certain` says that the input is a known number.
    """

    what = "input"

    def __init__(self, name: str, known: tuple[str, ...], certain: bool = False) -> None:
        super().__init__(name, known)
        self.certain = certain

    def __str__(self) -> str:
        """Return why the input cannot be asked of."""
        if self.certain:
            return f"'{self.name}' is not uncertain: it has no range to move in"
        return super().__str__()


def suggestion(name: str, known: tuple[str, ...]) -> str:
    """Return `; did you mean 'a', 'b' or 'c'?`, the nearest names; else some of those there are."""
    from costmodel.documents.problems import near_words

    near = [f"'{each}'" for each in near_words(name, known, NEAREST)]
    if near:
        *others, last = near
        return f"; did you mean {', '.join(others)}{' or ' if others else ''}{last}?"
    if not known:
        return ""
    return f"; there are {', '.join(known[:SHOWN])}{', …' if len(known) > SHOWN else ''}"


def check_uncertain(models: Sequence[Model], names: Iterable[str]) -> None:
    """Raise `UnknownInput` for a name that is not an uncertain input of any of the models."""
    known = dict.fromkeys(item.name for model in models for item in model.uncertain)
    for name in names:
        if name not in known:
            certain = any(name in model.inputs for model in models)
            raise UnknownInput(name, tuple(known), certain)
