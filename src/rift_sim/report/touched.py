"""Which claims are touched by what differs between scenarios, read off the ledger.

A claim is touched where its mechanism is switched, where a parameter that serves it is set
otherwise, and where an event differs that is of the kind by which the claim's own experiment
brings its cause about. Another president also brings the parameters of that type of president.
Where such a claim moves the capability of the state, the claims that start from that capability
are touched through it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rift_sim.scenario.actions import Aid
from rift_sim.vocabulary import SERIES

if TYPE_CHECKING:
    from rift_sim.report.assumptions import Difference
    from rift_sim.scenario.events import Event
    from rift_sim.seeds.ledger import Ledger
    from rift_sim.seeds.records import Claim

__all__ = ["Touched", "touched_claims"]

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
class Touched:
    """A claim, and how the difference reaches it.

    Attributes
    ----------
    id, statement, expected, label
        Of the claim; expected outcomes and label in words.
    ways
        How it is touched.
    agrees, disagrees, silent
        Ids of outside evidence.
    """

    id: str
    statement: str
    expected: tuple[str, ...]
    label: str
    ways: tuple[str, ...]
    agrees: tuple[str, ...]
    disagrees: tuple[str, ...]
    silent: tuple[str, ...]


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
    return [
        _touched(name, ledger.claims[name], ways[name]) for name in ledger.claims if name in ways
    ]


def _touched(name: str, claim: Claim, ways: Iterable[str]) -> Touched:
    def of(stance: str) -> tuple[str, ...]:
        return tuple(item.id for item in claim.evidence if item.stance == stance)

    signs = {"+": "rises", "-": "falls", "0": "stays"}
    expected = (f"{SERIES[item.outcome].long_name}: {signs[item.sign]}" for item in claim.expected)
    return Touched(
        name,
        claim.statement,
        tuple(expected),
        _LABELS[claim.label],
        tuple(ways),
        of("agrees"),
        of("disagrees"),
        of("silent"),
    )


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
    if claim.experiment is None:
        return set()
    arms = (claim.experiment.with_, claim.experiment.without)
    events = [event for arm in arms for event in arm.get("timeline", ())]
    return {lever for event in events for lever in _plain_levers(event)}


def _plain_levers(event: Mapping[str, Any]) -> Iterator[Lever]:
    from rift_sim.scenario.events import Event

    yield from _levers(Event.model_validate(dict(event)))


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
