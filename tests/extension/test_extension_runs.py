"""Runs with an extension: workers, identity, resume, commands, and runs read without it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import rift_sim
from rift_sim.cli import main
from rift_sim.ensemble.engine import Engine
from rift_sim.ensemble.execution.executor import Job, Plan, Worlds, compute
from rift_sim.ensemble.execution.pool import Pool
from rift_sim.ensemble.execution.remote import requirements, unfit
from rift_sim.ensemble.run import Run
from rift_sim.errors import InputError
from rift_sim.extension import Extension, Mechanism, identity
from rift_sim.extension.registry import forget, in_use, ledger_with
from rift_sim.plots.events import marks_apart, marks_of
from rift_sim.scenario import Scenario, load_scenario
from rift_sim.vocabulary import BUILT_IN_SERIES, SERIES

Make = Callable[..., Scenario]


@pytest.fixture
def file(tmp_path: Path, small_map: dict[str, Path]) -> Path:
    """A short scenario on the small map with all that the example adds."""
    beside = {key: shutil.copy(found, tmp_path) for key, found in small_map.items()}
    path = tmp_path / "small.yaml"
    path.write_text(
        f"""\
name: small
title: A small mission
start: 2026-01
end: 2026-12
seed: 1
extensions: [peacekeeping]
territory: {{municipalities: {beside["municipalities"]}, neighbours: {beside["neighbours"]}}}
strategies: {{EGC: lie_low}}
timeline:
  - date: 2026-03
    id: mandate
    mandate: {{departments: ["05"], troops: 900, months: 24}}
""",
        encoding="utf-8",
    )
    return path


def go(file: Path, out: Path, **options: Any) -> Run:
    settings = {"workers": 1, "replicates": 4, "block": 2, **options}
    return rift_sim.run(file, out=out, **settings)


@pytest.mark.usefixtures("installed")
def test_other_processes_find_it_by_its_entry_point(file: Path, tmp_path: Path) -> None:
    here, there = go(file, tmp_path / "here"), go(file, tmp_path / "there", workers=2)
    assert there.manifest["sessions"][0]["workers"] == 2
    assert not there.failures
    assert there.digest() == here.digest()
    assert here.dataset["peacekeepers"].attrs["units"] == "people"
    assert float(here.dataset["peacekeepers"].max()) > 0.0
    assert here.manifest["extensions"] == {"peacekeeping": "0.1.0"}
    assert {row.variable for row in here.rows()} >= {"peacekeepers", "control"}
    assert here.manifest["ledger_entries"]["parameters"]["peacekeeping_effect"] == ["PK01"]


def test_other_processes_find_it_by_its_module(file: Path, peacekeeping: Extension) -> None:
    plan, job = Plan(Engine(), (load_scenario(file),), False), Job(0, 0, (0, 1))
    with Pool(plan, 1) as pool:
        (there,) = pool.run([job])
    here = compute(plan, Worlds(plan), job)
    assert not there.failures
    assert there.arrays["peacekeepers"].any()
    for name, values in here.arrays.items():
        np.testing.assert_array_equal(there.arrays[name], values)


SCRIPT = """\
import sys
import rift_sim

class Quiet(rift_sim.Partner):
    def step(self):
        if self.rift.started:
            self.rift.outside.violence[:] = 0.5

rift_sim.register(
    rift_sim.Extension("quiet", "1", __name__, partners={"quiet": Quiet})
)
for workers in (2, None):
    try:
        run = rift_sim.run(sys.argv[1], out=sys.argv[2], replicates=4, block=2, workers=workers)
        print(run.replicates, run.manifest["sessions"])
    except rift_sim.InputError as error:
        print(error)
