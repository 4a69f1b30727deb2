"""What a run is: what decides its numbers, what was asked for, and what its manifest says."""

from __future__ import annotations

import hashlib
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fake_model import FakeScenario, FakeWorld, fake_request
from small_runs import Listener, go

import rift_sim
from rift_sim.ensemble import identity, inputs, manifest
from rift_sim.ensemble.engine import Engine
from rift_sim.ensemble.execution.executor import Job, Plan
from rift_sim.ensemble.execution.remote import Parcel
from rift_sim.ensemble.identity import Identity, code_digest, hash_all, versions
from rift_sim.ensemble.inputs import Request, resolve_request
from rift_sim.ensemble.manifest import changed_versions, is_finished, session_entry
from rift_sim.ensemble.manifest_form import has_form
from rift_sim.ensemble.storage.layout import is_intact, read_json, seal, write_json
from rift_sim.ensemble.storage.store import Block, Store
from rift_sim.ensemble.summary import SummaryRow
from rift_sim.errors import InputError
from rift_sim.physics.kernel import COMPILED
from rift_sim.scenario import Scenario, digest, load_scenario
from rift_sim.seeds.posterior import PRIOR

MINE = Identity(scenario="a", seed=1, seeds="b", code="c", municipal=False)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"scenario": "z"}, "another scenario"),
        ({"seed": 7}, "seed 7, asked for 1"),
        ({"seed": 7, "scenario": "z"}, "seed 7, asked for 1"),
        ({"seeds": "z", "code": "z"}, "other figures in seeds/, another version of the code"),
        ({"municipal": True}, "with --municipal"),
        ({"scenario": "z", "code": "z"}, "another scenario, another version of the code"),
        ({}, "of another format"),
    ],
)
def test_a_difference_in_words(changes: dict[str, Any], said: str) -> None:
    parts = {"scenario": "a", "seed": 1, "seeds": "b", "code": "c", "municipal": False}
    assert MINE.difference(parts | changes) == said
    assert (MINE.digest == replace(MINE, **changes).digest) is (changes == {})


def test_the_hash_of_an_identity_stays_what_it_is() -> None:
    """Runs on disk carry it: in another order of parts none of them could go on."""
    parts = '{"code": "c", "municipal": false, "scenario": "a", "seed": 1, "seeds": "b"}'
    assert MINE.digest == hashlib.sha256(parts.encode()).hexdigest()


@pytest.mark.parametrize("kind", [Identity, Request, Engine, Job, Plan, Parcel, Block, SummaryRow])
def test_what_is_handed_around_cannot_be_changed(kind: Any) -> None:
    made = object.__new__(kind)
    with pytest.raises(FrozenInstanceError):
        setattr(made, fields(kind)[0].name, 1)


def test_parts_that_are_not_there_differ() -> None:
    assert replace(MINE, municipal=True).difference({}) == (
        "seed ?, asked for 1, other figures in seeds/, another version of the code, "
        "without --municipal"
    )


def test_several_hashes_become_one_and_one_stays() -> None:
    assert hash_all(["abc"]) == "abc"
    assert hash_all(iter(["abc", "def"])) == hashlib.sha256(b"abc\ndef").hexdigest()


def test_the_hash_of_the_code_is_over_what_changes_a_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numeric = {"physics/coca.py": "1", "territory/data/places.csv": "a", "model.py": "2"}
    others = {
        "physics/notes.md": "x", "py.typed": "", "physics/__pycache__/coca.pyc": "x",
        "analysis/scores.py": "x", "ensemble/run.py": "x", "cli/app.py": "x", "errors.py": "x",
        "__init__.py": "x",
    }  # fmt: skip
    for name, text in (numeric | others).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert Path(rift_sim.__file__).parent == identity._PACKAGE
    monkeypatch.setattr(identity, "_PACKAGE", tmp_path)
    expected = "model.py 1\n2physics/coca.py 1\n1territory/data/places.csv 1\na"
    assert code_digest.__wrapped__() == hashlib.sha256(expected.encode()).hexdigest()


