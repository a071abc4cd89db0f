"""A peer: another tool that can appraise one scenario of the reference model."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

Figures = dict[str, float]


class Peer(NamedTuple):
    """A tool: `run` takes draws and a seed, and returns the figures; none where nothing is evaluated."""

    title: str
    package: str
    draws: int
    run: Callable[[int, int], Figures]


def plain_name(name: str) -> str:
    """Return an input's name as tools take it that know letters, digits and underlines only."""
    return name.replace(".", "_")
