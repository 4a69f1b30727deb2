"""Scenario files of somebody else: they read nothing, reach nowhere, and end in one line."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from rift_sim.analysis.calibrate.config import read_calibration
from rift_sim.cli import main
from rift_sim.cli.app import command
from rift_sim.ensemble.inputs import resolve_request
from rift_sim.errors import InputError
from rift_sim.plaintext import hidden, read_bytes, read_text, visible
from rift_sim.scenario import Scenario, digest, expand, load_scenario, named_files, resolved_yaml
from rift_sim.yamlfile import parse_yaml

COCA = "code,value\n05001,10\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a table, and beside it what must not be reached."""
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "coca.csv").write_text(COCA, "utf-8")
    (tmp_path / "coca.csv").write_text(COCA, "utf-8")
    (tmp_path / "parent.yaml").write_text("name: parent\nextends: reference\n", "utf-8")
    return inside


def write(folder: Path, text: str, name: str = "mine") -> Path:
    file = folder / f"{name}.yaml"
    head = "" if "extends:" in text else "extends: reference\n"
    file.write_text(f"name: {name}\n{head}{text}\n", "utf-8")
    return file


REACHING = {
    "extends: ../parent.yaml": "extends",
    "extends: {outside}/parent.yaml": "extends",
    "initial: {{coca: ../coca.csv}}": "initial.coca",
    "initial: {{coca: {outside}/coca.csv}}": "initial.coca",
    "initial: {{coca: {{file: /etc/passwd}}}}": "initial.coca.file",
    "initial: {{coca: link.csv}}": "initial.coca",
    "initial: {{coca: way/coca.csv}}": "initial.coca",
    "territory: {{municipalities: ../coca.csv}}": "territory.municipalities",
    "territory: {{neighbours: ../coca.csv}}": "territory.neighbours",
    "parameters: ../coca.csv": "parameters",
    "parameters: '\\\\HOST\\share\\x.csv'": "parameters",
    "parameters: //HOST/share/x.csv": "parameters",
    "sweep: {{a: {{x: {{initial: {{coca: ../coca.csv}}}}}}}}": "sweep.a.x.initial.coca",
    "sweep: {{a: {{x: {{parameters: ../coca.csv}}}}}}": "sweep.a.x.parameters",
    "sweep: {{a: {{set: initial.coca, values: [../coca.csv]}}}}": "sweep.a.values[0]",
    "sweep: {{a: {{set: initial, values: [{{coca: ../coca.csv}}]}}}}": "sweep.a.values[0]",
    "sweep: {{a: {{set: parameters, values: [../coca.csv]}}}}": "sweep.a.values[0]",
}


@pytest.mark.parametrize("text", REACHING)
def test_no_named_file_lies_outside_the_folder(folder: Path, text: str) -> None:
    (folder / "link.csv").symlink_to(folder.parent / "coca.csv")
    (folder / "way").symlink_to(folder.parent)
    file = write(folder, text.format(outside=folder.parent))
    with pytest.raises(InputError, match="lies outside the folder") as caught:
        load_scenario(file)
    assert caught.value.key == REACHING[text]
    assert (caught.value.file, caught.value.line) == (str(file), 2 if "extends" in text else 3)
    assert "--allow-outside" in str(caught.value)


def test_what_an_extended_file_names_stays_in_the_folder_of_the_first(folder: Path) -> None:
    below = folder / "below"
    below.mkdir()
    write(below, "initial: {coca: ../coca.csv}", "parent")
    assert load_scenario(write(folder, "extends: below/parent.yaml")).initial.coca is not None
    write(below, "initial: {coca: ../../coca.csv}", "parent")
    with pytest.raises(InputError, match="lies outside the folder") as caught:
        load_scenario(folder / "mine.yaml")
    assert caught.value.file == str(below / "parent.yaml")


