"""What a child scenario and `--set` do to what they build upon."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rift_sim.calendar import Month
from rift_sim.errors import InputError
from rift_sim.scenario import MECHANISMS, Scenario, expand, idle, load_scenario
from rift_sim.seeds import load_ledger

PARENT = """
name: parent
title: The parent
question: What is inherited?
start: 2026-01
end: 2027-12
replicates: 7
seed: 5
assumptions: {deterrence: 0.3, recruitment_rent: 0.4}
mechanisms: {C05: off, C06: on}
observe: [control, members]
history:
  - {date: 2025-06, id: past, extradition: 0.9}
timeline:
  - {date: 2026-06, id: cut, aid: {all: 0.5}}
  - {date: 2026-06, id: sharing, intelligence_sharing: 0.5}
  - {date: 2027-06, extradition: 0.2}
"""
Write = Callable[[str], Scenario]


@pytest.fixture
def child(tmp_path: Path) -> Write:
    (tmp_path / "parent.yaml").write_text(PARENT, encoding="utf-8")

    def write(text: str) -> Scenario:
        path = tmp_path / "child.yaml"
        path.write_text(f"name: child\nextends: ./parent.yaml\n{text}", encoding="utf-8")
        return load_scenario(path)

    return write


def ids(scenario: Scenario) -> list[str | None]:
    return [event.id for event in scenario.timeline]


def test_scalars_override_and_the_rest_is_inherited(child: Write) -> None:
    scenario = child("seed: 9\nobserve: [coca_ha]\n")
    assert (scenario.seed, scenario.replicates, scenario.months) == (9, 7, 24)
    assert scenario.observe == ("coca_ha",)
    assert scenario.start == Month(2026, 1)


def test_title_and_question_are_not_inherited(child: Write) -> None:
    scenario = child("")
    assert (scenario.name, scenario.title, scenario.question) == ("child", "child", "")


def test_mappings_merge(child: Write) -> None:
    scenario = child("assumptions: {deterrence: 0.6}\nmechanisms: {C06: off, C07: false}\n")
    assert scenario.assumptions == {"deterrence": 0.6, "recruitment_rent": 0.4}
    assert scenario.mechanisms == {"C05": False, "C06": False, "C07": False}
    assert scenario.on("C01")
    assert not scenario.on("C07")


def test_all_switches_those_that_are_not_named_beside_it(child: Write) -> None:
    rest = dict.fromkeys(MECHANISMS, False)
    assert child("mechanisms: {all: off}\n").mechanisms == rest
    assert child("mechanisms: {C07: on, all: off}\n").mechanisms == rest | {"C07": True}
    assert not any(child("mechanisms: {all: on}\n").mechanisms[c] is False for c in MECHANISMS)
    direct = load_scenario("reference").plain() | {"mechanisms": {"all": "off", "C07": True}}
    assert Scenario.model_validate(direct).mechanisms == rest | {"C07": True}


def test_all_goes_on_top_of_what_is_inherited_and_can_be_set_and_swept(tmp_path: Path) -> None:
    path = tmp_path / "bare.yaml"
    path.write_text("name: bare\nextends: reference\nmechanisms: {all: off, C13: on}\n", "utf-8")
    assert [c for c, on in load_scenario(path).mechanisms.items() if on] == ["C13"]
    set_ = ["mechanisms.C05=on", "mechanisms.all=off"]  # in any order
    again = load_scenario(path, settings=set_)
    assert [claim for claim, on in again.mechanisms.items() if on] == ["C05"]
    text = "sweep:\n  one: {set: mechanisms.all, values: [on, off]}\n"
    text += "  two: {none: {mechanisms: {all: off}}, some: {mechanisms: {C05: off}}}\n"
    path.write_text(f"name: swept\nextends: reference\n{text}", "utf-8")
    off = [
        sum(not on for on in point.mechanisms.values()) for _, point in expand(load_scenario(path))
    ]
    assert off == [28, 1, 28, 28]


def test_what_is_on_by_default_may_be_idle() -> None:
    def lacking(*settings: str) -> dict[str, tuple[str, ...]]:
        given = [f"mechanisms.{setting}" for setting in settings]
        return idle(load_scenario("reference", settings=given).mechanisms)

    assert lacking("C09=off") == {"C10": ("C09",)}
    # A claim that is not in the model yet is not worth a note.
    assert set(lacking("C16=off")) == {c for c in ("C17",) if load_ledger().claims[c].alive}
    assert lacking("all=off") == lacking("C10=off") == {}


def test_events_append_in_order_of_date_then_of_files(child: Write) -> None:
    scenario = child(
        "timeline:\n  - {date: 2026-06, id: mine, extradition: 1}\n"
        "  - {date: 2026-01, id: first, extradition: 1}\n"
    )
    assert ids(scenario) == ["first", "cut", "sharing", "mine", None]


def test_equal_id_replaces(child: Write) -> None:
    scenario = child("timeline:\n  - {date: 2026-09, id: cut, aid: {all: 0}}\n")
    assert ids(scenario) == ["sharing", "cut", None]
    cut = scenario.timeline[1]
    assert cut.date == Month(2026, 9)
    assert cut.aid is not None
    assert cut.aid.all == 0


def test_an_event_can_be_replaced_from_history_into_timeline(child: Write) -> None:
    scenario = child("timeline:\n  - {date: 2026-02, id: past, extradition: 0.1}\n")
    assert scenario.history == ()
    assert ids(scenario)[0] == "past"


def test_drop_one_and_drop_all(child: Write) -> None:
    assert ids(child("timeline:\n  - {id: cut, drop: true}\n")) == ["sharing", None]
    scenario = child("timeline:\n  - drop: all\n  - {date: 2026-02, id: new, extradition: 1}\n")
    assert ids(scenario) == ["new"]
    assert [event.id for event in scenario.history] == ["past"]


def test_a_moved_start_refiles_inherited_events(child: Write) -> None:
    later = child("start: 2026-07\n")
    assert [event.id for event in later.history] == ["past", "cut", "sharing"]
    assert ids(later) == [None]
    earlier = child("start: 2025-01\n")
    assert earlier.history == ()
    assert ids(earlier) == ["past", "cut", "sharing", None]


def test_an_earlier_end_leaves_out_inherited_events_but_not_own_mistakes(child: Write) -> None:
    assert ids(child("end: 2026-12\n")) == ["cut", "sharing"]
    with pytest.raises(InputError, match="2027-06 lies outside the run"):
        child("end: 2026-12\ntimeline:\n  - {date: 2027-06, extradition: 0}\n")


def test_settings_lie_on_top() -> None:
    scenario = load_scenario(
        "reference",
        settings=[
            "seed=3",
            "assumptions.recruitment_rent=0.03",
            "assumptions.deterrence={distribution: uniform, low: 0.1, high: 0.2}",
            "mechanisms.C05=off",
            "timeline.aid-kept.aid.development=0.2",
            "end=2028-12",
            "replicates=12",
        ],
    )
    assert (scenario.seed, scenario.replicates, scenario.end) == (3, 12, Month(2028, 12))
    assert scenario.assumptions["recruitment_rent"] == 0.03
    assert scenario.mechanisms == {"C05": False}
    kept = next(event for event in scenario.timeline if event.id == "aid-kept")
    assert kept.aid is not None
    assert (kept.aid.development, kept.aid.security) == (0.2, 0.5)


def test_a_shorter_run_needs_no_other_setting() -> None:
    scenario = load_scenario("factorial", settings=["end=2026-03"])
    assert scenario.months == 3
    assert all(event.date <= scenario.end for event in scenario.timeline)


def test_whole_lists_can_be_set() -> None:
    scenario = load_scenario("reference", settings=["timeline=[]", "observe=[control]"])
    assert scenario.timeline == ()
    assert scenario.observe == ("control",)


def test_files_are_relative_to_the_file_that_names_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "maps"
    folder.mkdir()
    (folder / "presence.csv").write_text("code,group\n05001,EGC\n", encoding="utf-8")
    (folder / "parent.yaml").write_text(
        PARENT + "initial: {presence: {file: presence.csv, year: 2025}}\n", encoding="utf-8"
    )
    (tmp_path / "child.yaml").write_text(
        "name: child\nextends: maps/parent.yaml\n", encoding="utf-8"
    )
    monkeypatch.chdir(folder.parent.parent)
    presence = load_scenario(tmp_path / "child.yaml").initial.presence
    assert presence is not None
    assert presence.file == (folder / "presence.csv").resolve()
    assert presence.year == 2025
    monkeypatch.chdir(folder)
    scenario = load_scenario("reference", settings=["initial.presence=presence.csv"])
    assert scenario.initial.presence is not None
    assert scenario.initial.presence.file == (folder / "presence.csv").resolve()


def test_a_byte_order_mark_and_windows_line_ends_are_harmless(tmp_path: Path) -> None:
    path = tmp_path / "win.yaml"
    text = "name: win\r\nextends: reference\r\nseed: 4\r\n"
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert load_scenario(path).seed == 4