"""


def test_what_a_script_registers_runs_in_that_process(file: Path, tmp_path: Path) -> None:
    text = file.read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if "strateg" not in line]
    plain = "\n".join(kept).partition("timeline")[0].replace("peacekeeping", "quiet")
    file.write_text(plain, encoding="utf-8")
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")

    command = [sys.executable, str(script), str(file), str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    first, second = done.stdout.strip().splitlines()
    assert first == (
        "workers: the extension 'quiet' was registered by a script or notebook, from which other "
        "processes cannot import it; allowed: workers=1, or the extension in a module of its own"
    )
    # Only the second run wrote anything.
    assert second.startswith("4 [{")
    assert second.count("'workers': 1") == second.count("'workers'") == 1


def test_pools_and_schedulers_are_refused_for_what_was_typed(
    make_scenario: Make, tmp_path: Path, clean: None
) -> None:
    act = Mechanism(lambda model: None, "month", "nothing")
    rift_sim.register(Extension("typed", "1", "__main__", mechanisms={"typed_act": act}))
    scenario = make_scenario(small=True, extensions=["typed"])
    with pytest.raises(InputError, match="workers: the extension 'typed'"):
        Pool(Plan(Engine(), (scenario,), False), 2)
    with pytest.raises(InputError, match="scheduler: the extension 'typed'"):
        rift_sim.run(scenario, out=tmp_path / "run", scheduler="tcp://127.0.0.1:1")


@pytest.fixture
def copied(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Callable[[Path], None] | None], None]:
    """Register a copy of the example that can be changed, as an upgrade would change it."""
    place = tmp_path / "copy" / "rift_peacekeeping"
    shutil.copytree(source, place, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.syspath_prepend(str(place.parent))
    # A source changed within a second and not in size would be taken for its old bytecode.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def register(change: Callable[[Path], None] | None = None) -> None:
        if change is not None:
            change(place)
        forget("peacekeeping")
        for name in [name for name in sys.modules if name.startswith("rift_peacekeeping")]:
            del sys.modules[name]
        import rift_peacekeeping

        assert Path(rift_peacekeeping.__file__).parent == place
        rift_sim.register(rift_peacekeeping.extension)

    return register


def edit(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(place: Path) -> None:
        text = (place / name).read_text(encoding="utf-8")
        assert old in text
        (place / name).write_text(text.replace(old, new), encoding="utf-8")

    return change


def test_a_changed_extension_is_another_run(file: Path, tmp_path: Path, copied: Any) -> None:
    copied()
    run = go(file, tmp_path / "run")
    assert go(file, tmp_path / "run", replicates=6).replicates == 6
    wanted = identity.requirements(identity.needs(["peacekeeping"]))
    assert unfit({**requirements(), **wanted}) is None
    for change in (
        edit("attacks.py", "WEARY = 3", "WEARY = 4"),
        edit("parameters.yaml", "a: 2, b: 3", "a: 2, b: 4"),
        edit("__init__.py", 'version="0.1.0"', 'version="0.2.0"'),
    ):
        copied(change)
        with pytest.raises(InputError) as caught:
            go(file, tmp_path / "run", replicates=8)
        said = "different run (another version of the extension peacekeeping)"
        assert said in str(caught.value)
        assert unfit({**requirements(), **wanted}) == (
            "has another version of the extension 'peacekeeping'"
        )
    assert rift_sim.load(tmp_path / "run").digest() == rift_sim.load(run.directory).digest()


@pytest.mark.usefixtures("clean")
def test_a_worker_without_it_is_refused() -> None:
    reason = unfit({**requirements(), "extension peacekeeping": "rift_nowhere 0.1.0 abc"})
    assert reason == "lacks the extension 'peacekeeping' (rift_nowhere)"


def test_without_extensions_the_identity_is_as_it_was(make_scenario: Make, tmp_path: Path) -> None:
    run = rift_sim.run(make_scenario(small=True), out=tmp_path / "run", workers=1)
    assert "extensions" not in run.manifest["identity"]
    assert set(run.dataset.data_vars) >= set(BUILT_IN_SERIES)


@pytest.fixture
def gone(installed: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Give what uninstalls the example; what a run has taught this process is forgotten after."""

    def uninstall() -> None:
        forget("peacekeeping")
        monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry != str(installed)])
        assert not in_use()
        assert "peacekeepers" not in SERIES

    yield uninstall
    for name in ("peacekeepers", "peacekeeping_usd", "peacekeeping_attacks"):
        SERIES.pop(name, None)


