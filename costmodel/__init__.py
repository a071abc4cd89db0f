"""Cost-benefit appraisal of prevention in children's social care.

    >>> import costmodel
    >>> result = costmodel.load("tendring_report").run(draws=0)
    >>> result.measures["net"].cases["minimum"]
    2130804.0

Nothing heavy is imported until it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from costmodel.version import __version__

if TYPE_CHECKING:
    from costmodel.analysis.appraisal import AppraisalResult
    from costmodel.analysis.over_time import OverTime
    from costmodel.documents.problems import InputError
    from costmodel.scenario import Scenario, load

__all__ = ["AppraisalResult", "InputError", "OverTime", "Scenario", "__version__", "load"]

_HOMES = {
    "AppraisalResult": "costmodel.analysis.appraisal",
    "InputError": "costmodel.documents.problems",
    "OverTime": "costmodel.analysis.over_time",
    "Scenario": "costmodel.scenario",
    "load": "costmodel.scenario",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        message = f"module 'costmodel' has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
