"""How scenario files name extensions: inheritance, settings, sweeps, and every refusal."""

from __future__ import annotations

import json
import pickle
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import BaseModel
from sites import install

from rift_sim.errors import InputError
from rift_sim.extension import EventKind, Extension, Mechanism, Recorded, register
from rift_sim.extension.registry import ledger_with, use
from rift_sim.scenario import Scenario, digest, expand, json_schema, load_scenario, resolved_yaml
from rift_sim.scenario.values import Strict
from rift_sim.vocabulary import BUILT_IN_SERIES

Write = Callable[[str], Path]
MANDATE = 'mandate: {departments: ["19"], troops: 500, months: 12}'
HEAD = "name: test\nextends: reference\n"
NAMED = HEAD + "extensions: [peacekeeping]\n"
EVENT = f"timeline:\n  - date: 2027-03\n    id: sent\n    {MANDATE}\n"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def make(text: str, name: str = "test.yaml") -> Path:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return make


def sent(scenario: Scenario) -> Any:
    (event,) = (event for event in scenario.timeline if event.id == "sent")
    return event


@pytest.mark.parametrize("given", [None, "peacekeeping", Extension])
def test_what_is_no_extension_is_not_registered(given: Any) -> None:
    with pytest.raises(InputError, match="is no extension"):
        register(given)


@pytest.mark.usefixtures("installed")
def test_an_event_of_an_extension_is_like_any_other(write: Write) -> None:
    scenario = load_scenario(write(NAMED + EVENT + "    aid: {all: 0.5}\n"))
    event = sent(scenario)
    assert [kind for kind, _ in event.actions] == ["aid", "mandate"]
    assert event.mandate.troops == 500
    again = load_scenario(write(resolved_yaml(scenario), "again.yaml"))
    assert again == scenario
    assert digest(again) == digest(scenario)
    assert digest(load_scenario(write(NAMED), settings=[])) != digest(scenario)
    assert pickle.loads(pickle.dumps(scenario)) == scenario
    assert "observe" not in scenario.plain()
    assert set(scenario.observe) - set(BUILT_IN_SERIES) == {
        "peacekeepers", "peacekeeping_usd", "peacekeeping_attacks"
    }  # fmt: skip


@pytest.mark.usefixtures("installed")
def test_a_child_uses_what_its_parent_names(write: Write) -> None:
    write(NAMED + "mechanisms: {attacks: off}\nassumptions: {peacekeeping_half: 1.5}\n", "up.yaml")
    child = load_scenario(write("name: child\nextends: up.yaml\n" + EVENT))
    assert child.extensions == ("peacekeeping",)
    assert not child.on("attacks")
    assert sent(child).mandate.months == 12
    register(Extension("other", "1", __name__))
    both = load_scenario(write("name: child\nextends: up.yaml\nextensions: [other]\n" + EVENT))
    assert both.extensions == ("peacekeeping", "other")
    on = load_scenario(write("name: child\nextends: up.yaml\nmechanisms: {all: on}\n"))
    assert on.on("attacks")
    off = load_scenario(write("name: c\nextends: up.yaml\nmechanisms: {all: off, attacks: on}\n"))
    assert off.on("attacks")
    assert not off.on("C05")
    gone = "timeline:\n  - {id: sent, drop: true}\n"
    write("name: child\nextends: up.yaml\n" + EVENT, "mid.yaml")
    dropped = load_scenario(write("name: last\nextends: mid.yaml\n" + gone))
    assert not any(event.id == "sent" for event in dropped.timeline)