def test_versions_name_the_machine_and_how_kernels_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "_LIBRARIES", ("numpy", "no-such-library", "numba"))
    found = versions()
    assert list(found) == ["python", "rift_sim", "numpy", "numba", "machine", "kernels"]
    assert found["python"] == platform.python_version()
    assert found["rift_sim"] == rift_sim.__version__
    assert found["machine"] == f"{platform.machine()} {sys.platform}"
    assert found["kernels"] == ("compiled" if COMPILED else "python")


def resolve(source: Any, *settings: str, **options: Any) -> Any:
    named = {"replicates": None, "seed": None, "design": None} | options
    return resolve_request(source, settings=settings, **named)


def test_options_and_settings_make_the_request(make_scenario: Callable[..., Scenario]) -> None:
    scenario = make_scenario()
    plain = resolve(scenario)
    assert (plain.name, plain.title, plain.seed, plain.replicates) == ("test", "A test", 1, 2)
    assert plain.scenarios == (scenario,)
    assert plain.labels is None
    assert plain.axes == {}
    assert plain.settings == ()
    assert plain.allow_outside is False
    assert resolve(scenario, allow_outside=True).allow_outside is True
    assert plain.digest == digest(scenario)
    assert "\nname: test\n" in plain.resolved
    changed = resolve(scenario, "end=2026-03", replicates=5, seed=9)
    assert (changed.replicates, changed.seed, changed.settings) == (5, 9, ("end=2026-03",))
    assert changed.scenarios[0].months == 3
    assert changed.digest != plain.digest
    assert resolve("reference", replicates=7).replicates == 7
    assert len(plain.ledger_digest) == 64


SWEEP = """\
name: two
title: Two
extends: reference
end: 2026-03
sweep:
  luck: {set: seed, values: [3, 4]}
  other: {set: %s}
"""


def test_a_sweep_has_a_label_and_levels_for_each_point(tmp_path: Path) -> None:
    file = tmp_path / "two.yaml"
    file.write_text(SWEEP % "end, values: [2026-03]")
    request = resolve(file)
    assert request.labels == ("luck=3, other=2026-03", "luck=4, other=2026-03")
    assert request.axes == {"luck": ("3", "4"), "other": ("2026-03", "2026-03")}
    assert [point.seed for point in request.scenarios] == [3, 4]
    assert request.digest == hash_all(digest(point) for point in request.scenarios)
    assert request.digest != hash_all(digest(point) for point in request.scenarios[::-1])


def test_a_scenario_in_memory_takes_a_design_and_keeps_the_files_it_was_let_have(
    tmp_path: Path, make_scenario: Callable[..., Scenario]
) -> None:
    (tmp_path / "two.yaml").write_text(SWEEP % "end, values: [2026-03]")
    design = tmp_path / "design.csv"
    design.write_text("luck,other\n4,2026-03\n", encoding="utf-8")
    loaded = load_scenario(tmp_path / "two.yaml")
    for source in (loaded, tmp_path / "two.yaml"):
        for given in ([], ["title=Three"]):
            request = resolve(source, *given, design=str(design))
            assert request.labels == ("luck=4, other=2026-03",)
            assert request.title == ((given and "Three") or "Two")
    # The map of this one lies outside the folder of any file.
    small = make_scenario(small=True)
    changed = resolve(small, "end=2026-03")
    assert changed.scenarios[0].territory == small.territory


