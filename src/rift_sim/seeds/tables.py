"""The ledger on a terminal, one table for each kind of entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from rift_sim.seeds.distributions import Fixed
from rift_sim.seeds.entry import entry
from rift_sim.seeds.groups import Members, Talks
from rift_sim.seeds.ledger import Ledger
from rift_sim.seeds.text import build_table, figures, number, span, yes

if TYPE_CHECKING:
    from rich.table import Table

__all__ = [
    "KINDS",
    "claims_table",
    "effects_table",
    "entry",
    "events_table",
    "facts_table",
    "groups_table",
    "parameters_table",
    "sources_table",
]


def facts_table(ledger: Ledger) -> Table:
    """Return the facts: figure, unit, period, source, verified or not."""
    return build_table(
        "Facts",
        ("id", "quantity", "figure", "unit", "period", "source", "verified"),
        (
            (
                key,
                fact.quantity,
                figures(fact),
                fact.unit,
                fact.period,
                fact.source,
                yes(fact.verified),
            )
            for key, fact in ledger.facts.items()
        ),
    )


def effects_table(ledger: Ledger) -> Table:
    """Return the effect sizes behind priors."""
    return build_table(
        "Effects",
        ("id", "mechanism", "value", "bounds", "unit", "source", "verified"),
        (
            (
                key,
                effect.mechanism,
                effect.value if isinstance(effect.value, str) else number(effect.value),
                span(effect.low, effect.high),
                effect.unit,
                effect.source,
                yes(effect.verified),
            )
            for key, effect in ledger.effects.items()
        ),
    )


def events_table(ledger: Ledger) -> Table:
    """Return the dated events."""
    return build_table(
        "Events",
        ("id", "date", "event", "actor", "kind", "source", "verified"),
        (
            (
                key,
                event.date,
                event.event,
                event.actor,
                event.kind,
                event.source,
                yes(event.verified),
            )
            for key, event in ledger.events.items()
        ),
    )


def claims_table(ledger: Ledger) -> Table:
    """Return the claims: cause, effect, evidence for and against, alive or not."""
    return build_table(
        "Claims",
        ("id", "cause", "effect", "agrees", "disagrees", "sign", "alive"),
        (
            (
                key,
                claim.cause,
                claim.effect,
                ", ".join(item.id for item in claim.evidence if item.stance == "agrees"),
                ", ".join(item.id for item in claim.evidence if item.stance == "disagrees"),
                claim.label.replace("_", " "),
                yes(claim.alive),
            )
            for key, claim in ledger.claims.items()
        ),
    )


def parameters_table(ledger: Ledger) -> Table:
    """Return the parameters: value, unit, prior, what they rest on, claims they serve."""
    return build_table(
        "Parameters",
        ("id", "section", "symbol", "value", "unit", "prior", "rests on", "claims"),
        (
            (
                key,
                parameter.section,
                parameter.symbol,
                number(parameter.value),
                parameter.unit,
                "fixed" if isinstance(parameter.prior, Fixed) else parameter.prior.describe(),
                ", ".join(parameter.source.id) or parameter.source.kind,
                ", ".join(parameter.claims),
            )
            for key, parameter in ledger.parameters.items()
        ),
    )


def sources_table(ledger: Ledger) -> Table:
    """Return the sources."""
    return build_table(
        "Sources",
        ("id", "title", "publisher", "year", "address"),
        (
            (
                key,
                source.title,
                source.publisher,
                "" if source.year is None else str(source.year),
                source.address,
            )
            for key, source in ledger.sources.items()
        ),
    )


def groups_table(ledger: Ledger) -> Table:
    """Return the armed groups, with the last count of members."""
    return build_table(
        "Armed groups",
        ("id", "name", "family", "parent", "life", "members", "armed", "rents", "talks"),
        (
            (
                key,
                group.name,
                group.family.replace("_", "-"),
                group.parent or "",
                f"{group.start} to {group.until or ''}".strip(),
                *_last_members(group.members),
                ", ".join(
                    f"{name} {share:.0%}" for name, share in group.rents.model_dump().items()
                ),
                _talks(group.talks),
            )
            for key, group in ledger.groups.items()
        ),
    )


def _last_members(members: Mapping[str, Members]) -> tuple[str, str]:
    if not members:
        return ("", "")
    last = members[max(members)]
    return (number(last.total), number(last.armed))


def _talks(talks: Talks | None) -> str:
    if talks is None:
        return ""
    return ("open" if talks.open else "none") + (", ceasefire" if talks.ceasefire else "")


KINDS: Mapping[str, Callable[[Ledger], Table]] = {
    "facts": facts_table,
    "effects": effects_table,
    "events": events_table,
    "claims": claims_table,
    "parameters": parameters_table,
    "groups": groups_table,
    "sources": sources_table,
}
"""The kinds of entries by name, and the function that tables each."""
