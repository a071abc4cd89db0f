"""What everything written is made of: parts with known keys, and values with what they rest on."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from costmodel.documents.checked_values import Amount, Formula, Text, as_written, refuse

VALUE_KEYS = (
    "value", "low", "best", "high", "shape", "distribution", "successes", "failures", "mean", "effective_n",
    "sd", "mu", "sigma", "p5", "p95", "k", "scale", "values", "weights", "n", "p", "zero", "otherwise",
)  # fmt: skip
"""The keys that say what a value is; a patch that sets one of them replaces them all."""

Quality = Literal["red", "amber", "green"]
ValueKind = Literal["fiscal", "economic", "social"]
DistributionName = Literal[
    "beta", "normal", "lognormal", "gamma", "triangular", "pert", "uniform", "discrete", "poisson",
    "binomial", "zero_inflated",
]  # fmt: skip


class Written(BaseModel):
    """Base of everything a person writes: unknown keys are errors, keys that begin with x- are notes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _without_notes(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            refuse(f"{as_written(data)} where keys belong", cls.expected_keys())
        return {key: value for key, value in data.items() if not str(key).startswith("x-")}

    @classmethod
    def expected_keys(cls) -> str:
        """Return the keys this part of a document may have, as a person would be told."""
        return "keys such as " + ", ".join(cls.known_keys()[:4])

    @classmethod
    def known_keys(cls) -> tuple[str, ...]:
        """Return every key this part of a document may have, the most common first."""
        return tuple(field.alias or name for name, field in cls.model_fields.items())

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Return the JSON Schema of this part, with what each key is for."""
        from costmodel.documents.field_texts import descriptions  # only the schema needs it

        schema = handler(core_schema)
        properties = handler.resolve_ref_schema(schema).get("properties", {})
        for key, text in descriptions(cls).items():
            if text and key in properties:
                properties[key].setdefault("description", text)
        return schema


class ValueEntry(Written):
    """A value: known, a range, or a named distribution; with what it rests on."""

    title: Text | None = None
    """What the number is, in words."""
    value: Amount | None = None
    """The value when it is known, or derived from other inputs: 81, or "= at_risk * p0"."""
    low: Amount | None = None
    """The lowest value of a range; a lower bound for a normal distribution."""
    best: Amount | None = None
    """The likeliest value of a range; when not given, the mean."""
    high: Amount | None = None
    """The highest value of a range; an upper bound for a normal distribution."""
    shape: Literal["pert", "triangular", "uniform"] | None = None
    """The shape of a range, PERT unless said otherwise."""
    distribution: DistributionName | None = None
    """A named distribution, with its parameters beside it."""
    successes: Amount | None = None
    """beta: pseudo-count of successes."""
    failures: Amount | None = None
    """beta: pseudo-count of failures."""
    mean: Formula | None = None
    """beta, normal, lognormal, gamma, poisson: the mean."""
    effective_n: Amount | None = None
    """beta: how many observations the mean is worth."""
    sd: Amount | None = None
    """normal, lognormal, gamma: the standard deviation."""
    mu: Amount | None = None
    """lognormal: the mean of the logarithm."""
    sigma: Amount | None = None
    """lognormal: the standard deviation of the logarithm."""
    p5: Amount | None = None
    """lognormal: the 5th percentile, with p95 the ends of a 90% interval."""
    p95: Amount | None = None
    """lognormal: the 95th percentile."""
    k: Amount | None = None
    """gamma: the shape parameter."""
    scale: Amount | None = None
    """gamma: the scale parameter."""
    values: list[Amount] | None = None
    """discrete: the values it can take."""
    weights: list[Amount] | None = None
    """discrete: their weights, in the same order."""
    n: Formula | None = None
    """binomial: the size of the cohort, which may be an input."""
    p: Formula | None = None
    """binomial: the probability for each member, which may be an input."""
    zero: Amount | None = None
    """zero_inflated: the probability of exactly zero."""
    otherwise: ValueEntry | None = None
    """zero_inflated: the distribution when it is not zero."""
    unit: Text | None = None
    """The unit, in words: children, child week, hours a week."""
    source: Text | None = None
    """A source that somebody else can open, with its page or table."""
    quality: Quality | None = None
    """How good the evidence is: red, amber or green."""
    owner: Text | None = None
    """Who answers for the number."""
    review_by: Text | None = None
    """When it is to be looked at again."""
    signed_off: Text | None = None
    """Who has accepted the number as it stands, and when: "A. Name, 2026-03-01"."""
    note: Text | None = None
    """Anything a reader should know, such as why a width was assumed."""

    @model_validator(mode="before")
    @classmethod
    def _bare_value(cls, data: Any) -> Any:
        if isinstance(data, (int, float, str)) and not isinstance(data, bool):
            return {"value": data}
        return data

    def value_keys(self) -> tuple[str, ...]:
        """Return the keys given that say what the value is."""
        return tuple(key for key in VALUE_KEYS if getattr(self, key) is not None)
