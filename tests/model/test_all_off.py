"""With every mechanism off nothing moves but demography and noise, whatever governments do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from rift_sim.model import World
from rift_sim.replicate import simulate
from rift_sim.scenario import overlay

Run = dict[str, np.ndarray]
REPLICATES = 6


def event(date: str, **actions: Any) -> dict[str, Any]:
    return {"date": date, **actions}


VIOLENT = [
    event("2026-02", aid={"all": 0, "hold": True}),
    event("2026-02", commanders={"retire": 0.6, "intelligence_officers": 0.6, "every": "year"}),
    event("2026-03", force_size={"change": -0.4}),
    event("2026-03", intelligence_sharing=0, extradition=0),
    event("2026-04", threat={"severity": 1}),
    event("2026-05", sanction={"target": "economy", "severity": 1}),
    event("2026-05", diplomacy={"effect": -1, "kind": "recall"}),
    event("2026-06", tariff={"rate": 25, "by": "us"}),
    event("2026-06", tariff={"rate": 30, "by": "ecuador"}),
    event("2026-08", inauguration={"president": "right"}),
    event("2026-09", certification="decertified"),
    event("2026-09", cooperation={"interest": "drugs", "effort": 1}),
    event("2026-10", posture={"pressure": 4, "eradication": 300_000, "talks": False}),
    event("2026-11", eradication={"hectares_per_year": 0, "method": "aerial"}),
    event("2026-11", talks={"groups": "all", "open": True}),
    event("2026-11", ceasefire={"groups": "all", "on": True}),
    event("2026-12", venezuela={"regime": "transition"}),
    event("2026-12", sanctuary={"country": "ecuador", "level": 1}),
    event("2027-08", inauguration={"president": "left"}),
]
"""All that governments can do. Left out is what an event does to a group itself (strike, split,
demobilisation, designation, war, pact, coexistence): that is done to the map by hand."""

RECORDS = {
    "aid_usd": "the aid that events set, and the appropriation of October",
    "aid_usd_line": "the same by line",
    "force": "the size of the army that events and the plans of a president set",
    "capability": "of its four inputs three are held; the fourth is the size of the army",
    "decertified": "a dated verdict takes the place of that year's draw",
    "extraditions": "the extradition that events set",
    "relationship_index": "mean of the pillars",
    "relationship_index_pillar": "aid, sharing, extradition, tariffs and diplomatic acts, smoothed",
    "relationship_phase": "read off the index",
}
"""Series that record what was done, and why."""

_MEMBERS = "groups recruit and lose members at the rates of the start, and move among places"
_MAP = "members move, enter and leave places by keyed chance and the utilities of the start"
_DEATHS = "operations and attacks on civilians at the rates of the start, keyed Poisson counts"
_HOME = "natural increase, and the displaced of the start who return or settle"
_COCA = "trend, keyed shocks and spread; eradication as at the start"
MOVES = {
    "presence_alert": _MAP,
    "presence_survey": _MAP,
    "control": _MAP,
    "contested": "pairs go to war and make peace by keyed chance, and members move",
    "presence_alert_population": _MAP,
    "presence_survey_population": _MAP,
    "control_population": _MAP,
    "members": _MEMBERS,
    "members_armed": _MEMBERS,
    "members_remoteness": _MAP,
    "members_lost": _MEMBERS,
    "returned": _HOME,
    "displaced_stock": _HOME,
    "conflict_deaths": _DEATHS,
    "coca_ha": _COCA,
    "eradicated_ha": "as at the start, while the fields are there",
    "capability": "the size of the army",
    "force": "growth under the president of the start",
    "relationship_index": "pillars approach what the pair of governments makes of them",
    "relationship_phase": "read off the index",
    "crises": "keyed counts at the hostility of the start",
    "decertified": "keyed draw each September at the hostility of the start",
    "aid_usd": "the pipeline of aid decided before, and the appropriation of October",
}
"""Series that move over time with every mechanism off, and why."""

HELD = {
    "newly_displaced": "C11",
    "confined": "C11",
    "crossed_border": "C11",
    "mobility": "C01",
    "intelligence": "C02, C04",
    "leadership": "C03",
    "concessions": "C23",
    "extraditions": "C18",
    "extortion": "C08",
    "self_defence": "C15",
    "members_abroad": "C16",
    "emigration": "C17",
    "emigration_us": "C17",
    "us_anticrime": "C19",
    "china_engagement": "C20",
}
"""Series that stay as they are in their first month, and the claims that hold them."""


def world(timeline: list[dict[str, Any]], mechanisms: Mapping[str, str]) -> World:
    fragments: list[dict[str, Any]] = [
        {"end": "2028-12", "mechanisms": dict(mechanisms), "timeline": [{"drop": "all"}]},
        {"timeline": timeline},
    ]
    return World(overlay("reference", fragments, name="all-off"))


def runs(timeline: list[dict[str, Any]], mechanisms: Mapping[str, str]) -> list[Run]:
    shared = world(timeline, mechanisms)
    return [simulate(shared, replicate) for replicate in range(REPLICATES)]


@pytest.fixture(scope="module")
def calm() -> list[Run]:
    return runs([], {"all": "off"})


@pytest.fixture(scope="module")
def violent() -> list[Run]:
    return runs(VIOLENT, {"all": "off"})


def differing(some: list[Run], other: list[Run]) -> set[str]:
    pairs = zip(some, other, strict=True)
    return {name for a, b in pairs for name in a if not np.array_equal(a[name], b[name])}


def moving(some: list[Run]) -> set[str]:
    return {name for run in some for name, values in run.items() if (values != values[0]).any()}


def test_nothing_answers_to_what_governments_do(calm: list[Run], violent: list[Run]) -> None:
    """Identical arrays in every replicate, but for what records the events themselves."""
    assert differing(calm, violent) == set(RECORDS)


def test_the_same_events_move_the_map_with_the_mechanisms_on(calm: list[Run]) -> None:
    moved = differing(runs([], {}), runs(VIOLENT, {}))
    unmoved = {name for name in calm[0] if name not in moved}
    assert unmoved == set()


def test_every_series_that_moves_is_explained(calm: list[Run], violent: list[Run]) -> None:
    variables = world([], {}).variables
    dimensions = "department", "group", "pillar", "line"

    def bare(name: str) -> str:
        while name.rpartition("_")[2] in dimensions:
            name = name.rpartition("_")[0]
        return name

    assert {bare(name) for name in moving(calm)} == set(MOVES)
    assert {bare(name) for name in variables} == set(MOVES) | set(HELD)
    # The violent arm moves nothing more over time, but for what its events set.
    assert {bare(name) for name in moving(violent)} <= set(MOVES) | set(RECORDS)
