"""The shipped scenarios, and what is written from scenarios."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from rift_sim.calendar import Month
from rift_sim.errors import InputError
from rift_sim.scenario import (
    ACTIONS,
    Scenario,
    digest,
    expand,
    json_schema,
    load_scenario,
    new_scenario_text,
    resolved_yaml,
    shipped_scenarios,
)
from rift_sim.seeds import load_ledger
from rift_sim.yamlfile import parse_yaml

SHIPPED = [summary.name for summary in shipped_scenarios()]
NEEDED = {
    "reference", "december-2025", "status-quo", "no-cutoff", "full-cutoff", "forces-recover",
    "attrition-deepens", "left-continuity", "left-learns", "centre", "rupture", "reset-on-drugs",
    "factorial", "rival-theory",
}  # fmt: skip


def test_all_needed_scenarios_ship_with_their_questions() -> None:
    assert set(SHIPPED) >= NEEDED
    assert SHIPPED[0] == "reference"
    for summary in shipped_scenarios():
        assert summary.path.stem == summary.name == load_scenario(summary.name).name
        assert summary.question.endswith("?")
        assert summary.title != summary.name


@pytest.mark.parametrize("name", SHIPPED)
def test_every_event_says_where_it_comes_from(name: str) -> None:
    ledger = load_ledger()
    known = {*ledger.facts, *ledger.effects, *ledger.events, *ledger.sources, "judgement"}
    for _, scenario in expand(load_scenario(name)):
        for event in (*scenario.history, *scenario.timeline):
            assert event.source in known, event.id
            assert event.note
            assert event.id


@pytest.mark.parametrize("name", SHIPPED)
def test_resolved_yaml_loads_to_an_equal_scenario(name: str, tmp_path: Path) -> None:
    scenario = load_scenario(name, settings=["mechanisms.C05=off", "seed=77"])
    path = tmp_path / "scenario.resolved.yaml"
    path.write_text(resolved_yaml(scenario), encoding="utf-8")
    again = load_scenario(path)
    assert again == scenario
    assert digest(again) == digest(scenario)
    assert resolved_yaml(again) == resolved_yaml(scenario)
    assert "extends" not in parse_yaml(resolved_yaml(scenario), path).data


def test_reference_tells_what_has_happened() -> None:
    scenario = load_scenario("reference")
    assert (scenario.start, scenario.end, scenario.months) == (Month(2026, 1), Month(2030, 12), 60)
    assert (scenario.seed, scenario.replicates) == (2026, 100)
    office = [e for e in scenario.timeline if e.inauguration is not None]
    assert [(e.date, e.inauguration.mix) for e in office if e.inauguration] == [
        (Month(2026, 8), {"right": 1.0})
    ]
    aid = {e.id: e for e in (*scenario.history, *scenario.timeline) if e.aid is not None}
    end, kept = aid["aid-end"].aid, aid["aid-kept"].aid
    assert end is not None
    assert end.levels == {
        "air_mobility": 0.5, "intelligence": 0.5, "police": 0.5, "development": 0.0
    }  # fmt: skip
    assert kept is not None
    assert kept.development == pytest.approx(40 / 372, abs=0.005)


def test_status_quo_has_no_news_and_cutoffs_start_alike() -> None:
    assert load_scenario("status-quo").timeline == ()
    no, full = load_scenario("no-cutoff"), load_scenario("full-cutoff")
    assert no.history == full.history == load_scenario("reference").history
    assert len(no.timeline) == len(full.timeline)
    different = {a.id for a, b in zip(no.timeline, full.timeline, strict=True) if a != b}
    assert different == {"aid-level"}


def _timeline(text: str, tmp_path: Path) -> Scenario:
    path = tmp_path / "x.yaml"
    path.write_text(f"name: x\nextends: reference\n{text}", encoding="utf-8")
    return load_scenario(path)


def test_digest_ignores_what_changes_no_number(tmp_path: Path) -> None:
    plain = digest(load_scenario("reference"))
    assert digest(load_scenario("reference", settings=["title=Other", "replicates=3"])) == plain
    assert digest(load_scenario("reference", settings=["timeline.call.note=Other"])) == plain
    assert digest(_timeline("question: Other?\n", tmp_path)) == plain


@pytest.mark.parametrize(
    "setting",
    ["seed=1", "timeline.call.diplomacy.effect=0.41", "timeline.call.date=2026-02", "end=2030-11",
     "assumptions.deterrence=0.3", "mechanisms.C05=off", "observe=[control]",
     "territory.strict=true"],
)  # fmt: skip
def test_digest_notices_what_changes_numbers(setting: str) -> None:
    assert digest(load_scenario("reference", settings=[setting])) != digest(
        load_scenario("reference")
    )


def test_digest_takes_files_by_content(tmp_path: Path) -> None:
    files = [tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "c.csv"]
    for path, text in zip(files, ("x\n", "x\n", "y\n"), strict=True):
        path.write_text(text, encoding="utf-8")
    a, b, c = (
        digest(load_scenario("reference", settings=[f"initial.presence={path}"])) for path in files
    )
    assert a == b != c


def test_json_schema_is_json_and_knows_every_event() -> None:
    schema = json.loads(json.dumps(json_schema()))
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert schema["required"] == ["name"]
    assert schema["additionalProperties"] is False
    assert set(ACTIONS) < set(schema["$defs"]["Event"]["properties"])
    for kind in ACTIONS:
        assert schema["$defs"]["Event"]["properties"][kind]["description"]
    names = schema["properties"]["assumptions"]["propertyNames"]["enum"]
    assert names == list(load_ledger().parameters)
    for model in schema["$defs"].values():
        for name, node in model.get("properties", {}).items():
            known = node.get("description") or "const" in node
            assert known or "distribution" in model["properties"], name


def test_new_scenario_text_is_a_scenario(tmp_path: Path) -> None:
    path = tmp_path / "my-idea.yaml"
    path.write_text(new_scenario_text("my-idea", "full-cutoff"), encoding="utf-8")
    scenario = load_scenario(path)
    assert scenario.name == "my-idea"
    assert digest(scenario) == digest(load_scenario("full-cutoff"))


def test_the_examples_in_the_new_text_work_too(tmp_path: Path) -> None:
    lines = new_scenario_text("my-idea", "reference").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("# start:"))
    kept = [line[2:] for line in lines[start:] if re.match(r"# (  |\w+:)", line)]
    path = tmp_path / "my-idea.yaml"
    path.write_text("\n".join([*lines[:start], *kept]), encoding="utf-8")
    # The table of draws is one's own.
    (tmp_path / "posterior.csv").write_text("deterrence\n0.1\n", encoding="utf-8")
    scenario = load_scenario(path)
    assert scenario.mechanisms == {"C05": False}
    assert len(expand(scenario)) == 4
    assert any(event.id == "aid-cut" for event in scenario.timeline)


@pytest.mark.parametrize(("name", "extends"), [("My Idea", "reference"), ("mine", "refrence")])
def test_new_scenario_refuses_bad_names(name: str, extends: str) -> None:
    with pytest.raises(InputError):
        new_scenario_text(name, extends)


def test_loading_needs_no_heavy_library() -> None:
    code = (
        "import sys; from rift_sim.scenario import load_scenario; load_scenario('factorial'); "
        "heavy = {'mesa', 'scipy', 'numba', 'xarray', 'zarr', 'matplotlib', 'pandas'}; "
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
