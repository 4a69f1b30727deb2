"""The typed entries of the ledger: what one fact, effect, event, parameter or source holds."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from rift_sim.seeds.base import Loose, Record, Series, Table, Text, Texts, in_order, listed
from rift_sim.seeds.distributions import Distribution
from rift_sim.vocabulary import PRESIDENT_TYPES

__all__ = ["Effect", "Event", "Fact", "Origin", "Parameter", "Source"]


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
