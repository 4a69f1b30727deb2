"""The typed entry of a claim: what it says, what speaks for it, how it is tested."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from rift_sim.calendar import Month
from rift_sim.seeds.base import Loose, Record, Text, Texts
from rift_sim.vocabulary import SERIES

__all__ = ["Claim", "Evidence", "Expectation", "Experiment"]


class Evidence(Record):
    """What one effect or fact says about a claim."""

    id: Text
    stance: Literal["agrees", "disagrees", "silent"]
    note: Text | None = None


def _known_outcome(value: str) -> str:
    if value not in SERIES:
        raise ValueError(f"'{value}' is not an observed series")
    return value


class Expectation(Record):
    """The sign the claim gives to an outcome when its cause happens."""

    outcome: Annotated[Text, AfterValidator(_known_outcome)]
    sign: Literal["+", "-", "0"]


def _known_time(value: str) -> str:
    if value not in ("end", "sum"):
        Month.parse(value)
    return value


class Experiment(Record):
    """How a claim is tested: the same replicates with its cause and without it.

    Attributes
    ----------
    intervention
        What is done, with its dose and date, in words.
    both, with_, without
        Keys of a scenario file, for both arms and for either (``with`` in the file).
    held
        Claims switched off in both arms, because they lead from the cause to the outcome by
        another way.
    outcome, when
        Observed series, and when it is read: ``end`` of the experiment, its ``sum``, or a
        month.
    sign
        What the claim says of the difference.
    smallest
        Smallest difference of interest, in the unit of the outcome.
    """

    intervention: Text
    both: Mapping[str, Any] = Field(default={})
    with_: Mapping[str, Any] = Field(default={}, alias="with")
    without: Mapping[str, Any] = Field(default={})
    held: Texts = ()
    outcome: Annotated[Text, AfterValidator(_known_outcome)]
    when: Annotated[Loose, AfterValidator(_known_time)]
    sign: Literal["+", "-"]
    smallest: Annotated[float, Field(gt=0)]


class Claim(Record):
    """A causal claim of the seed document, and the mechanism that carries it.

    Attributes
    ----------
    cause, effect, statement
        The claim, short and in a sentence.
    where, source
        Sections of the document, and its source id.
    evidence
        Effects and facts that agree, disagree or are silent.
    when_off
        What the model does when the mechanism is switched off.
    needs
        Claims without whose mechanisms this one has nothing to work with.
    expected
        Sign per outcome, where the claim gives one.
    label
        ``built_in``: the sign is written into a formula; ``emergent``: it comes out of
        interacting agents; ``supported_by_data``: calibration moved the parameters behind it
        its way; ``later``: the mechanism is not in the model yet.
    alive
        Whether the model has the mechanism.
    experiment
        How it is tested.
    """

    id: Text
    cause: Text
    effect: Text
    statement: Text
    where: Texts
    source: Text
    evidence: Annotated[tuple[Evidence, ...], Field(strict=False)]
    when_off: Text
    needs: Texts = ()
    expected: Annotated[tuple[Expectation, ...], Field(strict=False)] = ()
    label: Literal["built_in", "emergent", "supported_by_data", "later"]
    alive: bool
    experiment: Experiment | None = None

    @model_validator(mode="after")
    def _check(self) -> Claim:
        if self.alive == (self.label == "later"):
            raise ValueError("label 'later' is for claims that are not alive, and only for them")
        return self