@pytest.mark.usefixtures("installed")
def test_settings_and_sweeps_reach_what_is_added(write: Write) -> None:
    path = write(NAMED + EVENT)
    settings = [
        "timeline.sent.mandate.troops=900", "assumptions.peacekeeping_effect=0.3",
        "mechanisms.all=off", "mechanisms.attacks=on", "strategies.ELN=lie_low",
    ]  # fmt: skip
    scenario = load_scenario(path, settings=settings)
    assert sent(scenario).mandate.troops == 900
    assert scenario.assumptions["peacekeeping_effect"] == 0.3
    assert scenario.on("attacks")
    assert scenario.strategies == {"ELN": "lie_low"}
    bare = load_scenario(write(HEAD, "bare.yaml"), settings=["extensions=[peacekeeping]"])
    assert bare.extensions == ("peacekeeping",)
    sweep = """\
sweep:
  size: {set: timeline.sent.mandate.troops, values: [0, 900]}
  way: {set: strategies.EMC, values: [usual, lie_low]}
  when:
    early: {}
    late: {timeline: [{id: sent, date: 2028-01, MANDATE}], mechanisms: {attacks: off}}
""".replace("MANDATE", MANDATE)
    points = expand(load_scenario(write(NAMED + EVENT + sweep, "sweep.yaml")))
    assert len(points) == 8
    assert {sent(point).mandate.troops for _, point in points} == {0, 500, 900}
    assert {point.strategies["EMC"] for _, point in points} == {"usual", "lie_low"}
    assert {point.on("attacks") for _, point in points} == {True, False}


BAD = {
    "unknown": (HEAD + "extensions: [peacekeping]\n", 3, "extensions[0]",
                "there is no extension 'peacekeping'", "did you mean 'peacekeeping'?"),
    "twice": (HEAD + "extensions: [peacekeeping, peacekeeping]\n", 3, "extensions[1]", "twice"),
    "not-named": (HEAD + EVENT, 6, "timeline[0].mandate",
                  "unknown key (installed, but not named under extensions: peacekeeping)"),
    "not-quoted": (NAMED + EVENT.replace('"19"', "19"), 7, "timeline[0].mandate.departments[0]",
                   "19 is not text", "text; in quotes"),
    "content": (NAMED + EVENT.replace("troops", "trops"), 7, "timeline[0].mandate.trops",
                "unknown key", "did you mean 'troops'?"),
    "missing": (NAMED + EVENT.replace(", months: 12", ""), 7, "timeline[0].mandate.months",
                "is missing", "from 1 to 240"),
    "type": (NAMED + EVENT.replace("500", "many"), 7, "timeline[0].mandate.troops",
             "'many' is not a whole number", "from 0 to 100,000. Peacekeepers; 0 ends the mission"),
    "own-check": (NAMED + EVENT.replace('"19"', '"190"'), 7,
                  "timeline[0].mandate.departments[0]", "no department '190'", "mean '19'?"),
    "kind": (NAMED + EVENT.replace("mandate:", "mandat:"), 7, "timeline[0].mandat",
             "unknown key", "did you mean 'mandate'?"),
    "mechanism": (NAMED + "mechanisms: {atacks: off}\n", 4, "mechanisms.atacks",
                  "there is no mechanism", "did you mean 'attacks'?"),
    "switch": (NAMED + "mechanisms: {attacks: of}\n", 4, "mechanisms.attacks",
               "neither on nor off"),
    "strategy": (NAMED + "strategies: {EMC: lie_lo}\n", 4, "strategies.EMC",
                 "there is no strategy 'lie_lo'", "did you mean 'lie_low'?"),
    "group": (NAMED + "strategies: {EMCC: lie_low}\n", 4, "strategies.EMCC", "no group 'EMCC'"),
    "self-defence": (NAMED + "strategies: {SELF_DEFENCE: lie_low}\n", 4,
                     "strategies.SELF_DEFENCE", "a way of their own"),
    "parameter": (NAMED + "assumptions: {peacekeeping_efect: 0.1}\n", 4,
                  "assumptions.peacekeeping_efect", "did you mean 'peacekeeping_effect'?"),
    "range": (NAMED + "assumptions: {peacekeeping_effect: 2}\n", 4,
              "assumptions.peacekeeping_effect", "outside the range", "0 to 1"),
    "series": (NAMED + "observe: [peacekeepers, peacekeping_usd]\n", 4, "observe[1]",
               "did you mean 'peacekeeping_usd'?"),
}  # fmt: skip


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("name", BAD)
def test_each_mistake_is_said_with_file_line_and_key(write: Write, name: str) -> None:
    text, line, key, *says = BAD[name]
    with pytest.raises(InputError) as caught:
        load_scenario(write(text))
    error = caught.value
    assert (Path(str(error.file)).name, error.line, error.key) == ("test.yaml", line, key), error
    assert all(words in str(error) for words in says), error