def test_the_user_may_let_files_in(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(folder, "extends: ../parent.yaml\ninitial: {coca: ../coca.csv}")
    monkeypatch.delenv("RIFT_DATA", raising=False)
    assert main(["check", str(file)]) == 2
    assert "--allow-outside" in capsys.readouterr().err
    assert main(["check", str(file), "--allow-outside"]) == 0
    scenario = load_scenario(file, allow_outside=True)
    outside = (folder.parent / "coca.csv").resolve()
    assert named_files(scenario) == {"initial.coca": outside}
    # What is let in once is not lost when the scenario is stored, or set upon.
    (folder / "stored.yaml").write_text(resolved_yaml(scenario), "utf-8")
    assert load_scenario(folder / "stored.yaml", allow_outside=True) == scenario
    request = resolve_request(
        scenario, replicates=3, seed=None, settings=["end=2026-03"], design=None
    )
    assert named_files(request.scenarios[0]) == {"initial.coca": outside}
    # What the user writes himself, or keeps in his folder of data, is his.
    plain = write(folder, "", "plain")
    load_scenario(plain, settings=[f"initial.coca={outside}"])
    data = write(folder, f"initial: {{coca: '{outside}'}}", "data")
    monkeypatch.setenv("RIFT_DATA", str(folder.parent))
    load_scenario(data)


def test_every_command_that_loads_a_file_can_be_told_to_let_files_in() -> None:
    commands = command().commands
    loading = ("run", "check", "explore", "explain", "discover", "sensitivity", "levers")
    for name in (*loading, "threshold", "calibrate", "uncertainty"):
        assert "--allow-outside" in [o for p in commands[name].params for o in p.opts], name


def test_a_calibration_reaches_no_file_outside_its_folder(folder: Path) -> None:
    config = folder / "calibrate.yaml"
    text = (
        "scenario: {scenario}\nwindow: test\nparameters: {{ids: [deterrence]}}\n"
        "summaries: {{x: 1}}\npopulation: 10\ngenerations: 1\nseed: 1\n"
    )
    config.write_text(text.format(scenario="../parent.yaml"), "utf-8")
    with pytest.raises(InputError, match=r"scenario: '../parent.yaml' lies outside"):
        read_calibration(config)
    assert read_calibration(config, allow_outside=True).scenario.name == "parent"
    # Its scenario may name what lies in the folder of the calibration, and nothing else.
    below = folder / "below"
    below.mkdir()
    config.write_text(text.format(scenario="below/mine.yaml"), "utf-8")
    write(below, "initial: {coca: ../coca.csv}")
    assert read_calibration(config).scenario.initial.coca is not None
    write(below, "initial: {coca: ../../coca.csv}")
    with pytest.raises(InputError, match="lies outside the folder"):
        read_calibration(config)


def test_devices_pipes_folders_and_names_that_cannot_be_are_no_files(folder: Path) -> None:
    pipe = folder / "pipe.csv"
    os.mkfifo(pipe)
    loop = folder / "loop.csv"
    loop.symlink_to(loop)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    said = {
        "pipe.csv": "a pipe or a device, not a regular file",
        "/dev/zero": "a pipe or a device, not a regular file",
        "loop.csv": "a link that leads nowhere",
        ".": "a folder, not a file",
        "x" * 5000 + ".csv": "no file|no such file",
    }
    for name, problem in said.items():
        file = write(folder, f"initial: {{coca: '{name}'}}")
        with pytest.raises(InputError, match=problem):
            load_scenario(file, allow_outside=True)
        with pytest.raises(InputError):
            load_scenario(write(folder, f"extends: './{name}/'"))
        with pytest.raises(InputError, match=problem):
            load_scenario(folder / name)
        with pytest.raises(InputError, match=problem):
            read_bytes(folder / name)
    design = write(folder, "sweep: {a: {set: seed, values: [1, 2]}}")
    with pytest.raises(InputError, match="not a regular file"):
        load_scenario(design, design=Path("/dev/zero"))


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    file = tmp_path / "large.csv"
    with file.open("wb") as stream:
        stream.truncate(10**12)  # Takes no room on the disk; it must take none in memory.
    for read in (read_bytes, read_text, load_scenario):
        with pytest.raises(InputError, match="too large"):
            read(file.rename(tmp_path / "large.yaml") if read is load_scenario else file)  # type: ignore[operator]


BOMBS = {
    "deep flow": ("a: " + "[" * 500_000, "nested too deeply"),
    "deep blocks": ("\n".join(" " * i + "a:" for i in range(1000)), "nested too deeply"),
    "deep dashes": ("- " * 400_000, "nested too deeply"),
    "deep questions": ("? " * 400_000, "nested too deeply"),
    "laughs": ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "aliases are not accepted"),
    "circle": ("a: &a [*a]", "aliases are not accepted"),
    "merge": ("a: &a {x: 1}\nb: {<<: *a}", "not accepted"),
    "whole number": ("a: " + "9" * 100_000, "the number is too long"),
    "hexadecimal": ("a: 0x" + "f" * 100_000, "the number is too long"),
    "float": ("a: 1." + "1" * 100_000, "the number is too long"),
    "infinity": ("a: 1e999", "not a finite number"),
    "tag": ("a: !!python/object/apply:os.system [id]", "the tag"),
    "own tag": ("a: !x y", "the tag"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_yaml_is_data_of_limited_depth_length_and_kind(name: str) -> None:
    text, says = BOMBS[name]
    with pytest.raises(InputError, match=says) as caught:
        parse_yaml(text, "bomb.yaml")
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("code", ["\\e[2J", "\\x9b", "\\u202E", "\\u2066", "\\u2028", "\\0", "\\b"])
def test_no_text_holds_what_its_readers_do_not_see(tmp_path: Path, code: str) -> None:
    for text in (f'a: "x{code}"', f'"k{code}": 1'):
        with pytest.raises(InputError, match=r"holds U\+"):
            parse_yaml(text, "x.yaml")
    character = parse_yaml('a: "caf\\u00e9\\n\\u200d"', "x.yaml").data["a"]
    assert hidden(character) is None
    file = tmp_path / "x.csv"
    file.write_text("a\n\nb\x1b[31m\n", "utf-8")
    with pytest.raises(InputError, match=r"x.csv:3: holds U\+001B"):
        read_text(file)


def test_what_is_not_seen_is_written_out() -> None:
    text = "a\x1b]8;;http://x\x07b\u202ec\x9b\n\té"
    assert visible(text) == "a\\x1b]8;;http://x\\x07b\\u202ec\\x9b\n\té"
    assert visible(visible(text)) == visible(text)


ENDLESS = {
    "end: 1000000000-01": "end",
    "replicates: 1000000000000": "replicates",
    "seed: 99999999999999999999": "seed",
    "sweep: {a: {set: seed, values: [" + ", ".join(map(str, range(20_000))) + "]}}": "sweep.a",
    "sweep: {"
    + ", ".join(f"a{k}: {{set: seed, values: {list(range(100))}}}" for k in range(3))
    + "}": "sweep",
}


@pytest.mark.parametrize("text", ENDLESS)
def test_no_scenario_asks_for_a_run_without_end(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError) as caught:
        load_scenario(write(tmp_path, text))
    assert caught.value.key == ENDLESS[text]


def test_a_design_has_an_end_too(tmp_path: Path) -> None:
    file = write(tmp_path, f"sweep: {{a: {{set: seed, values: {list(range(200))}}}, b: {{set: "
                 f"assumptions.deterrence, values: {[k / 100 for k in range(60)]}}}}}")  # fmt: skip
    design = tmp_path / "design.csv"
    rows = [f"{a},{b / 100:g}" for a in range(200) for b in range(60)]
    design.write_text("\n".join(["a,b", *rows]) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="12,000 points"):
        expand(load_scenario(file), design)


def test_points_of_a_sweep_hold_what_they_share_once(tmp_path: Path) -> None:
    other = "{timeline: [{date: 2026-04, threat: {severity: 0.5}}]}"
    file = write(
        tmp_path, f"sweep: {{a: {{set: seed, values: [1, 2, 3]}}, b: {{x: {{}}, y: {other}}}}}"
    )
    (_, first), *others = expand(load_scenario(file))
    for labels, point in others:
        assert (point.timeline is first.timeline) == (labels["b"] == "x")
        assert point.history is first.history
        again = Scenario.model_validate(point.plain())
        assert (again, digest(again)) == (point, digest(point))


def test_all_points_of_a_sweep_together_have_an_end(tmp_path: Path) -> None:
    file = write(tmp_path, "replicates: 1000000\nsweep: {a: {set: seed, values: [1, 2, 3]}}")
    large = {"settings": ["replicates=1000000"], "seed": None, "design": None}
    assert resolve_request(file, replicates=9, **large).replicates == 9  # type: ignore[arg-type]
    wide = write(
        tmp_path, f"replicates: 1000000\nsweep: {{a: {{set: seed, values: {list(range(11))}}}}}"
    )
    with pytest.raises(InputError, match="11,000,000 replicates"):
        resolve_request(wide, replicates=None, seed=None, settings=(), design=None)


def test_files_do_not_extend_each_other_for_ever(tmp_path: Path) -> None:
    for number in range(40):
        write(tmp_path, f"extends: n{number + 1}.yaml", f"n{number}")
    with pytest.raises(InputError, match="extends too many files") as caught:
        load_scenario(tmp_path / "n0.yaml")
    assert caught.value.file == str(tmp_path / "n19.yaml")