@pytest.mark.parametrize(
    ("axis", "months"),
    [
        ("end, values: [2026-03, 2026-04]", "2026-04' runs 2026-01 to 2026-04, another 2026-01 to"),
        ("end, values: [2026-04, 2026-03]", "2026-03' runs 2026-01 to 2026-03, another 2026-01 to"),
        ("start, values: [2026-01, 2026-02]", "2026-02' runs 2026-02 to 2026-03, another 2026-01"),
    ],
)
def test_points_of_a_sweep_cover_the_same_months(tmp_path: Path, axis: str, months: str) -> None:
    (tmp_path / "two.yaml").write_text(SWEEP % axis)
    with pytest.raises(InputError, match=f"the point 'luck=3, other={months}") as caught:
        resolve(tmp_path / "two.yaml")
    assert (caught.value.key, caught.value.file) == ("sweep", "two")


def test_replicates_of_all_points_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "MAX_REPLICATES", 10)
    (tmp_path / "two.yaml").write_text(SWEEP % "end, values: [2026-03]")
    assert resolve(tmp_path / "two.yaml", replicates=5).replicates == 5
    with pytest.raises(InputError, match="all points together have 12 replicates") as caught:
        resolve(tmp_path / "two.yaml", replicates=6)
    assert (caught.value.file, caught.value.key) == ("two", "replicates")
    assert caught.value.allowed == "up to 10"


def test_a_bad_option_is_named_as_the_user_wrote_it(make_scenario: Callable[..., Scenario]) -> None:
    for source in ("reference", make_scenario()):
        with pytest.raises(InputError) as caught:
            resolve(source, replicates=0)
        assert (caught.value.key, caught.value.file) == ("-n/--replicates", None)
        with pytest.raises(InputError) as caught:
            resolve(source, seed=-1)
        assert caught.value.key == "--seed"
    with pytest.raises(InputError) as caught:
        resolve("reference", "replicates=0")
    assert (caught.value.key, caught.value.file) == ("replicates", "--set")
    with pytest.raises(InputError) as caught:
        resolve("reference", "replicates=0", seed=4)
    assert caught.value.key == "replicates"
    with pytest.raises(InputError, match="7 is not a scenario") as caught:
        resolve(7)
    assert caught.value.key == "scenario"


def test_a_session_says_when_how_long_and_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 1_000_012.345)
    assert session_entry(1_000_000.0, 7, 2) == {
        "started": "1970-01-12T13:46:40Z", "seconds": 12.3, "replicates": 7, "workers": 2,
        "where": "local",
    }  # fmt: skip
    assert session_entry(1_000_000.0, 7, 2, cluster=True)["where"] == "dask"


def test_sessions_add_up_and_versions_are_those_of_the_first(tmp_path: Path) -> None:
    folder = go(tmp_path / "run", 4).directory
    file = folder / "manifest.json"
    first = read_json(file)
    assert [entry["replicates"] for entry in first["sessions"]] == [4]
    assert first["sessions"][0]["workers"] == 1
    assert (first["kind"], first["failed"], first["failures"]) == ("rift_sim run", 0, {})
    assert (first["hash"], first["ledger_entries"]) == (Identity(**first["identity"]).digest, {})
    assert first["parameters"] == PRIOR
    assert changed_versions(folder) == []
    older = {"versions": first["versions"] | {"numpy": "0.1", "zarr": "0.1"}}
    write_json(file, seal(first | older))
    assert changed_versions(folder) == [f"numpy 0.1 -> {versions()['numpy']}"]
    listener = Listener()
    go(tmp_path / "run", 6, progress=listener)
    assert any(f"(numpy 0.1 -> {versions()['numpy']})" in text for text in listener.said)
    second = read_json(file)
    assert [entry["replicates"] for entry in second["sessions"]] == [4, 2]
    assert second["versions"]["numpy"] == "0.1"
    assert (second["finished"], is_finished(folder)) == (True, True)


def test_a_manifest_names_the_versions_of_extensions(tmp_path: Path) -> None:
    folder = go(tmp_path / "run", 2).directory
    store, world = Store(folder / "trajectories.zarr"), FakeWorld(FakeScenario(), municipal=False)
    named = replace(MINE, extensions={"peace": "0.1.0 d1", "trade": "2.0 d2"})
    manifest.write_manifest(folder, fake_request(2), named, store, world)
    found = read_json(folder / "manifest.json")
    assert found["extensions"] == {"peace": "0.1.0", "trade": "2.0"}
    assert Identity(**found["identity"]).digest == found["hash"] == named.digest