@pytest.mark.parametrize(
    ("text", "key", "name"),
    [
        (EVENT, "timeline[0].mandate", "mandate"),
        ("mechanisms: {attacks: off}\n", "mechanisms.attacks", "attacks"),
        ("strategies: {EMC: lie_low}\n", "strategies.EMC", "lie_low"),
        ("assumptions: {peacekeeping_half: 1}\n", "assumptions.peacekeeping_half", "peacekeeping"),
        ("observe: [peacekeepers]\n", "observe[0]", "peacekeepers"),
    ],
)
@pytest.mark.usefixtures("installed")
def test_a_scenario_that_does_not_name_it_cannot_use_it(
    write: Write, text: str, key: str, name: str
) -> None:
    """Not even after another scenario of the same process has."""
    load_scenario(write(NAMED))
    with pytest.raises(InputError) as caught:
        load_scenario(write(HEAD + text))
    assert caught.value.key == key
    assert name in str(caught.value)
    assert "extensions: [peacekeeping]" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("mechanisms: {attacks: off}\n", "there is no mechanism 'attacks'"),
        ("strategies: {EMC: lie_low}\n", "there is no strategy 'lie_low'"),
        ("assumptions: {peacekeeping_half: 1}\n", "there is no parameter 'peacekeeping_half'"),
        ("observe: [peacekeepers]\n", "there is no series 'peacekeepers'"),
    ],
)
@pytest.mark.usefixtures("installed")
def test_whoever_forgets_to_name_one_is_told_which_there_are(
    write: Write, text: str, unknown: str
) -> None:
    hint = f"{unknown} (installed, but not named under extensions: peacekeeping)"
    with pytest.raises(InputError) as caught:
        load_scenario(write(HEAD + text))
    assert hint in str(caught.value)
    assert "rift_peacekeeping" not in sys.modules
    with pytest.raises(InputError) as caught:
        load_scenario(write(HEAD + "titel: x\n"))
    assert "extensions" not in str(caught.value).partition("; ")[0]


def test_nothing_is_looked_for_without_need(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    def scan(**_: str) -> None:
        raise AssertionError("entry points were read")

    monkeypatch.setattr(metadata, "entry_points", scan)
    load_scenario(write(HEAD))
    with pytest.raises(AssertionError, match="were read"):
        load_scenario(write(NAMED))


@pytest.mark.usefixtures("clean")
def test_what_is_not_installed_is_said_so(write: Write) -> None:
    with pytest.raises(InputError, match=r"no extension 'peacekeeping'; allowed: no extension is"):
        load_scenario(write(NAMED))


class Content(Strict):
    level: float


class Loose(BaseModel):
    level: float


def nothing(*_: Any) -> None:
    pass


KIND = EventKind(Content, nothing)
ACT = Mechanism(nothing, "month", "nothing")


def recorded(*by: Any) -> Recorded:
    return Recorded("A", "1", "stock", lambda m: 0.0, by=dict.fromkeys(by, nothing))


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"events": {"aid": KIND}}, "events: 'aid' is built in"),
        ({"events": {"date": KIND}}, "'date' is built in"),
        ({"mechanisms": {"all": ACT}}, "mechanisms: 'all' is built in"),
        ({"series": {"control": recorded()}}, "series: 'control' is built in"),
        ({"series": {"control_group": recorded()}}, "'control_group' is built in"),
    ],
)
@pytest.mark.usefixtures("clean")
def test_names_of_the_package_are_taken(write: Write, parts: Any, says: str) -> None:
    register(Extension("odd", "1", __name__, **parts))
    with pytest.raises(InputError, match=r"extension 'odd'") as caught:
        load_scenario(write(HEAD + "extensions: [odd]\n"))
    assert says.partition(": ")[2] in str(caught.value)
    assert caught.value.line == 3


def test_two_extensions_cannot_have_one_name(write: Write, peacekeeping: Extension) -> None:
    register(Extension("odd", "1", __name__, events={"mandate": KIND}))
    with pytest.raises(InputError, match=r"'peacekeeping' has 'mandate', too .*'odd'"):
        load_scenario(write(HEAD + "extensions: [peacekeeping, odd]\n"))
    with pytest.raises(InputError, match="two extensions 'peacekeeping', of rift_peacekeeping"):
        register(Extension("peacekeeping", "1", __name__))


def test_content_that_takes_anything_is_refused() -> None:
    with pytest.raises(InputError, match=r"events\.loose: the content takes what it does not know"):
        Extension("odd", "1", __name__, events={"loose": EventKind(Loose, nothing)})


