"""The shipped ledger: complete, consistent, its sums exact."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

import rift_sim
from rift_sim.calendar import Month
from rift_sim.seeds import Ledger, load_ledger

START = Month(2026, 1)
ACTIVE = [
    *("EGC", "ELN", "EMC", "EMBF", "CNEB", "SM"),
    *("F57", "ACSN", "AUN", "CDS", "EPL", "CAPARROS"),
]
ALIVE = set(range(1, 29))


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return load_ledger()


def number_of(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def test_every_figure_of_the_document_has_an_entry(ledger: Ledger) -> None:
    figures = {number_of(key) for key in ledger.facts if re.fullmatch(r"F\d\d[a-z]?", key)}
    assert figures == set(range(1, 24))


def test_every_claim_has_an_entry_and_those_of_the_model_are_alive(ledger: Ledger) -> None:
    assert list(ledger.claims) == [f"C{number:02d}" for number in range(1, 29)]
    alive = {number_of(key) for key, claim in ledger.claims.items() if claim.alive}
    assert alive == ALIVE


def test_every_claim_is_named_where_its_switch_works_and_has_an_experiment(ledger: Ledger) -> None:
    code = "".join(
        file.read_text(encoding="utf-8")
        for file in Path(rift_sim.__file__).parent.rglob("*.py")
        if file.parent.name in {"rift_sim", "agents", "physics"}
    )
    for name, claim in ledger.claims.items():
        assert f'"{name}"' in code, name
        assert claim.experiment is not None, name
    emergent = {name for name, claim in ledger.claims.items() if claim.label == "emergent"}
    assert len(emergent) >= 10


def test_every_living_claim_has_a_parameter(ledger: Ledger) -> None:
    served = {claim for parameter in ledger.parameters.values() for claim in parameter.claims}
    alive = {key for key, claim in ledger.claims.items() if claim.alive}
    assert alive <= served


def test_effects_and_events_are_all_there(ledger: Ledger) -> None:
    assert [number_of(key) for key in ledger.effects] == list(range(1, 66))
    assert len(ledger.events) == 59


def test_events_are_in_order_of_date(ledger: Ledger) -> None:
    months = [event.date[:7].ljust(7, "0") for event in ledger.events.values()]
    assert months == sorted(months)


def test_no_source_is_left_unused(ledger: Ledger) -> None:
    used = {record.source for record in ledger.facts.values()}
    used |= {source for fact in ledger.facts.values() for source in fact.also}
    used |= {record.source for record in ledger.effects.values()}
    used |= {record.source for record in ledger.events.values()}
    used |= {record.source for record in ledger.claims.values()}
    used |= {source for group in ledger.groups.values() for source in group.sources}
    used |= {relation.source for relation in ledger.relations if relation.source}
    assert set(ledger.sources) - used == set()


def test_what_is_from_memory_is_not_verified(ledger: Ledger) -> None:
    records = [*ledger.facts.values(), *ledger.effects.values(), *ledger.events.values()]
    for record in records:
        assert record.verified == (record.source != "memory"), record.id


def test_groups_at_the_start(ledger: Ledger) -> None:
    # Self-defence groups have a place from the start, and nobody in it.
    assert list(ledger.active_groups(START)) == [*ACTIVE, "SELF_DEFENCE"]
    assert ledger.groups["SELF_DEFENCE"].members["2025-12"].total == 0
    for key in ACTIVE:
        assert ledger.groups[key].talks is not None, key


def test_members_at_the_end_of_2025_sum_exactly(ledger: Ledger) -> None:
    members = {key: ledger.groups[key].members["2025-12"] for key in ACTIVE}
    assert sum(one.total for one in members.values()) == 27_121
    assert sum(one.armed for one in members.values()) == 13_794
    assert ledger.series("MEMBERS_TOTAL")["2025-12"] == 27_121
    assert ledger.value("MEMBERS_ARMED") == 13_794


def test_members_of_groups_agree_with_the_facts(ledger: Ledger) -> None:
    for name, shape in (("GROUP_MEMBERS", "total"), ("GROUP_ARMED", "armed")):
        for group, dates in ledger.table(name).items():
            if group not in ACTIVE:
                continue
            for date, number in ledger.groups[group].members.items():
                if date in dates:
                    assert getattr(number, shape) == dates[date], (group, date)


def test_members_of_small_groups_follow_the_stated_rule(ledger: Ledger) -> None:
    small = ("ACSN", "AUN", "CDS", "EPL", "CAPARROS", "F57")
    present = presence_by_group(ledger)
    rest = 27_121 - sum(
        ledger.groups[key].members["2025-12"].total for key in ACTIVE if key not in small
    )
    weight = sum(present[key] for key in small)
    for key in small:
        exact = rest * present[key] / weight
        assert abs(ledger.groups[key].members["2025-12"].total - exact) < 1, key


def figures(ledger: Ledger, key: str, date: str) -> tuple[int, int, int]:
    group = ledger.groups[key]
    figure = group.members[date]
    return figure.total, figure.armed, group.municipalities.get(date, 0)


def test_earlier_figures_follow_the_stated_rules(ledger: Ledger) -> None:
    facts, past = ledger.table("GROUP_MEMBERS"), ledger.table("GROUP_MEMBERS_PAST")
    places, armed = ledger.table("PRESENCE_OTHER"), ledger.table("GROUP_ARMED")
    share = armed["EGC"]["2023-12"] / facts["EGC"]["2023-12"]
    egc, bacrim = figures(ledger, "EGC", "2013-12"), figures(ledger, "BACRIM", "2014-12")
    assert egc == (facts["EGC"]["2013"], round(share * egc[0]), places["EGC"]["2013"])
    rest = past["BACRIM"]["2014"] - egc[0]
    assert bacrim == (rest, round(share * rest), places["BACRIM"]["2014"] - egc[2])
    militia = past["FARC"]["2017"] / past["FARC"]["2012"]
    for date, year in (("2009-12", "2010"), ("2012-12", "2012")):
        fighters = past["FARC"][year]
        assert figures(ledger, "FARC", date)[:2] == (fighters * militia, fighters)
    for key, groups in (
        ("2022-12", ("EGC", "ELN", "EMC", "SM")),
        ("2023-12", ("EGC", "ELN", "EMC", "SM")),
    ):
        total = sum(figures(ledger, group, key)[0] for group in groups)
        assert 0 <= ledger.series("MEMBERS_TOTAL")[key] - total <= 3


def test_national_counts_are_those_of_the_surveys(ledger: Ledger) -> None:
    pares, indepaz = ledger.table("PRESENCE_PARES"), ledger.table("PRESENCE_INDEPAZ")
    for key, group in ledger.groups.items():
        for date, count in group.municipalities.items():
            if date[:4] in pares.get(key, {}) and date != "2017-12":
                assert count == pares[key][date[:4]], (key, date)
    for key in ("FARC", "ELN"):
        assert ledger.groups[key].municipalities["2011-12"] == indepaz[key]["2011"]
    present = presence_by_group(ledger)
    assert {key: ledger.groups[key].municipalities["2025-12"] for key in ACTIVE} == present


@pytest.mark.parametrize("year", range(2010, 2027))
def test_no_member_stands_twice(ledger: Ledger, year: int) -> None:
    start = Month(year, 1)

    def counted(key: str) -> bool:
        group = ledger.groups[key]
        past = [date for date in group.members if Month.parse(date) < start]
        return group.active(start) and bool(past) and group.members[max(past)].total > 0

    own = ("EMC", "SM", "EMBF", "CNEB", "F57")
    assert counted("DISIDENCIAS") + any(counted(key) for key in own) <= 1
    assert not (counted("FARC") and counted("DISIDENCIAS"))
    assert counted("FARC") is (year <= 2017)
    assert counted("BACRIM") is (year <= 2016)
    assert counted("EGC")
    assert counted("ELN")


def presence_by_group(ledger: Ledger) -> Mapping[str, float]:
    table = ledger.table("D_PRESENCE_2025")
    return {key: sum(row.get(key, 0) for row in table.values()) for key in ACTIVE}


def test_presence_by_department_sums_to_the_national_counts(ledger: Ledger) -> None:
    national = {
        group: years["2025"]
        for group, years in ledger.table("PRESENCE_PARES").items()
        if "2025" in years
    }
    table = ledger.table("D_PRESENCE_2025")
    assert sum(row["any"] for row in table.values()) == national.pop("any") == 518
    by_group = presence_by_group(ledger)
    assert national
    assert {group: by_group[group] for group in national} == national
    for code, row in table.items():
        present = [count for key, count in row.items() if key not in ("municipalities", "any")]
        assert max(present, default=0) <= row["any"] <= min(row["municipalities"], sum(present)), (
            code
        )


def test_departments_have_the_same_codes(ledger: Ledger) -> None:
    population = ledger.table("D_POPULATION")
    assert len(population) == 33
    assert list(ledger.table("D_PRESENCE_2025")) == list(population)
    assert set(ledger.table("D_COCA")) < set(population)
    homelands = {code for group in ledger.groups.values() for code in group.homeland}
    assert homelands <= set(population)


def test_coca_of_departments_sums_to_the_national_series(ledger: Ledger) -> None:
    departments, national = ledger.table("D_COCA"), ledger.series("COCA_HA")
    for year in map(str, range(2010, 2025)):
        total = sum(row[year] for row in departments.values())
        short = 1 - total / national[year]
        assert 0 <= short < (0.001 if year >= "2014" else 0.005), year


def test_kinds_of_deaths_sum_to_all_deaths(ledger: Ledger) -> None:
    kinds = [ledger.series(key) for key in ("UCDP_STATE", "UCDP_NON_STATE", "UCDP_ONE_SIDED")]
    for year, total in ledger.series("UCDP_ALL").items():
        assert sum(kind[year] for kind in kinds) == total


def test_series_are_in_order_of_time(ledger: Ledger) -> None:
    for key, fact in ledger.facts.items():
        if fact.series is not None:
            assert list(fact.series) == sorted(fact.series), key


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("AGC_EGC", "EGC"),
        ("Clan del Golfo", "EGC"),
        ("agc", "EGC"),
        ("FARC_dissident_EMC", "EMC"),
        ("Gentil Duarte", "EMC"),
        ("FARC_dissident_EMBF", "EMBF"),
        ("FARC_dissident_Frente57", "F57"),
        ("Segunda_Marquetalia", "SM"),
        ("FARC_dissident_unspecified", "DISIDENCIAS"),
        ("Comuneros_del_Sur_ELN_splinter", "CDS"),
        ("Comandos de la Frontera", "CNEB"),
        ("Ejercito de Liberacion Nacional", "ELN"),
        ("Caparros", "CAPARROS"),
        ("EPL", "EPL"),
        ("AUN", "AUN"),
        ("ACSN", "ACSN"),
    ],
)
def test_names_that_sources_use(ledger: Ledger, name: str, group: str) -> None:
    assert ledger.group_id(name) == group


def test_pairs_are_of_groups_that_exist_as_long_as_they_hold(ledger: Ledger) -> None:
    for relation in ledger.relations:
        assert relation.since <= START
        end = relation.until or START
        for name in relation.pair:
            group = ledger.groups[name]
            # The forerunners of a group may have had its wars before it had its name.
            assert group.active(end), name
            assert group.active(relation.since) or relation.until is None, name


def test_wars_of_january_2026(ledger: Ledger) -> None:
    now = [one for one in ledger.relations if one.holds(START)]
    assert all(set(one.pair) <= set(ACTIVE) for one in now)
    wars = {frozenset(one.pair) for one in now if one.state == "war"}
    assert {frozenset(("ELN", "EMBF")), frozenset(("EGC", "ACSN"))} <= wars


DATA = os.environ.get("RIFT_DATA")


@pytest.mark.skipif(not DATA, reason="RIFT_DATA does not name the folder of third-party data")
def test_groups_of_a_real_presence_file_are_known(ledger: Ledger) -> None:
    with (Path(str(DATA)) / "pares_presence_2018_2022.csv").open(encoding="utf-8") as file:
        names = {row["group"] for row in csv.DictReader(file)}
    assert names
    assert {name for name in names if ledger.group_id(name) is None} == set()
