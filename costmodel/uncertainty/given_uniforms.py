"""Inputs at given uniforms: for designs of sensitivity analysis, and for holding chance still."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costmodel.model.model import Model
from costmodel.uncertainty.draws import Copula, inputs_behind

Array = NDArray[np.float64]


def inputs_at(model: Model, behind: Mapping[str, Array], joined: Copula | None = None) -> dict[str, Any]:
    """Return every input's values at given uniforms: floats where known, float[draw] where not.

    `behind` holds float[draw] in (0, 1) for every uncertain input, independent of one another; those that
    `joined` names are made dependent here. Does what `draw_inputs` does at uniforms of its own. Raises
    `InputError` for a cohort that cannot be drawn, and KeyError where an input's uniforms are missing.
    """
    together = {**behind, **_joined(behind, joined)}
    return inputs_behind(model, together.__getitem__)


def _joined(behind: Mapping[str, Array], joined: Copula | None) -> dict[str, Array]:
    if joined is None:
        return {}
    from costmodel.uncertainty.correlation import correlated_uniforms

    independent = np.stack([behind[name] for name in joined.names])
    return dict(zip(joined.names, correlated_uniforms(independent, joined.cholesky), strict=True))