def test_a_run_is_read_and_drawn_where_the_extension_is_missing(
    file: Path, tmp_path: Path, gone: Callable[[], None], capsys: pytest.CaptureFixture[str]
) -> None:
    text = file.read_text(encoding="utf-8")
    aid = "  - {date: 2026-05, note: Less money, aid: {security: 0.5}}\n"
    file.write_text(
        text.replace("  - date", f"{aid}  - date", 1) + "question: Does it help?\n"
        "assumptions: {peacekeeping_half: 9, recruitment_rent: 0.5}\n"
        "mechanisms: {attacks: off, C05: off}\nobserve: [control, conflict_deaths, peacekeepers]\n",
        encoding="utf-8",
    )
    go(file, tmp_path / "a")
    more = tmp_path / "more.yaml"
    more.write_text(
        "name: more\nextends: small.yaml\ntimeline:\n  - date: 2026-03\n    id: mandate\n"
        '    mandate: {departments: ["05"], troops: 4000, months: 24}\n',
        encoding="utf-8",
    )
    go(more, tmp_path / "b")
    marks = marks_of(rift_sim.load(tmp_path / "a"))
    assert [mark.label for mark in marks] == ["mandate", "Less money"]
    gone()

    one, other = (rift_sim.load(tmp_path / name) for name in "ab")
    both = [run.dataset["peacekeepers"] for run in (one, other)]
    assert SERIES["peacekeepers"].also == ("department",)
    found = rift_sim.compare(other, one)
    assert "peacekeepers" in found.variables()
    assert "peacekeepers" in found.variables("department")
    assert float((both[1] - both[0]).mean()) > 0.0

    known = one.outline.scenario
    assert one.outline.missing == ("peacekeeping",)
    assert (known.question, known.title) == ("Does it help?", "A small mission")
    assert set(known.assumptions) == {"recruitment_rent"}
    assert not known.on("C05")
    assert marks_of(one) == marks
    apart = marks_apart([arm.outline for arm in found.arms], ["b", "a"])
    assert [mark.label for mark in apart] == ["b: mandate", "a: mandate"]
    with pytest.raises(InputError, match="there is no extension 'peacekeeping'"):
        one.scenario  # noqa: B018

    for form, out in (("csv", "out.csv"), ("netcdf", "out.nc"), ("iamc", "iamc.csv")):
        asked = ["export", str(tmp_path / "a"), "--to", form, "-o", str(tmp_path / out)]
        assert main(asked) == 0, capsys.readouterr().err
        assert (tmp_path / out).stat().st_size > 0
    with xr.open_dataset(tmp_path / "out.nc") as written:
        np.testing.assert_array_equal(written["peacekeepers"], both[0])
    capsys.readouterr()
    for asked in (
        ["plot", str(tmp_path / "a"), "--variable", "control"],
        ["map", str(tmp_path / "a"), "--variable", "peacekeepers", "--date", "2026-06"],
    ):
        assert main(asked) == 0, capsys.readouterr().err
    assert main(["report", str(tmp_path / "a"), "-o", str(tmp_path / "page.html")]) == 2
    assert "there is no extension 'peacekeeping'" in capsys.readouterr().err
    assert not (tmp_path / "page.html").exists()


@pytest.mark.usefixtures("installed")
def test_the_commands_know_it(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["extensions"]) == 0
    assert "peacekeeping  0.1.0" in capsys.readouterr().out
    assert main(["extensions", "peacekeeping"]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in ("lie_low", "mandate", "attacks", "peacekeeping_usd"))
    assert main(["check", str(file)]) == 0
    assert "small.yaml: valid" in capsys.readouterr().out
    assert main(["seeds", "parameters", "peacekeeping_effect"]) == 0
    assert "PK01" in capsys.readouterr().out
    assert main(["schema", "--extension", "peacekeeping"]) == 0
    assert '"mandate"' in capsys.readouterr().out
    out = tmp_path / "run"
    assert main(["run", str(file), "-n", "4", "-j", "1", "--no-figures", "--out", str(out)]) == 0
    capsys.readouterr()
    assert main(["plot", str(out), "--variable", "peacekeepers"]) == 0, capsys.readouterr().err
    assert (out / "figures" / "peacekeepers.png").exists()
    assert main(["check", str(file), "--set", "extensions=[peacekeper]"]) == 2
    error = capsys.readouterr().err
    assert "Traceback" not in error
    assert "did you mean 'peacekeeping'?" in error


