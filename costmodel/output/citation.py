"""What a reader of an exported folder needs first: README.md, and CITATION.cff to cite it by."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from costmodel.model.model import Model
from costmodel.version import __version__

README, CITATION = "README.md", "CITATION.cff"
_AUTHORS = "the care-costmodel authors"


def citation(model: Model) -> bytes:
    """Return CITATION.cff (format 1.2.0): the data set, and the software it was made with.

    Who publishes the folder puts their own name in the place of the software's authors. Texts are written
    as JSON, which YAML 1.2 reads.
    """

    def text(words: str) -> str:
        return json.dumps(words, ensure_ascii=False)

    lines = [
        "cff-version: 1.2.0",
        "message: If you use these figures, please cite them and the scenario's own sources.",
        "type: dataset",
        f"title: {text(f'{model.title}: draws, figures and assumptions')}",
        "authors:",
        f"  - name: {text(_AUTHORS)}",
        f"version: {text(__version__)}",
        "references:",
        "  - type: software",
        "    title: care-costmodel",
        "    authors:",
        f"      - name: {text(_AUTHORS)}",
        f"    version: {text(__version__)}",
    ]
    return ("\n".join(lines) + "\n").encode("utf-8")


def readme(model: Model, files: Mapping[str, str], left_out: Sequence[str], draws: int, seed: int) -> bytes:
    """Return README.md: what the figures are of, what each file holds, how to make them again.

    `files` says by name what each file is, `left_out` in words what is in none, and why.
    """
    appraisal = model.appraisal
    settings = [f"- `{name} = {text}`" for name, text in model.settings.items()]
    prices = (
        "Prices are as stated by their sources."
        if appraisal.price_year == "as stated"
        else f"Pounds are of {appraisal.price_year}."
    )
    years = f"{appraisal.years} year" + ("" if appraisal.years == 1 else "s")
    parts = [
        f"# {model.title}",
        "",
        *([model.description.strip(), ""] if model.description else []),
        f"Scenario `{model.name}`, {years} from {appraisal.start}, {draws:,} "
        + (f"draws with seed {seed}." if draws > 1 else "draw, for nothing in it is uncertain."),
        f"{prices} Made by care-costmodel {__version__}.",
        *(["", "Set from outside the scenario's files:", "", *settings] if settings else []),
        "",
        "| file | holds |",
        "|---|---|",
        *(f"| `{name}` | {what.replace('|', chr(92) + '|')} |" for name, what in files.items()),
        *(["", "Not there:", "", *(f"- {told}" for told in left_out)] if left_out else []),
        "",
        "`datapackage.json` gives the unit and a description of every column. A row of `draws.csv` holds one",
        "draw of every uncertain input and the measures that follow from it.",
        "",
        "To check the folder: `frictionless validate datapackage.json`. To make its CSV files again from",
        "the scenario, byte for byte, or be told which file has changed: `costmodel rerun run.json`.",
        "",
        "No licence is stated for the data: whoever publishes it adds theirs to `datapackage.json`, and",
        "their name to `CITATION.cff`.",
    ]
    return ("\n".join(parts) + "\n").encode("utf-8")
