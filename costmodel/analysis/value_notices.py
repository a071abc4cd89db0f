"""What to know before quoting a chance, or what knowing is worth: the main doubt, and scenarios unlike."""

from __future__ import annotations

from collections.abc import Sequence

from costmodel.analysis.comparison_notices import comparison_notices
from costmodel.analysis.decision import labels
from costmodel.analysis.notice import Notice, listed
from costmodel.analysis.notices import parted
from costmodel.model.model import Model, depends_on


def value_notices(models: Sequence[Model]) -> tuple[Notice, ...]:
    """Return the notices of a decision: one scenario or none, or a choice among several."""
    if len(models) > 1:
        return tuple(comparison_notices(models, labels(models), ("net",)))
    found = (parted(models[0]), _counterfactual_held(models[0]))
    return tuple(notice for notice in found if notice is not None)


def _counterfactual_held(model: Model) -> Notice | None:
    """Return the notice where something is drawn, but what would have happened anyway is not."""
    drawn = {item.name for item in model.uncertain}
    held = [name for name in model.counterfactual if not depends_on(model, name, drawn)]
    if not held or not drawn:
        return None
    point = model.best_point()
    what = listed([f"{name} at {point[name]:.4g}" for name in held])
    text = (
        f"What would have happened anyway is taken as certain: {what}. The shares of variance, the chances, "
        "the boxes and the worth of knowing are of everything but the main doubt."
    )
    return Notice("counterfactual_held", text)