@pytest.mark.usefixtures("clean")
def test_without_any_the_command_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["extensions"]) == 0
    assert "No extension is installed" in capsys.readouterr().out
    assert main(["extensions", "peace"]) == 2
    assert "there is no extension 'peace'" in capsys.readouterr().err


@pytest.mark.usefixtures("installed")
def test_the_analyses_take_it_along(file: Path, tmp_path: Path) -> None:
    from rift_sim.analysis.explain import explain
    from rift_sim.analysis.sensitivity.inputs import inputs_of
    from rift_sim.plots.events import marks_among
    from rift_sim.report.words import event_in_words

    scenario = load_scenario(file)
    assert inputs_of(scenario, ["peacekeeping_effect"]).names == ("peacekeeping_effect",)
    assert "peacekeeping_half" in inputs_of(scenario).names
    assert marks_among(scenario.timeline)[0].label == "mandate"
    words = event_in_words(scenario.timeline[0], ledger_with(scenario.extensions))
    assert words == "900 peacekeepers for 24 months (departments 05)"
    other = tmp_path / "other.yaml"
    other.write_text("name: other\nextends: small.yaml\nmechanisms: {attacks: off}\n" +
                     "timeline: [{drop: all}]\n", encoding="utf-8")  # fmt: skip
    found = explain(str(file), str(other), "conflict_deaths", "sum", replicates=4)
    assert found.difference.low <= found.difference.mean <= found.difference.high


@pytest.mark.usefixtures("installed")
def test_a_report_says_what_it_adds_and_changes(file: Path) -> None:
    from rift_sim.report.assumptions import differences

    scenario = load_scenario(file)
    plain = Scenario.model_validate(
        scenario.plain() | {"extensions": [], "strategies": {}, "timeline": [], "name": "plain"}
    )
    ledger = ledger_with(scenario.extensions)
    said = [line.text for line in differences(scenario, plain, ledger).lines]
    assert said == [
        "Extensions: peacekeeping",
        "Strategy of EGC: lie_low",
        "900 peacekeepers for 24 months (departments 05)",
    ]
    back = [line.text for line in differences(plain, scenario, ledger).lines]
    assert back[:2] == ["Extensions: none", "Strategy of EGC: usual"]
    quiet = Scenario.model_validate(scenario.plain() | {"mechanisms": {"attacks": "off"}})
    (line,) = differences(quiet, scenario, ledger).lines
    assert line.text.startswith("Mechanism attacks is off: ")


@pytest.mark.usefixtures("installed")
def test_an_explanation_has_its_mechanisms_and_series(file: Path, tmp_path: Path) -> None:
    from rift_sim.analysis.explain import PARTS, explain

    idle = tmp_path / "idle.yaml"
    idle.write_text("name: idle\nextends: small.yaml\ntimeline: [{drop: all}]\n", encoding="utf-8")
    found = explain(
        str(file), str(idle), "peacekeeping_attacks", "sum", replicates=4,
        settings=["assumptions.peacekeeping_attacks=1"],
    )  # fmt: skip
    assert list(found.parts) == [*PARTS, "attacks"]
    assert found.difference.mean > 0.0
    assert found.parts["attacks"] == found.difference
    plain = tmp_path / "plain.yaml"
    lines = file.read_text(encoding="utf-8").partition("strategies:")[0]
    plain.write_text(lines.replace("extensions: [peacekeeping]\n", ""), encoding="utf-8")
    with pytest.raises(InputError, match="not recorded in the scenario 'small'"):
        explain(str(file), str(plain), "peacekeeping_attacks", replicates=2)
    beside = explain(str(file), str(plain), "conflict_deaths", replicates=2)
    assert "attacks" in beside.parts
