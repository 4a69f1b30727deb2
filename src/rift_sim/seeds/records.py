"""The typed entries of the ledger: what one fact, claim, parameter or source holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from rift_sim.calendar import Month
from rift_sim.seeds.base import Loose, Record, Series, Table, Text, Texts, in_order, listed
from rift_sim.seeds.distributions import Distribution
from rift_sim.vocabulary import PRESIDENT_TYPES, SERIES

__all__ = [
    "Claim",
    "Effect",
    "Event",
    "Evidence",
    "Expectation",
    "Experiment",
    "Fact",
    "Origin",
    "Parameter",
    "Source",
]


class Source(Record):
    """Where figures come from.

    Attributes
    ----------
    title, publisher, year, address
        Citation; `year` is that of publication, None for what was never published.
    licence, note
        Terms of use, and what else a reader must know.
    """

    id: Text
    title: Text
    publisher: Text
    year: int | None
    address: Text
    licence: Text | None = None
    note: Text | None = None


class Fact(Record):
    """A figure from the record: one value, a series over time, or a table.

    Attributes
    ----------
    quantity, unit, period, place
        What was measured, in what (``1`` for shares), when and where.
    value, series, table
        Exactly one of them: a number; numbers by year or date; numbers by two keys.
    low, high
        Bounds that sources give, where they do.
    source, also, where
        Source id, ids of further sources, and the place in them.
    verified
        Whether someone saw the figure in the source. False never becomes a target.
    use
        What the model does with it.
    """

    id: Text
    quantity: Text
    unit: Loose
    period: Loose
    place: Text
    source: Text
    where: Loose
    verified: bool
    use: Text
    value: float | None = None
    series: Series | None = None
    table: Table | None = None
    low: float | None = None
    high: float | None = None
    also: Texts = ()
    note: Text | None = None

    @model_validator(mode="after")
    def _check(self) -> Fact:
        given = [k for k in ("value", "series", "table") if getattr(self, k) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "none"
            raise ValueError(f"needs exactly one of value, series and table, found {found}")
        in_order(self.low, self.value, self.high)
        return self


class Effect(Record):
    """An effect size from the literature or computed from the facts; feeds priors.

    Attributes
    ----------
    mechanism
        Cause -> effect.
    value
        A number, or a sign in words where the source gives no size.
    unit, low, high, source, where, verified, note
        As in `Fact`.
    """

    id: Text
    mechanism: Text
    value: float | Text
    unit: Loose
    low: float | None = None
    high: float | None = None
    source: Text
    where: Loose
    verified: bool
    note: Text | None = None

    @model_validator(mode="after")
    def _check(self) -> Effect:
        in_order(self.low, self.value if isinstance(self.value, float | int) else None, self.high)
        return self


def _known_president(value: str) -> str:
    if value not in PRESIDENT_TYPES:
        raise ValueError(f"'{value}' is not a type of president ({', '.join(PRESIDENT_TYPES)})")
    return value


class Event(Record):
    """A dated event; `date` may be a year, a month, a day or a range.

    Attributes
    ----------
    crisis
        Whether it counts toward a crisis of the relationship, by the rule in
        `rift_sim.analysis.crises`.
    president
        Type of the president who takes office, where the event is an inauguration.
    """

    id: Text
    date: Loose
    event: Text
    actor: Text
    kind: Text
    source: Text
    verified: bool
    note: Text | None = None
    crisis: bool = False
    president: Annotated[Text, AfterValidator(_known_president)] | None = None


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


class Origin(Record):
    """What a parameter rests on: a fact, an effect, or a stated judgement."""

    kind: Literal["fact", "effect", "judgement"]
    id: Annotated[tuple[Text, ...], BeforeValidator(listed), Field(strict=False)] = ()
    note: Text | None = None

    @model_validator(mode="after")
    def _check(self) -> Origin:
        if self.kind == "judgement" and self.note is None:
            raise ValueError("a judgement needs a note that gives its reason")
        if self.kind != "judgement" and not self.id:
            raise ValueError(f"a source of kind '{self.kind}' needs its id")
        return self


class Parameter(Record):
    """A number of the model.

    Attributes
    ----------
    section, symbol, unit, meaning
        Part of the model, symbol in the equations, unit (``1`` if none), meaning.
    value
        Default, inside the support of `prior`.
    prior
        What is known before calibration.
    range
        Where the model makes sense: assumptions outside are refused, draws held within.
    source, claims
        Where the prior comes from, and the ids of the claims it serves.
    """

    id: Text
    section: Text
    symbol: Text
    unit: Loose
    meaning: Text
    value: float
    prior: Distribution
    range: Annotated[tuple[float, float], Field(strict=False)] | None = None
    source: Origin
    claims: Texts

    @property
    def bounds(self) -> tuple[float, float]:
        """Lowest and highest value that makes sense."""
        return self.prior.support if self.range is None else self.range