def test_a_manifest_written_in_another_order_is_intact() -> None:
    sealed = seal({"kind": "rift_sim run", "seed": 1, "identity": {"a": 1, "b": 2}})
    turned = dict(reversed(sealed.items())) | {"identity": {"b": 2, "a": 1}}
    assert is_intact(sealed)
    assert is_intact(turned)
    assert not is_intact(sealed | {"seed": 2})


FORM: dict[str, Any] = {
    "scenario": "a", "seed": 1, "versions": {"numpy": "2"},
    "identity": {"scenario": "a", "seed": 1, "seeds": "b", "code": "c", "municipal": False},
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "fits"),
    [
        ({}, True), ({"seed": "1"}, False), ({"versions": None}, False), ({"identity": {}}, False),
        ({"finished": True, "axes": {"luck": ["3"]}, "more": 1}, True), ({"finished": 1}, False),
        ({"sessions": [{"started": "now", "seconds": 1.5}]}, True), ({"sessions": [{}]}, False),
        ({"parameters": PRIOR}, True), ({"parameters": {"file": "draws.csv"}}, False),
        ({"parameters": {"file": "a", "sha256": "b", "draws": 3, "provenance": {}}}, True),
        ({"store": {"replicates": 4, "block": 2}}, True), ({"store": {"block": "2"}}, False),
        ({"files": {"summary.csv": "d"}}, True), ({"files": []}, False), ({"hash": 7}, False),
    ],
)  # fmt: skip
def test_what_readers_of_a_manifest_take_for_granted(changes: dict[str, Any], fits: bool) -> None:
    assert has_form(FORM | changes) is fits


def test_a_manifest_that_says_less_is_taken_as_it_is(tmp_path: Path) -> None:
    assert is_finished(tmp_path) is False
    assert changed_versions(tmp_path) == []
    (tmp_path / "manifest.json").write_text("{", encoding="utf-8")
    assert is_finished(tmp_path) is False
    now = versions()
    then = {"numpy": now["numpy"], "mesa": "2.0", "numba": "9.9"}
    whole = go(tmp_path / "run", 2).manifest
    write_json(tmp_path / "manifest.json", seal(whole | {"versions": then}))
    changed = [f"numba 9.9 -> {now['numba']}", f"mesa 2.0 -> {now['mesa']}"]
    assert changed_versions(tmp_path) == changed


def test_replicates_of_a_sweep_count_where_all_its_points_have_them(tmp_path: Path) -> None:
    said = go(tmp_path / "run", 5, sweep=2, failing=(1,)).manifest
    assert (said["replicates"], said["failed"]) == (4, 2)
    assert said["scenarios"] == ["level-0", "level-1"]
    assert said["allow_outside"] is False
    assert said["axes"] == {"level": ["0", "1"]}


def test_what_a_world_was_made_from_stands_in_the_manifest() -> None:
    world: Any = FakeWorld(FakeScenario(), municipal=False)
    assert manifest._entries_used(world) == {}
    entry = SimpleNamespace(source=SimpleNamespace(id=("F1", "F2")))
    world.ledger = SimpleNamespace(parameters={"loss_rate": entry})
    assert manifest._entries_used(world) == {
        "parameters": {"loss_rate": ["F1", "F2"]},
        "groups": ["eln", "egc"],
    }
    world.posterior = SimpleNamespace(
        file=Path("draws.csv"), digest="d", rows=[1, 2, 3], names=("a",), provenance={"by": "us"}
    )
    assert manifest._parameters_used(world) == {
        "file": "draws.csv", "sha256": "d", "draws": 3, "names": ["a"], "provenance": {"by": "us"},
    }  # fmt: skip
