"""Which claims are touched by what differs between scenarios, read off the ledger.

A claim is touched where its mechanism is switched, where a parameter that serves it is set
otherwise, and where an event differs that is of the kind by which the claim's own experiment
brings its cause about. Another president also brings the parameters of that type of president.
Where such a claim moves the capability of the state, the claims that start from that capability
are touched through it. Of aid it is known whether it goes the way of a claim's experiment or the
other way; of other kinds of events it is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rift_sim.report.sources import Citation, cite
from rift_sim.scenario.actions import Aid
from rift_sim.vocabulary import SERIES

if TYPE_CHECKING:
    from rift_sim.report.assumptions import Difference
    from rift_sim.scenario.events import Event
    from rift_sim.seeds.claim_records import Claim
    from rift_sim.seeds.ledger import Ledger

__all__ = ["Finding", "Touched", "touched_claims"]

_WEAKENS = ("force_size", "change")
"""What experiments change to lower the capability of the state itself."""
_CAPABILITY = "capability"
_LABELS = {
    "built_in": "its sign is built in: runs show its size only",
    "emergent": "its sign comes out of decisions of groups, and could turn",
    "supported_by_data": "calibration moved the parameters behind it its way",
    "later": "the model has no mechanism for it",
}

Lever = tuple[str, str]
"""Kind of action, and what of it is set."""


@dataclass(frozen=True)
class Finding:
    """A piece of outside evidence.

    Attributes
    ----------
    note
        What it says of the claim.
    source
        What was recorded, and who published it.
    """

    note: str
    source: Citation


@dataclass(frozen=True)
class Touched:
    """A claim, and how the difference reaches it.

    Attributes
    ----------
    id, statement, cause, expected, label
        Of the claim; expected outcomes and label in words.
    turned
        That its cause goes the other way here; empty where it does not, or is not known.
    ways
        How it is touched.
    agrees, disagrees
        Outside evidence.
    """

    id: str
    statement: str
    cause: str
    expected: tuple[str, ...]
    label: str
    turned: str
    ways: tuple[str, ...]
    agrees: tuple[Finding, ...]
    disagrees: tuple[Finding, ...]


def touched_claims(found: Sequence[Difference], ledger: Ledger) -> list[Touched]:
    """Return the claims that differences touch, in the order of the ledger."""
    levers = {lever for some in found for event in some.events for lever in _levers(event)}
    parameters = list(dict.fromkeys(name for some in found for name in some.parameters))
    switched = {name for some in found for name in some.mechanisms}
    governing = _of_presidents([event for some in found for event in some.events], ledger)
    ways: dict[str, list[str]] = {}
    for name, claim in ledger.claims.items():
        told = ["its mechanism is switched"] if name in switched else []
        told += [f"parameter {p}" for p in parameters if name in ledger.parameters[p].claims]
        told += _spelled(levers & _cause(claim))
        if name in governing and not told:
            told.append("through what such a president does")
        if told:
            ways[name] = told
    weaker = any(
        item.outcome == _CAPABILITY for name in ways for item in ledger.claims[name].expected
    )
    for name, claim in ledger.claims.items():
        if weaker and name not in ways and _WEAKENS in _cause(claim):
            ways[name] = ["through the capability of the state"]
    return [_touched(name, found, ways[name], ledger) for name in ledger.claims if name in ways]


def _touched(
    name: str, found: Sequence[Difference], ways: Iterable[str], ledger: Ledger
) -> Touched:
    claim = ledger.claims[name]

    def of(stance: str) -> tuple[Finding, ...]:
        chosen = (item for item in claim.evidence if item.stance == stance)
        return tuple(Finding(item.note or "", cite(item.id, ledger)) for item in chosen)

    signs = {"+": "rises", "-": "falls", "0": "stays"}
    expected = (f"{SERIES[item.outcome].long_name}: {signs[item.sign]}" for item in claim.expected)
    return Touched(
        name,
        claim.statement,
        claim.cause,
        tuple(expected),
        _LABELS[claim.label],
        _turned(claim, found),
        tuple(ways),
        of("agrees"),
        of("disagrees"),
    )


def _turned(claim: Claim, found: Sequence[Difference]) -> str:
    """Say where aid goes the other way than in the experiment of a claim."""
    tested = {
        line: level > 1.0
        for event in _arms(claim)[0]
        if event.aid is not None
        for line, level in event.aid.levels.items()
    }
    ways = {
        (some.aid[line], more)
        for some in found
        for line, more in tested.items()
        if line in some.aid
    }
    against = {(-1, True): "aid is cut", (1, False): "aid is raised"}
    said = [against[way] for way in sorted(ways & set(against))]
    if not said or any(sign == 0 for sign, _ in ways):
        return ""
    if ways <= set(against):
        return f"Here the other way: {' and '.join(said)}."
    return f"Here both ways: {' and '.join(said)} in some of the scenarios."


def _levers(event: Event) -> Iterator[Lever]:
    """Give the kinds of action of an event with what each sets; of aid, its lines."""
    for kind, action in event.actions:
        if isinstance(action, Aid):
            yield from ((kind, line) for line in action.levels)
        elif hasattr(action, "model_dump"):
            given = action.model_dump(exclude_none=True, exclude_defaults=True)
            yield from ((kind, field) for field in given)
        else:
            yield kind, ""


def _cause(claim: Claim) -> set[Lever]:
    """Return what the experiment of a claim sets, in either arm."""
    return {lever for arm in _arms(claim) for event in arm for lever in _levers(event)}


def _arms(claim: Claim) -> tuple[list[Event], list[Event]]:
    """Return the events of both arms of the experiment of a claim."""
    from rift_sim.scenario.events import Event

    if claim.experiment is None:
        return [], []
    with_, without = (
        [Event.model_validate(dict(event)) for event in arm.get("timeline", ())]
        for arm in (claim.experiment.with_, claim.experiment.without)
    )
    return with_, without


def _of_presidents(events: Iterable[Event], ledger: Ledger) -> set[str]:
    """Return the claims served by parameters of the presidents that events bring to office."""
    inaugurations = (event.inauguration for event in events if event.inauguration is not None)
    endings = {f"_{kind}" for inauguration in inaugurations for kind in inauguration.mix}
    return {
        claim
        for name, parameter in ledger.parameters.items()
        if name.endswith(tuple(endings))
        for claim in parameter.claims
    }


def _spelled(levers: Iterable[Lever]) -> list[str]:
    """Write levers in words, those of one kind of action together."""
    fields: dict[str, list[str]] = {}
    for kind, field in sorted(levers):
        fields.setdefault(kind.replace("_", " "), []).append(field.replace("_", " "))
    return [
        f"event: {kind} ({', '.join(some)})".replace(" ()", "") for kind, some in fields.items()
    ]
