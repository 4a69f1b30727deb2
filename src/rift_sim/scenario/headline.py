"""The three headline assumptions, put upon any scenario: aid, forces, president of 2026.

Levels and dates are those of the shipped scenarios that vary one of them at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from rift_sim.calendar import Month
from rift_sim.errors import InputError
from rift_sim.scenario.actions import President
from rift_sim.scenario.events import HEADER
from rift_sim.scenario.schema import Scenario
from rift_sim.scenario.values import Share, Strict

__all__ = ["INAUGURATION", "Headline", "assume", "has_election", "in_words"]

INAUGURATION = Month(2026, 8)
"""Month in which the president who is elected in 2026 takes office."""

_RETIRE, _REBUILD, _FORCE, _FORCE_MONTHS = 0.15, 0.25, 0.12, 36
"""Of `attrition-deepens` and `forces-recover`; judgements there, and so here."""
_FORCES_AFTER = 2
"""Months from the start of a run to the first change of the forces, as in these two."""

_PRESIDENTS = {
    "left": "of the left takes office and keeps the course",
    "left_learning": "of the left takes office and changes course on security and on Washington",
    "centre": "of the centre takes office",
    "right": "of the right takes office",
}


class Headline(Strict):
    """What is assumed in place of what the scenario says; nothing, if nothing is given."""

    aid: Share | None = None
    """Level at which all U.S. aid is held from the start on (1 = FY2024): 0 is `full-cutoff`,
    1 is `no-cutoff`."""
    forces: Annotated[float, Field(ge=-1, le=1)] = 0.0
    """Course of the forces: -1 is `attrition-deepens`, 1 is `forces-recover`; in between, that
    share of the changes. 0: as in the scenario."""
    president: President | None = None
    """Type of president from August 2026 on."""


def has_election(scenario: Scenario) -> bool:
    """Say whether the president of 2026 takes office within the run."""
    return scenario.start <= INAUGURATION <= scenario.end


def assume(scenario: Scenario, headline: Headline) -> Scenario:
    """Return the scenario with the assumptions in place of its own events of that kind.

    Events within the run that set aid, change the forces or bring the president of 2026 give
    way to the assumption about it. Everything else stays, history included.

    Raises
    ------
    InputError
        When a president is assumed, but August 2026 lies outside the run.
    """
    if headline == Headline():
        return scenario
    if headline.president is not None and not has_election(scenario):
        raise InputError(
            f"the president of 2026 takes office outside the run ({scenario.start} to "
            f"{scenario.end})",
            key="president",
            allowed=f"a scenario that runs through {INAUGURATION}",
        )
    data = scenario.plain()
    taken = set(_taken(headline))
    kept = (_without(event, taken) for event in data.get("timeline", ()))
    data["timeline"] = [event for event in kept if event is not None]
    data["timeline"] += _events(scenario, headline)
    return Scenario.model_validate(data)


def in_words(scenario: Scenario, headline: Headline) -> tuple[str, str, str]:
    """Return a sentence on each of the three assumptions: aid, forces, president."""
    aid, forces = _aid_in_words(scenario, headline.aid), _forces_in_words(scenario, headline.forces)
    return (
        aid or f"U.S. aid {_own(scenario, 'aid')}",
        forces or f"The forces {_own(scenario, 'commanders', 'force_size')}",
        f"In {INAUGURATION.in_words} a president {_PRESIDENTS[headline.president]}."
        if headline.president
        else f"The president of 2026 {_own(scenario, 'inauguration')}",
    )


def _own(scenario: Scenario, *kinds: str) -> str:
    """Say what the scenario itself lets happen within the run."""
    found = [
        f"{event.note or 'an event without a note'} ({event.date})"
        for event in scenario.timeline
        if any(kind in kinds for kind, _ in event.actions)
    ]
    said = "; ".join(found) if found else "no event within the run"
    return f"as in the scenario '{scenario.name}': {said}."


def _taken(headline: Headline) -> Iterator[str]:
    """Name the kinds of action that an assumption takes the place of."""
    if headline.aid is not None:
        yield "aid"
    if headline.forces:
        yield from ("commanders", "force_size")
    if headline.president is not None:
        yield "inauguration"


def _without(event: dict[str, Any], taken: set[str]) -> dict[str, Any] | None:
    """Return an event without what is taken away; None if that was all it did."""
    gone = taken - ({"inauguration"} if not event["date"].startswith("2026") else set())
    kept = {key: value for key, value in event.items() if key not in gone}
    return kept if kept.keys() - set(HEADER) else None


def _events(scenario: Scenario, headline: Headline) -> Iterator[dict[str, Any]]:
    forces = headline.forces
    if headline.aid is not None:
        aid = {"all": headline.aid, "hold": True}
        note = _aid_in_words(scenario, headline.aid).rstrip(".")
        yield {"date": str(scenario.start), "note": note, "aid": aid}
    if forces:
        lost = {"retire": -_RETIRE * forces, "intelligence_officers": -_RETIRE * forces}
        commanders = lost if forces < 0 else {"rebuild": _REBUILD * forces}
        when = str(_forces_from(scenario))
        if any(event.commanders and event.commanders.every == "year" for event in scenario.history):
            yield {"date": when, "note": "The yearly course ends", "commanders": {"stop": True}}
        course, size = _course(forces)
        note = course[0].upper() + course[1:]
        yield {"date": when, "note": note, "commanders": {**commanders, "every": "year"}}
        change = {"change": _FORCE * forces, "over_months": _FORCE_MONTHS}
        yield {"date": when, "note": size[0].upper() + size[1:], "force_size": change}
    if headline.president is not None:
        yield {
            "date": str(INAUGURATION),
            "note": f"A president {_PRESIDENTS[headline.president]}",
            "inauguration": {"president": headline.president},
        }


def _forces_from(scenario: Scenario) -> Month:
    return min(scenario.start.shift(_FORCES_AFTER), scenario.end)


def _aid_in_words(scenario: Scenario, level: float | None) -> str:
    if level is None:
        return ""
    first = scenario.start.in_words
    if level == 0.0:
        return f"All U.S. aid ends in {first}, without a carve-out, and stays away."
    return f"All U.S. aid is held at {_percent(level)} of its level of 2024 from {first} on."


def _forces_in_words(scenario: Scenario, forces: float) -> str:
    if not forces:
        return ""
    course, size = _course(forces)
    return f"From {_forces_from(scenario).in_words} on, {course}; {size}."


def _course(forces: float) -> tuple[str, str]:
    """Say what becomes of experience, and of size."""
    size = f"{_percent(_FORCE * abs(forces))} over three years"
    if forces < 0:
        lost = _percent(_RETIRE * -forces)
        return (
            f"each year a further {lost} of leadership and intelligence experience is lost",
            f"the forces shrink by {size}",
        )
    regained = _percent(_REBUILD * forces)
    return (
        f"each year {regained} of the missing experience of commanders is regained",
        f"the forces grow by {size}",
    )


def _percent(share: float) -> str:
    return f"{100.0 * share:.3g} percent"
