"""Scenarios in words, what differs between them, and the claims that this touches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rift_sim.report.assumptions import differences
from rift_sim.report.sources import cite
from rift_sim.report.touched import touched_claims
from rift_sim.report.words import assumption_in_words, event_in_words
from rift_sim.scenario import Scenario, load_scenario
from rift_sim.scenario.events import ACTIONS, Event
from rift_sim.seeds import load_ledger

LEDGER = load_ledger()
SAID: dict[str, tuple[Any, str]] = {
    "aid": (
        {"all": 0, "carve_out": {"police": 0.5}, "over_months": 6},
        "U.S. aid: air mobility, intelligence and development at 0 %; police at 50 % of fiscal "
        "year 2024, over 6 months",
    ),
    "commanders": (
        {"retire": 0.1, "every": "year"},
        "Commanders lose 10 % of their experience, every year",
    ),
    "force_size": ({"change": -0.125}, "The army shrinks by 12.5 %"),
    "eradication": (
        {"hectares_per_year": 12000, "method": "drone"},
        "12,000 hectares of coca eradicated a year (drone)",
    ),
    "intelligence_sharing": (0.5, "Intelligence is shared at 50 %"),
    "extradition": (0, "Extraditions at 0 % of what they were"),
    "designation": (
        {"group": "ELN", "kind": "none"},
        "National Liberation Army is no longer listed as terrorist",
    ),
    "sanctuary": ({"country": "venezuela", "level": 0.2}, "Refuge for groups in Venezuela at 20 %"),
    "diplomacy": (
        {"effect": -0.4, "kind": "recall"},
        "Recall between the governments, effect -0.4 on a scale of -1 to 1",
    ),
    "cooperation": (
        {"interest": "drugs", "effort": 1},
        "Work with the United States on drugs, 100 % of what is possible",
    ),
    "posture": (
        {"pressure": 2, "talks": False},
        "The government orders pressure on groups 2 times that of 2023 to 2025 and no talks with "
        "groups",
    ),
    "talks": ({"groups": "all", "open": True}, "Talks with all groups open"),
    "ceasefire": (
        {"groups": ["ELN", "EGC"], "on": True, "months": 3},
        "Ceasefire with National Liberation Army and Gaitanista Army of Colombia for 3 months",
    ),
    "inauguration": (
        {"president": {"left": 0.25, "right": 0.75}},
        "A president takes office: of the left in 25 % and of the right in 75 % of the replicates",
    ),
    "certification": ("waiver", "Colombia is decertified, with a waiver"),
    "tariff": ({"rate": 0, "by": "us"}, "The United States ends the tariff on Colombian goods"),
    "sanction": (
        {"target": "officials", "severity": 0.6},
        "U.S. sanctions on officials, severity 0.6 of 1",
    ),
    "threat": ({"severity": 1}, "U.S. threat, severity 1 of 1"),
    "strike": (
        {"severity": 0.5, "group": "ELN"},
        "U.S. strike on National Liberation Army, severity 0.5 of 1",
    ),
    "venezuela": ({"regime": "transition"}, "Venezuela moves to democracy"),
    "demobilisation": (
        {"group": "ELN", "share": 0.5, "dissident": "EGC", "dissident_share": 0.1},
        "50 % of National Liberation Army lay down their arms; 10 % of those go over to "
        "Gaitanista Army of Colombia",
    ),
    "split": (
        {"group": "ELN", "into": "EGC", "share": 0.1},
        "10 % of National Liberation Army break away into Gaitanista Army of Colombia",
    ),
    "pact": (
        ["ELN", "EGC"],
        "National Liberation Army and Gaitanista Army of Colombia make a pact",
    ),
    "war": (["ELN", "EGC"], "National Liberation Army and Gaitanista Army of Colombia go to war"),
    "coexistence": (
        ["ELN", "EGC"],
        "National Liberation Army and Gaitanista Army of Colombia leave each other alone",
    ),
}


def test_every_kind_of_action_is_told() -> None:
    assert set(SAID) == set(ACTIONS)


@pytest.mark.parametrize("kind", SAID)
def test_events_in_words(kind: str) -> None:
    content, said = SAID[kind]
    event = Event.model_validate({"date": "2026-02", kind: content})
    assert event_in_words(event, LEDGER) == said


@pytest.mark.parametrize(
    ("kind", "content", "said"),
    [
        (
            "commanders",
            {"rebuild": 0.2, "intelligence_officers": 0.1},
            "20 % of the missing experience of commanders returns and police intelligence loses "
            "10 % of its experience",
        ),
        ("commanders", {"stop": True}, "Yearly changes of commanders end"),
        (
            "force_size",
            {"change": 0.1, "over_months": 12},
            "The army grows by 10 %, over 12 months",
        ),
        (
            "posture",
            {"eradication": 20000, "talks": True},
            "The government orders 20,000 hectares of coca to be eradicated a year and talks with "
            "groups",
        ),
        ("inauguration", {"president": "centre"}, "A president of the centre takes office"),
        ("ceasefire", {"groups": "all", "on": False}, "The ceasefire with all groups ends"),
        (
            "tariff",
            {"rate": 25, "by": "ecuador"},
            "Ecuador puts a tariff of 25 percent on Colombian goods",
        ),
        ("strike", {"severity": 1}, "U.S. strike, severity 1 of 1"),
        (
            "demobilisation",
            {"group": "ELN", "share": 1},
            "100 % of National Liberation Army lay down their arms",
        ),
    ],
)
def test_other_forms_of_events_in_words(kind: str, content: Any, said: str) -> None:
    event = Event.model_validate({"date": "2026-02", kind: content})
    assert event_in_words(event, LEDGER) == said


def test_several_actions_are_told_in_order() -> None:
    event = Event.model_validate(
        {"date": "2026-02", "threat": {"severity": 0.5}, "force_size": {"level": 0.75}}
    )
    assert event_in_words(event, LEDGER) == (
        "The army has 75 % of its size of 2021; U.S. threat, severity 0.5 of 1"
    )


def test_assumptions_name_meaning_value_and_unit() -> None:
    said = assumption_in_words("aid_police", 5e6, LEDGER)
    assert said == f"{LEDGER.parameters['aid_police'].meaning} (aid_police): 5,000,000 USD/year"


def test_sources() -> None:
    fact = cite("F04", LEDGER)
    source = LEDGER.sources[LEDGER.facts["F04"].source]
    assert fact.id == "F04"
    assert LEDGER.facts["F04"].quantity in fact.text
    assert source.title in fact.text
    assert fact.address == source.address
    assert cite("judgement", LEDGER).address == ""
    assert cite(None, LEDGER).text == "no source is given"
    assert cite("my own survey", LEDGER).text == "my own survey"


def make(**fields: Any) -> Scenario:
    return Scenario.model_validate(
        {"name": "one", "title": "One", "start": "2026-01", "end": "2026-12", **fields}
    )


def test_notes_and_ids_are_no_difference() -> None:
    event = {"date": "2026-03", "threat": {"severity": 0.5}}
    one = make(timeline=[{**event, "id": "a", "note": "so", "source": "EV001"}])
    found = differences(one, make(timeline=[event]), LEDGER)
    assert found.lines == ()
    assert touched_claims([found], LEDGER) == []


def test_what_a_run_starts_from_is_told_without_its_folders(tmp_path: Path) -> None:
    maps = {name: tmp_path / f"{name}.csv" for name in ("coca", "presence")}
    for file in maps.values():
        file.touch()
    other = make(seed=1, parameters="posterior-2025")
    one = make(seed=7, parameters="prior", initial={key: str(file) for key, file in maps.items()})
    assert [line.text for line in differences(one, other, LEDGER).lines] == [
        "Random numbers of seed 7",
        "Parameters are drawn from: the priors of the ledger",
        "A state at the start of its own: presence presence.csv, coca coca.csv",
    ]
    assert [line.text for line in differences(other, one, LEDGER).lines] == [
        "Random numbers of seed 1",
        "Parameters are drawn from: the table posterior-2025.csv",
        "A state at the start of its own: the usual one",
    ]


def test_what_comes_after_the_end_is_not_left_out() -> None:
    events = [{"date": date, "threat": {"severity": 0.5}} for date in ("2026-03", "2026-04")]
    short = make(end="2026-03")
    found = differences(short, make(timeline=events), LEDGER)
    assert [line.when for line in found.lines] == ["", "March 2026"]
    assert len(found.events) == 1


def test_what_is_set_changed_and_left_out() -> None:
    threat = {"date": "2026-03", "id": "threat"}
    base = make(
        timeline=[
            {**threat, "threat": {"severity": 0.5}},
            {"date": "2026-04", "id": "war", "war": ["ELN", "EGC"]},
        ],
        assumptions={"deterrence": 0.3},
    )
    other = make(
        timeline=[{**threat, "threat": {"severity": 0.7}}], mechanisms={"C05": "off"}, end="2027-03"
    )
    found = differences(other, base, LEDGER)
    told = [f"{line.when}: {line.text}" if line.when else line.text for line in found.lines]
    assert told == [
        "Runs from January 2026 to March 2027",
        f"{LEDGER.parameters['deterrence'].meaning} (deterrence): as in the ledger",
        "Mechanism C05 is off: lower capability of the state → groups enter new municipalities",
        "March 2026: U.S. threat, severity 0.7 of 1",
        "April 2026: Does not happen: National Liberation Army and Gaitanista Army of Colombia "
        "go to war",
    ]
    assert found.parameters == ("deterrence",)
    assert found.mechanisms == ("C05",)
    assert len(found.events) == 3


def ways(one: Scenario, other: Scenario) -> dict[str, tuple[str, ...]]:
    return {c.id: c.ways for c in touched_claims([differences(one, other, LEDGER)], LEDGER)}


def test_claims_are_touched_by_switch_parameter_and_kind_of_event() -> None:
    assert ways(make(mechanisms={"C11": "off"}), make()) == {"C11": ("its mechanism is switched",)}
    assert ways(make(assumptions={"concession_rate": 0.2}), make()) == {
        "C23": ("parameter concession_rate",)
    }
    tariff = [{"date": "2026-03", "tariff": {"rate": 10, "by": "us"}}]
    assert ways(make(timeline=tariff), make()) == {"C23": ("event: tariff (by, rate)",)}


def test_aid_reaches_capability_and_what_follows_from_it() -> None:
    found = ways(load_scenario("no-cutoff"), load_scenario("full-cutoff"))
    assert found["C01"] == ("event: aid (air mobility)",)
    assert found["C20"] == ("event: aid (air mobility, development, intelligence, police)",)
    assert found["C05"] == ("through the capability of the state",)
    # Nothing that the two scenarios set is about eradication, talks or presidents.
    assert not {"C12", "C13", "C24"} & set(found)


def test_presidents_bring_their_parameters() -> None:
    found = ways(load_scenario("left-continuity"), load_scenario("reference"))
    assert found["C24"] == ("event: inauguration (president)",)
    assert found["C13"] == ("through what such a president does",)


def turned(*others: str) -> dict[str, str]:
    """Return what is said of the direction, by claim, of scenarios against the reference."""
    reference = load_scenario("reference")
    found = [differences(load_scenario(name), reference, LEDGER) for name in others]
    return {claim.id: claim.turned for claim in touched_claims(found, LEDGER)}


def test_aid_that_goes_the_other_way_is_told() -> None:
    cut, raised, both = (
        turned("full-cutoff"),
        turned("no-cutoff"),
        turned("full-cutoff", "no-cutoff"),
    )
    assert (cut["C01"], cut["C28"]) == ("", "Here the other way: aid is cut.")
    assert (raised["C01"], raised["C28"]) == ("Here the other way: aid is raised.", "")
    assert both["C28"] == "Here both ways: aid is cut in some of the scenarios."
    # Of the capability of the state no direction is known.
    assert cut["C05"] == raised["C05"] == ""


def test_aid_above_and_then_below_has_no_direction() -> None:
    def aid(month: str, level: float) -> dict[str, Any]:
        return {"date": month, "aid": {"police": level}}

    one = make(timeline=[aid("2026-02", 0.8), aid("2026-06", 0.2)])
    found = differences(one, make(timeline=[aid("2026-03", 0.5)]), LEDGER)
    assert found.aid == {"police": 0}
    assert [c.turned for c in touched_claims([found], LEDGER) if c.id == "C28"] == [""]
    assert differences(make(), make(timeline=[aid("2026-03", 0.5)]), LEDGER).aid == {"police": 1}


def test_evidence_is_complete_in_itself() -> None:
    found = differences(load_scenario("full-cutoff"), load_scenario("reference"), LEDGER)
    claims = touched_claims([found], LEDGER)
    for claim in claims:
        recorded = [e for e in LEDGER.claims[claim.id].evidence if e.stance != "silent"]
        shown = [*claim.agrees, *claim.disagrees]
        assert sorted(e.id for e in recorded) == sorted(f.source.id for f in shown)
        assert all(f.source.text and f.source.id not in f.source.text for f in shown)
    (helicopters,) = (f for c in claims if c.id == "C01" for f in c.agrees if f.source.id == "E036")
    assert helicopters.note == "U.S.-owned police Black Hawks stood within days of the freeze"
    assert helicopters.source.address.startswith("https://")