@pytest.mark.usefixtures("clean")
def test_what_registers_again_takes_the_place(write: Write) -> None:
    """As in a notebook cell that is run twice."""
    register(Extension("again", "1", __name__, mechanisms={"first": ACT}))
    path = write(HEAD + "extensions: [again]\nmechanisms: {first: off}\n")
    assert not load_scenario(path).on("first")
    register(Extension("again", "2", __name__, mechanisms={"second": ACT}))
    with pytest.raises(InputError, match="there is no mechanism 'first'"):
        load_scenario(path)


PARAMETER = """\
parameters:
  odd_rate:
    section: odd
    symbol: r
    unit: 1
    meaning: A rate
    value: 0.5
    prior: {distribution: beta, a: 2, b: 2}
    source: {kind: judgement, note: a test}
    claims: [C01]
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("value: 0.5", "value: 3", 7, "3 lies outside the prior"),
        ("[C01]", "[C99]", 10, "there is no claim 'C99'"),
        ("odd_rate", "deterrence", 2, "the id is taken"),
        ("meaning: A rate", "meanin: A rate", 6, "unknown key"),
        ("judgement, note: a test", "effect, id: E999", 9, "there is no effect 'E999'"),
        ("parameters:\n", "parameters:\n  {}\nfigures:\n", 3, "unknown section"),
    ],
)
def test_its_ledger_is_checked_like_ours(
    write: Write, monkeypatch: pytest.MonkeyPatch, clean: None, old: str, new: str, line: int,
    says: str,
) -> None:  # fmt: skip
    path = write(PARAMETER.replace(old, new), "odd.yaml")
    monkeypatch.chdir(path.parent)
    register(Extension("odd", "1", "__main__", parameters=str(path)))
    with pytest.raises(InputError) as caught:
        load_scenario(write(HEAD + "extensions: [odd]\n"))
    assert (str(caught.value.file), caught.value.line) == (str(path), line), caught.value
    assert says in str(caught.value)


def test_its_ledger_stands_beside_ours(write: Write, clean: None) -> None:
    path = write(PARAMETER, "odd.yaml")
    register(Extension("odd", "1", __name__, parameters=str(path)))
    use(["odd"])
    both, ours = ledger_with(("odd",)), ledger_with()
    assert set(both.parameters) - set(ours.parameters) == {"odd_rate"}
    assert both.digest == ours.digest


def test_a_broken_package_is_said_so(write: Write, tmp_path: Path, source: Path,
                                     monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    site = tmp_path / "site"
    install(site, "broken", "broken = nowhere:extension", "wrong = rift_peacekeeping:extension")
    install(site, "double", "twin = nowhere:extension")
    install(site, "treble", "twin = elsewhere:extension")
    monkeypatch.syspath_prepend(str(site))
    for name, says in (
        ("broken", "cannot be loaded: ModuleNotFoundError: No module named 'nowhere'"),
        ("wrong", "which is not that extension"),
        ("twin", "two packages bring an extension 'twin': elsewhere"),
    ):
        with pytest.raises(InputError, match=says):
            load_scenario(write(HEAD + f"extensions: [{name}]\n"))


def test_the_schema_knows_it(peacekeeping: Extension) -> None:
    plain = json_schema()
    assert "mandate" not in plain["$defs"]["Event"]["properties"]
    schema = json_schema(["peacekeeping"])
    jsonschema.Draft202012Validator.check_schema(schema)
    assert json.loads(json.dumps(schema)) == schema
    checker = jsonschema.Draft202012Validator(schema)
    good = {
        "name": "a", "extends": "reference", "extensions": ["peacekeeping"],
        "strategies": {"EMC": "lie_low"}, "mechanisms": {"attacks": "off"},
        "assumptions": {"peacekeeping_half": 1}, "observe": ["peacekeepers"],
        "timeline": [
            {"date": "2027-01", "mandate": {"departments": ["19"], "troops": 1, "months": 2}}
        ],
    }  # fmt: skip
    checker.validate(good)
    bad = json.loads(json.dumps(good))
    bad["timeline"][0]["mandate"]["trops"] = 1
    assert not checker.is_valid(bad)
    assert not jsonschema.Draft202012Validator(plain).is_valid(good)
