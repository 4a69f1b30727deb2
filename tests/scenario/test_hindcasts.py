"""The hindcasts: one chain of events, each with its source, and nothing from the future."""

from __future__ import annotations

import pytest

from rift_sim.calendar import Month
from rift_sim.scenario import Scenario, load_scenario, overlay
from rift_sim.scenario.events import Event
from rift_sim.seeds import Ledger, load_ledger

WHOLE = "hindcast-2010-2025"
LATER = {"hindcast-2016": 2016, "hindcast-2019": 2019, "hindcast-2022": 2022}
HINDCASTS = [WHOLE, *LATER]
LEVELS = {
    "displacement_level", "deaths_state", "deaths_groups", "deaths_civilians", "confinement_level",
    "extortion_level", "displaced_stock_start",
}  # fmt: skip


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return load_ledger()


def _all(scenario: Scenario) -> tuple[Event, ...]:
    return (*scenario.history, *scenario.timeline)


def _verified(ledger: Ledger, source: str) -> bool:
    for records in (ledger.facts, ledger.effects, ledger.events):
        if source in records:
            return records[source].verified
    return source != "memory"


@pytest.mark.parametrize("name", HINDCASTS)
def test_what_is_not_verified_says_so(name: str, ledger: Ledger) -> None:
    for event in _all(load_scenario(name)):
        assert event.source is not None
        assert event.note is not None
        if not _verified(ledger, event.source):
            assert "unverified" in event.note, event.id
        if "from memory" in event.note:
            assert "unverified" in event.note, event.id


@pytest.mark.parametrize(("name", "year"), LATER.items())
def test_later_hindcasts_tell_the_same_story(name: str, year: int) -> None:
    whole, later = load_scenario(WHOLE), load_scenario(name)
    assert (later.start, later.end) == (Month(year, 1), whole.end)
    assert sorted(map(str, _all(later))) == sorted(map(str, _all(whole)))
    assert later.timeline == tuple(e for e in whole.timeline if e.date >= later.start)


@pytest.mark.parametrize("name", HINDCASTS)
def test_each_start_has_levels_of_its_own(name: str) -> None:
    assumed = load_scenario(name).assumptions
    assert set(assumed) >= LEVELS
    whole = load_scenario(WHOLE).assumptions
    own = {key for key in LEVELS if name == WHOLE or assumed[key] != whole[key]}
    assert own >= LEVELS - {"deaths_groups"}  # Two starts share this one.


@pytest.mark.parametrize(
    ("parameter", "fact", "spread"),
    [
        ("displacement_level", "IDP_NEW_RUV", 0.2),
        ("deaths_state", "UCDP_STATE", 0.001),
        ("extortion_level", "EXTORTION_REPORTS", 0.001),
    ],
)
@pytest.mark.parametrize(("name", "year"), {WHOLE: 2010, **LATER}.items())
def test_levels_are_those_of_the_year_before(
    name: str, year: int, parameter: str, fact: str, spread: float, ledger: Ledger
) -> None:
    belief = load_scenario(name).assumptions[parameter]
    assert not isinstance(belief, float)
    assert belief.median == pytest.approx(ledger.series(fact)[str(year - 1)], rel=spread)


def test_aid_is_what_was_disbursed_in_constant_dollars(ledger: Ledger) -> None:
    level = {
        event.date.year: event.aid.levels
        for event in _all(load_scenario(WHOLE))
        if event.aid is not None and (event.id or "").startswith("aid-2")
    }
    assert set(level) == set(range(2009, 2025))
    usual = {line: ledger.parameters[f"aid_{line}"].value for line in level[2024]}
    assert level[2024] == dict.fromkeys(usual, 1.0)
    spent = ledger.series("US_AID_DISBURSED_REAL")
    for year in range(2009, 2024):
        # 0.9318: dollars of 2022 in one of 2024; levels are rounded to two digits.
        sum_2024 = sum(usual[line] * factor for line, factor in level[year].items())
        assert 0.9318 * sum_2024 == pytest.approx(spent[str(year)], rel=0.006), year
    military = ledger.series("US_AID_MILITARY")
    for year in (2009, 2010, 2011):
        real = spent[str(year)] / ledger.series("US_AID_DISBURSED")[str(year)]
        security = 1e6 * military[str(year)] * real / 0.9318
        assert level[year]["police"] * 218e6 == pytest.approx(security, rel=0.006), year


