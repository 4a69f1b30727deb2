"""The loader: what it accepts, and the exact message for what it refuses."""

from __future__ import annotations

import hashlib
import pickle
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from rift_sim.calendar import Month
from rift_sim.errors import InputError
from rift_sim.seeds import load_ledger
from rift_sim.seeds.ledger import FILES

GOOD = Path(__file__).parent / "good"


class Bad(NamedTuple):
    """An edit of the good fixture and the message it must cause, after the folder's name."""

    file: str
    old: str
    new: str
    message: str


FACT_KEYS = (
    "quantity, unit, period, place, source, where, verified, use, value, series, table, low, "
    "high, also, note"
)
PARAMETER_KEYS = "section, symbol, unit, meaning, value, prior, range, source, claims"
KINDS = "fixed, uniform, loguniform, normal, lognormal, beta, triangular"
PRIOR = "{distribution: normal, mean: 0.5, sd: 0.2, low: 0, high: 1}"

CASES = {
    "parameter without unit": Bad(
        "parameters",
        "    unit: 1/month\n",
        "",
        "parameters.yaml:20: parameters.pace.unit: is missing; allowed: text",
    ),
    "parameter without source": Bad(
        "parameters",
        "    source: {kind: judgement, note: nothing measures it}\n",
        "",
        "parameters.yaml:20: parameters.pace.source: is missing; "
        "allowed: a mapping of kind, id, note",
    ),
    "empty unit": Bad(
        "parameters",
        "unit: 1/month",
        'unit: ""',
        "parameters.yaml:23: parameters.pace.unit: '' is not accepted here; "
        "allowed: text that is not empty",
    ),
    "judgement without a reason": Bad(
        "parameters",
        "{kind: judgement, note: nothing measures it}",
        "{kind: judgement}",
        "parameters.yaml:27: parameters.pace.source: a judgement needs a note "
        "that gives its reason",
    ),
    "effect without an id": Bad(
        "parameters",
        "{kind: effect, id: E001, note: widened}",
        "{kind: effect, note: widened}",
        "parameters.yaml:9: parameters.aid_elasticity.source: a source of kind "
        "'effect' needs its id",
    ),
    "unknown key": Bad(
        "parameters",
        "    symbol: k\n",
        "    simbol: k\n",
        "parameters.yaml:22: parameters.pace.simbol: unknown key; allowed: "
        + PARAMETER_KEYS
        + "; did you mean 'symbol'?",
    ),
    "unknown key inside": Bad(
        "parameters",
        "{kind: judgement, note: nothing measures it}",
        "{kind: judgement, nota: nothing measures it}",
        "parameters.yaml:27: parameters.pace.source.nota: unknown key; allowed: kind, id, note; "
        "did you mean 'note'?",
    ),
    "unknown section": Bad(
        "groups",
        "relations:\n",
        "relation:\n",
        "groups.yaml:25: relation: unknown section; allowed: groups, relations; "
        "did you mean 'relations'?",
    ),
    "section written twice": Bad(
        "facts",
        "effects:\n  E001:",
        "events:\n  E001:",
        "facts.yaml:56: events: duplicate key (first on line 38)",
    ),
    "duplicate key": Bad(
        "facts",
        "  SHARE:\n",
        "  COCA:\n",
        "facts.yaml:13: facts.COCA: duplicate key (first on line 2)",
    ),
    "id inside": Bad(
        "facts",
        "    quantity: share under control\n",
        "    id: SHARE\n    quantity: share under control\n",
        "facts.yaml:14: facts.SHARE.id: unknown key (the id is the entry's own key)",
    ),
    "no mapping": Bad(
        "facts",
        "  E002:\n",
        "  E003: 3\n  E002:\n",
        "facts.yaml:48: effects.E003: is not a mapping; allowed: mechanism, value, unit, low, "
        "high, source, where, verified, note",
    ),
    "no list": Bad(
        "groups",
        "relations:\n  - pair: [ONE, TWO]\n    state: war\n    since: 2021-01\n"
        "    source: office\n",
        "relations: none\n",
        "groups.yaml:25: relations: is not a list; allowed: a list of entries",
    ),
    "wrong type": Bad(
        "facts",
        "    value: 0.33\n",
        "    value: a third\n",
        "facts.yaml:22: facts.SHARE.value: 'a third' is not accepted here; allowed: a number",
    ),
    "wrong type in a series": Bad(
        "facts",
        "2002: 102071",
        "2002: many",
        "facts.yaml:12: facts.COCA.series.2002: 'many' is not accepted here; allowed: a number",
    ),
    "verified in words": Bad(
        "facts",
        "verified: false",
        "verified: nobody",
        "facts.yaml:20: facts.SHARE.verified: 'nobody' is not accepted here; "
        "allowed: true or false",
    ),
    "two figures": Bad(
        "facts",
        "    value: 0.33\n",
        "    value: 0.33\n    series: {2025: 0.33}\n",
        "facts.yaml:13: facts.SHARE: needs exactly one of value, series and table, "
        "found value and series",
    ),
    "no figure": Bad(
        "facts",
        "    value: 0.33\n",
        "",
        "facts.yaml:13: facts.SHARE: needs exactly one of value, series and table, found none",
    ),
    "bounds in disorder": Bad(
        "facts",
        "    low: 0.25\n",
        "    low: 0.35\n",
        "facts.yaml:13: facts.SHARE: low, value and high are not in this order",
    ),
    "unknown source": Bad(
        "facts",
        "    source: article\n    where: S",
        "    source: artikle\n    where: S",
        "facts.yaml:18: facts.SHARE.source: there is no source 'artikle'; "
        "allowed: article, office; did you mean 'article'?",
    ),
    "unknown further source": Bad(
        "facts",
        "also: [article]",
        "also: [offices]",
        "facts.yaml:8: facts.COCA.also[0]: there is no source 'offices'; "
        "allowed: article, office; did you mean 'office'?",
    ),
    "unknown evidence": Bad(
        "claims",
        "id: COCA,",
        "id: COCAS,",
        "claims.yaml:10: claims.C01.evidence[1].id: there is no effect, fact or event 'COCAS'; "
        "allowed: E001, E002, COCA, SHARE, PRESENCE, EV001; did you mean 'COCA'?",
    ),
    "unknown stance": Bad(
        "claims",
        "stance: silent",
        "stance: agree",
        "claims.yaml:10: claims.C01.evidence[1].stance: 'agree' is not accepted here; "
        "allowed: agrees, disagrees, silent; did you mean 'agrees'?",
    ),
    "alive but later": Bad(
        "claims",
        "    alive: false\n",
        "    alive: true\n",
        "claims.yaml:16: claims.C02: label 'later' is for claims that are not alive, and only "
        "for them",
    ),
    "unknown need": Bad(
        "claims",
        "    when_off: Not in the model yet.\n",
        "    when_off: Not in the model yet.\n    needs: [C1]\n",
        "claims.yaml:24: claims.C02.needs[0]: there is no claim 'C1'; allowed: C01, C02; "
        "did you mean 'C01'?",
    ),
    "needs itself": Bad(
        "claims",
        "    when_off: Not in the model yet.\n",
        "    when_off: Not in the model yet.\n    needs: [C02]\n",
        "claims.yaml:24: claims.C02.needs: needs itself in a circle: C02 -> C02; "
        "allowed: claims that do not lead back here",
    ),
    "unknown parent": Bad(
        "groups",
        "parent: ONE",
        "parent: ON",
        "groups.yaml:19: groups.TWO.parent: there is no group 'ON'; allowed: ONE, TWO; "
        "did you mean 'ONE'?",
    ),
    "unknown group in a pair": Bad(
        "groups",
        "pair: [ONE, TWO]",
        "pair: [ONE, TWOO]",
        "groups.yaml:26: relations[0].pair[1]: there is no group 'TWOO'; allowed: ONE, TWO; "
        "did you mean 'TWO'?",
    ),
    "pair of one": Bad(
        "groups",
        "pair: [ONE, TWO]",
        "pair: [ONE, ONE]",
        "groups.yaml:26: relations[0]: a pair needs two groups, not 'ONE' twice",
    ),
    "pair with one side": Bad(
        "groups",
        "pair: [ONE, TWO]",
        "pair: [ONE]",
        "groups.yaml:26: relations[0].pair.1: is missing",
    ),
    "pair listed twice": Bad(
        "groups",
        "    source: office\n",
        "    source: office\n  - {pair: [TWO, ONE], state: pact, since: 2022-01, source: office}\n",
        "groups.yaml:30: relations[1].pair: TWO and ONE are listed twice for "
        "the same time (first on line 26); allowed: one state of a pair in a month; until ends one",
    ),
    "relation without ground": Bad(
        "groups",
        "    since: 2021-01\n    source: office\n",
        "    since: 2021-01\n",
        "groups.yaml:26: relations[0]: needs a source id or a judgement",
    ),
    "name taken": Bad(
        "groups",
        "    aliases: []\n",
        "    aliases: [clan-UNO]\n",
        "groups.yaml:14: groups.TWO: the name 'clan-UNO' already belongs to ONE",
    ),
    "rents do not sum": Bad(
        "groups",
        "coca: 0.5,",
        "coca: 0.6,",
        "groups.yaml:8: groups.ONE.rents: the shares must sum to 1, not 1.1",
    ),
    "more armed than members": Bad(
        "groups",
        "armed: 60",
        "armed: 160",
        "groups.yaml:11: groups.ONE.members.2025-12: armed (160) is more than total (100)",
    ),
    "no such month": Bad(
        "groups",
        "until: 2024-12",
        "until: 2024-13",
        "groups.yaml:21: groups.TWO.until: '2024-13' has no such month; "
        "write YYYY-MM or YYYY-MM-DD",
    ),
    "life backwards": Bad(
        "groups",
        "until: 2024-12",
        "until: 2019-12",
        "groups.yaml:14: groups.TWO: until (2019-12) lies before from (2020-05)",
    ),
    "homeland is no code": Bad(
        "groups",
        'homeland: ["05"]',
        "homeland: [5]",
        "groups.yaml:2: groups.ONE: '5' is not a two-digit department code; quote it: \"05\"",
    ),
    "unknown claim": Bad(
        "parameters",
        "claims: [C01]\n  start",
        "claims: [C03]\n  start",
        "parameters.yaml:10: parameters.aid_elasticity.claims[0]: there is no claim 'C03'; "
        "allowed: C01, C02; did you mean 'C02'?",
    ),
    "unknown effect": Bad(
        "parameters",
        "id: E001",
        "id: COCA",
        "parameters.yaml:9: parameters.aid_elasticity.source.id[0]: there is no effect 'COCA'; "
        "allowed: E001, E002",
    ),
    "unknown fact": Bad(
        "parameters",
        "id: [SHARE, PRESENCE]",
        "id: [SHARE, PRESENSE]",
        "parameters.yaml:18: parameters.start_control.source.id[1]: there is no fact 'PRESENSE'; "
        "allowed: COCA, SHARE, PRESENCE; did you mean 'PRESENCE'?",
    ),
    "value outside the prior": Bad(
        "parameters",
        "value: 0.5",
        "value: 1.5",
        "parameters.yaml:7: parameters.aid_elasticity.value: 1.5 lies outside the prior "
        "normal(mean 0.5, sd 0.2, low 0, high 1); allowed: 0 to 1",
    ),
    "unknown distribution": Bad(
        "parameters",
        PRIOR,
        "{distribution: norml, mean: 0.5, sd: 0.2}",
        "parameters.yaml:8: parameters.aid_elasticity.prior.distribution: 'norml' is not a "
        f"distribution; allowed: {KINDS}; did you mean 'normal'?",
    ),
    "prior without kind": Bad(
        "parameters",
        PRIOR,
        "{mean: 0.5, sd: 0.2}",
        "parameters.yaml:8: parameters.aid_elasticity.prior.distribution: is missing; "
        f"allowed: {KINDS}",
    ),
    "prior lacks a number": Bad(
        "parameters",
        PRIOR,
        "{distribution: normal, mean: 0.5}",
        "parameters.yaml:8: parameters.aid_elasticity.prior.sd: is missing; allowed: a number",
    ),
    "prior with a stray key": Bad(
        "parameters",
        PRIOR,
        "{distribution: normal, mean: 0.5, sd: 0.2, hihg: 1}",
        "parameters.yaml:8: parameters.aid_elasticity.prior.hihg: unknown key; "
        "allowed: distribution, mean, sd, low, high; did you mean 'high'?",
    ),
    "prior upside down": Bad(
        "parameters",
        PRIOR,
        "{distribution: uniform, low: 1, high: 0}",
        "parameters.yaml:8: parameters.aid_elasticity.prior: low must lie below high, "
        "but low is 1 and high is 0",
    ),
    "tag": Bad(
        "sources",
        "title: An article",
        "title: !!python/name:os.system An article",
        "sources.yaml:3: sources.article.title: the tag !!python/name:os.system is not accepted; "
        "allowed: plain values",
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(GOOD, tmp_path / "seeds"))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_refused_with_file_line_key_and_what_is_allowed(folder: Path, case: Bad) -> None:
    path = folder / f"{case.file}.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.count(case.old) >= 1
    path.write_text(text.replace(case.old, case.new, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_ledger(folder)
    assert str(caught.value) == f"{folder}/{case.message}"


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_needed(folder: Path, name: str) -> None:
    (folder / f"{name}.yaml").unlink()
    with pytest.raises(InputError, match=rf"{name}\.yaml: no such file"):
        load_ledger(folder)


@pytest.mark.parametrize("name", FILES)
def test_every_section_is_needed(folder: Path, name: str) -> None:
    (folder / f"{name}.yaml").write_text(f"{FILES[name][-1]}: {{}}\n", encoding="utf-8")
    if len(FILES[name]) == 1:
        (folder / f"{name}.yaml").write_text("{}\n", encoding="utf-8")
    with pytest.raises(InputError, match=f"the section '{FILES[name][0]}' is missing"):
        load_ledger(folder)


def test_claims_may_not_need_each_other(folder: Path) -> None:
    path = folder / "claims.yaml"
    text = path.read_text(encoding="utf-8")
    text = text.replace("    label: built_in\n", "    needs: [C02]\n    label: built_in\n")
    path.write_text(text, encoding="utf-8")
    assert load_ledger(folder).claims["C01"].needs == ("C02",)
    load_ledger.cache_clear()
    path.write_text(text + "    needs: [C01]\n", encoding="utf-8")
    with pytest.raises(InputError, match="in a circle: C01 -> C02 -> C01"):
        load_ledger(folder)


def test_long_lists_of_ids_are_not_printed(folder: Path) -> None:
    path = folder / "sources.yaml"
    more = "".join(
        f"  s{i}: {{title: t, publisher: p, year: 2000, address: a}}\n" for i in range(20)
    )
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    facts = folder / "facts.yaml"
    text = facts.read_text(encoding="utf-8").replace("source: article", "source: articel", 1)
    facts.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_ledger(folder)
    assert str(caught.value).endswith(
        "there is no source 'articel'; allowed: one of 22 ids; did you mean 'article'?"
    )


def test_good_ledger_is_read_in_file_order() -> None:
    ledger = load_ledger(GOOD)
    assert list(ledger.facts) == ["COCA", "SHARE", "PRESENCE"]
    assert list(ledger.parameters) == ["aid_elasticity", "start_control", "pace"]
    assert dict(ledger.series("COCA")) == {"2001": 144807, "2002": 102071, "2003": 86340}
    assert ledger.table("PRESENCE")["05"]["TWO"] == 12
    assert ledger.value("SHARE") == 0.33
    assert ledger.facts["SHARE"].unit == "1"
    assert ledger.facts["COCA"].also == ("article",)
    assert ledger.effects["E002"].value == "positive"
    assert ledger.parameters["aid_elasticity"].source.id == ("E001",)
    assert ledger.relations[0].pair == ("ONE", "TWO")
    assert ledger.groups["ONE"].members["2025-12"].armed == 60


def test_shape_of_a_fact_is_checked() -> None:
    ledger = load_ledger(GOOD)
    with pytest.raises(InputError, match="the fact 'COCA' is not a value"):
        ledger.value("COCA")
    with pytest.raises(InputError, match=r"there is no fact 'SHAR'.*did you mean 'SHARE'"):
        ledger.value("SHAR")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ONE", "ONE"),
        ("one", "ONE"),
        ("first army", "ONE"),
        ("EJERCITO PRIMERO", "ONE"),
        ("Ejército-Primero", "ONE"),
        ("clan_uno", "ONE"),
        ("second  army", "TWO"),
        ("Third Army", None),
        ("", None),
    ],
)
def test_group_by_any_name(text: str, expected: str | None) -> None:
    assert load_ledger(GOOD).group_id(text) == expected


def test_groups_live_from_until_inclusive() -> None:
    ledger = load_ledger(GOOD)
    assert ledger.active_groups(Month(2020, 4)) == ("ONE",)
    assert ledger.active_groups(Month(2020, 5)) == ("ONE", "TWO")
    assert ledger.active_groups(Month(2024, 12)) == ("ONE", "TWO")
    assert ledger.active_groups(Month(2025, 1)) == ("ONE",)


def test_ledger_cannot_be_changed() -> None:
    ledger = load_ledger(GOOD)
    with pytest.raises(AttributeError):
        ledger.digest = "other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        ledger.facts["NEW"] = ledger.facts["COCA"]  # type: ignore[index]
    with pytest.raises(TypeError):
        ledger.series("COCA")["2001"] = 0.0  # type: ignore[index]
    with pytest.raises(ValueError, match="frozen"):
        ledger.parameters["pace"].value = 2.0  # type: ignore[misc]


def test_loaded_once_and_survives_a_trip_between_processes() -> None:
    ledger = load_ledger(GOOD)
    assert load_ledger(GOOD) is ledger
    assert pickle.loads(pickle.dumps(ledger)) == ledger


def test_digest_is_of_every_byte_of_every_file(folder: Path) -> None:
    before = load_ledger(GOOD).digest
    assert load_ledger(folder).digest == before
    assert len(before) == len(hashlib.sha256().hexdigest())
    seen = {before}
    for name in FILES:
        other = folder.parent / name
        shutil.copytree(GOOD, other)
        with (other / f"{name}.yaml").open("a", encoding="utf-8") as file:
            file.write("# a comment\n")
        seen.add(load_ledger(other).digest)
    assert len(seen) == 1 + len(FILES)
