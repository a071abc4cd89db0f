"""What an input may be: a scenario compiled again with one input at another value, as `--set` does it.

There is no list of what is allowed beside this one: a value is sound where the files, with it in them, pass
every check that any scenario passes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from costmodel.library import Surroundings
from costmodel.model.model import Model

if TYPE_CHECKING:
    from costmodel.documents.scenario_sources import ScenarioFiles


@dataclass(frozen=True)
class SetAgain:
    """A scenario to be set and compiled again, as it was loaded, whatever becomes of its files.

    Attributes:
        around: Where its files were found.
        texts: The bytes of each, by its path, as they were read.
        settings: What was set when it was loaded, name to YAML text.
    """

    around: Surroundings
    texts: Mapping[Path, bytes]
    settings: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def files(self) -> ScenarioFiles:
        """Return the scenario's files as they were loaded, made out when first asked for."""
        from costmodel.documents.scenario_sources import files_of

        return files_of(self.around, self.texts)

    def at(self, name: str, value: float) -> Model:
        """Return the model with an input set to a value, in the input's own unit.

        Raises `InputError` where that breaks a rule of the scenario, with what is wrong in words.
        """
        from costmodel.model.compile_scenario import compile_scenario

        return compile_scenario(self.files.with_settings({**self.settings, name: repr(float(value))}))