def test_eradication_is_that_of_the_year_whoever_takes_office(ledger: Ledger) -> None:
    scenario = load_scenario(WHOLE)
    wanted: dict[int, str | float] = {}
    for event in scenario.timeline:
        for kind, action in event.actions:
            if kind == "inauguration":
                wanted[event.date.index] = "of the president's type"
            if kind == "eradication":
                wanted[event.date.index] = action.hectares_per_year
    assert not [month for month, hectares in wanted.items() if isinstance(hectares, str)]
    manual = ledger.series("ERADICATION_MANUAL")
    for year in (2020, 2022, 2023, 2024, 2025):
        assert wanted[Month(year, 1).index] == manual[str(year)]
    sprayed = ledger.series("ERADICATION_AERIAL")
    for year in (2010, 2012):
        assert wanted[Month(year, 1).index] == sprayed[str(year)] + manual[str(year)]


def test_groups_act_only_while_they_exist(ledger: Ledger) -> None:
    for event in load_scenario(WHOLE).timeline:
        for name in event.groups:
            group = ledger.groups[name]
            # Members go over in the month before the new name counts.
            assert group.start.index - 1 <= event.date.index, (event.id, name)
            if group.until is not None:
                assert event.date <= group.until, (event.id, name)


def test_pairs_fight_and_part_when_the_ledger_says_so(ledger: Ledger) -> None:
    """A run starts from the relations of its first month; later ones must come as events."""
    scenario = load_scenario(WHOLE)
    begins: dict[str, Month] = {}
    ended: dict[str, Month] = {}
    dated: dict[tuple[frozenset[str], str], Month] = {}
    for event in scenario.timeline:
        for kind, action in event.actions:
            if kind in ("split", "demobilisation"):
                heir = action.into if kind == "split" else action.dissident
                begins.setdefault(heir or "", event.date)
                if action.share == 1:
                    ended[action.group] = event.date
            if kind in ("war", "pact", "coexistence"):
                dated[frozenset(action), kind] = event.date
    for relation in ledger.relations:
        pair = frozenset(relation.pair)
        if "EPL" in pair:
            continue  # It has members in the ledger from December 2025 on only.
        if relation.since is not None and scenario.start <= relation.since <= scenario.end:
            both = (begins.get(name, relation.since) for name in relation.pair)
            assert dated[pair, relation.state] == max(relation.since, *both), relation.pair
        ends = [ended.get(name) for name in relation.pair]
        if relation.until is not None and relation.until not in ends:
            assert dated[pair, "coexistence"] == relation.until.shift(1), relation.pair


@pytest.mark.parametrize(("name", "year"), LATER.items())
def test_without_its_timeline_a_hindcast_knows_nothing_after_its_start(
    name: str, year: int
) -> None:
    forecast = load_scenario(name, settings=["timeline=[]"])
    assert forecast.timeline == ()
    assert forecast.history == load_scenario(name).history
    dropped = overlay(name, [{"timeline": [{"drop": "all"}]}], name="forecast")
    assert dropped.history == forecast.history
    assert dropped.timeline == ()
    moved = {"start": f"{year}-01", "timeline": [{"drop": "all"}]}
    assert overlay(WHOLE, [moved], name="forecast").history == forecast.history
    assert all(event.date < forecast.start for event in forecast.history)


@pytest.mark.parametrize("year", range(2011, 2026))
def test_nothing_that_began_before_a_january_runs_beyond_it(year: int) -> None:
    """A slope would lead on to a later count, a repetition to later losses."""
    moved = {"start": f"{year}-01", "timeline": [{"drop": "all"}]}
    for event in overlay(WHOLE, [moved], name="forecast").history:
        for _, action in event.actions:
            last = event.date.shift(getattr(action, "over_months", 0))
            assert last.index <= Month(year, 1).index, event.id
            assert getattr(action, "every", "once") == "once", event.id
