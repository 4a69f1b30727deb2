"""``rift sensitivity`` and ``rift discover`` from end to end on five places, and told off."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from rift_sim import replicate
from rift_sim.analysis.conditions.quantity import parse_quantity
from rift_sim.analysis.sensitivity.experiment import Case, make_experiment
from rift_sim.analysis.sensitivity.history import ASSUMED, INFORMED, NOT_FITTED, SAME, history_said
from rift_sim.analysis.sensitivity.inputs import inputs_of
from rift_sim.analysis.sensitivity.running import run_cases
from rift_sim.cli import main
from rift_sim.model import World
from rift_sim.replicate import simulate
from rift_sim.scenario import Scenario
from rift_sim.seeds import load_ledger
from rift_sim.seeds.posterior import Posterior, load_posterior

SMALL = """\
name: small
extends: reference
end: 2026-06
territory: {{municipalities: {municipalities}, neighbours: {neighbours}}}
"""
SWEEP = """\
name: sweep
extends: small.yaml
sweep:
  forces:
    strong: {assumptions: {loss_rate: 0.9}}
    weak: {assumptions: {loss_rate: 0.02}}
"""
FEW = ("--trajectories", "3", "--points", "4", "--top", "2", "-j", "1")
Said = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, small_map: Mapping[str, Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    beside = {key: shutil.copy(path, tmp_path) for key, path in small_map.items()}
    (tmp_path / "small.yaml").write_text(SMALL.format(**beside), encoding="utf-8")
    (tmp_path / "sweep.yaml").write_text(SWEEP, encoding="utf-8")
    return tmp_path


def table(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def refused(capsys: Said, *arguments: str) -> str:
    before = sorted(Path.cwd().rglob("*"))
    assert main(list(arguments)) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    assert captured.err.count("\n") == 1
    assert sorted(Path.cwd().rglob("*")) == before
    return captured.err


CHOSEN = (
    "--parameter", "loss_rate", "--parameter", "recruitment_EGC", "--parameter", "aid_pipeline",
)  # fmt: skip


def test_from_a_scenario_to_tables_and_figure(
    here: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["sensitivity", "small.yaml", *FEW, *CHOSEN, "--variable", "members", "-o", "out"]
    assert main([*arguments, "--variable", "members[EGC]@2026"]) == 0
    said = capsys.readouterr()
    words = " ".join(said.out.split())
    assert "small: 3 parameters varied, 24 simulations for effects, 32 simulations" in words
    assert "2 parameters over what posterior-2025.csv" in words
    assert "Largest rank correlations there: loss_rate and recruitment_EGC +0." in words
    assert "members[EGC]@2026: Members of armed groups" in words
    assert max(map(len, said.out.splitlines())) <= 100
    out = here / "out"
    assert {path.name for path in out.iterdir()} == {
        "factors.csv", "variances.csv", "correlations.csv", "members.png", "members-EGC--2026.png",
        "study.json", "simulations",
    }  # fmt: skip
    rows = {(row["quantity"], row["factor"]): row for row in table(out / "factors.csv")}
    loss = rows["members", "loss_rate"]
    assert float(loss["mean_effect"]) < 0.0
    assert float(loss["total"]) > 0.0
    assert (loss["section"], loss["mechanisms"]) == ("government", "C02 C06")
    assert loss["history"] == "informed"
    assert rows["members", "aid_pipeline"]["history"] == "not fitted"
    # Of three, two went on to the shares.
    assert sum(row["total"] != "" for row in rows.values()) == 2 * 2
    (variance, _) = table(out / "variances.csv")
    assert 0.0 <= float(variance["chance"]) <= 1.0
    assert json.loads((out / "study.json").read_text())["settings"]["scenario"] == "small"
    # A second call computes nothing anew and says the same.
    kept = {path: path.read_bytes() for path in (out / "simulations").iterdir()}
    assert len(kept) == 2
    monkeypatch.setattr(replicate, "simulate", None)
    assert main([*arguments, "--variable", "members[EGC]@2026"]) == 0
    assert {path: path.read_bytes() for path in (out / "simulations").iterdir()} == kept
    assert capsys.readouterr().out == said.out


def test_an_interrupted_study_goes_on(capsys: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ["sensitivity", "small.yaml", *FEW, *CHOSEN, "--method", "morris"]
    assert main(arguments) == 0
    whole = capsys.readouterr().out
    done: list[int] = []

    def stop(*given: object, **named: object) -> object:
        if len(done) == 17:
            raise KeyboardInterrupt
        done.append(1)
        return simulate(*given, **named)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(replicate, "simulate", stop)
        assert main([*arguments, "-o", "out"]) == 130
    assert "the same command goes on from there" in " ".join(capsys.readouterr().err.split())
    rest: list[int] = []

    def count(*given: object, **named: object) -> object:
        rest.append(1)
        return simulate(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(replicate, "simulate", count)
    assert main([*arguments, "-o", "out"]) == 0
    assert capsys.readouterr().out == whole
    assert 24 - 17 <= len(rest) < 24


def test_by_section_and_one_method_at_a_time(capsys: Said) -> None:
    small = ["sensitivity", "small.yaml", *FEW, *CHOSEN, "--set", "parameters=prior"]
    assert main([*small, "--by", "section", "--method", "sobol"]) == 0
    words = " ".join(capsys.readouterr().out.split())
    assert "Parameters over their priors." in words
    assert "for effects" not in words
    assert "government 1 parameters" not in words
    assert main([*small, "--method", "morris"]) == 0
    assert "alone, %" not in capsys.readouterr().out


def test_boxes_in_words_and_tables(
    here: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["discover", "sweep.yaml", "-n", "120", "-j", "1", "-o", "out", "--boxes", "1"]
    own = CHOSEN[2:]  # The loss rate is set by the sweep.
    # The forces decide how many members are lost.
    when = "members_lost@2026 > 2000"
    assert main([*arguments, *own, "--when", when]) == 0
    said = capsys.readouterr()
    words = " ".join(said.out.split())
    assert f"sweep: '{when}' holds in" in words
    assert "Box 1: where forces is strong" in words
    out = here / "out"
    assert {path.name for path in out.iterdir()} == {
        "boxes.csv", "fits.csv", "steps.csv", "cases.csv", "boxes.png", "study.json", "simulations",
    }  # fmt: skip
    (limit, *_) = table(out / "boxes.csv")
    assert (limit["name"], limit["levels"]) == ("forces", "strong")
    seen, unseen = table(out / "fits.csv")
    assert (seen["cases"], unseen["cases"]) == ("80", "40")
    assert seen["stands"] == "yes"
    cases = table(out / "cases.csv")
    assert len(cases) == 120
    for row in cases:
        assert (float(row["members_lost@2026"]) > 2000.0) == (row["holds"] == "yes")
    assert "loss_rate" not in cases[0]
    # Another threshold asks nothing new of the simulations.
    monkeypatch.setattr(replicate, "simulate", None)
    assert main([*arguments, *own, "--when", "members_lost@2026 > 1500"]) == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("small.yaml", "--variable", "contol"), "did you mean 'control'?"),
        (("small.yaml", "--variable", "control@2031"), "2031 is not in the run"),
        (("small.yaml", "--variable", "control >"), "not a quantity"),
        (("small.yaml", "--parameter", "los_rate"), "did you mean 'loss_rate'?"),
        (("small.yaml", "--parameter", "aid_police"), "'aid_police' has one value only"),
        (("small.yaml", "--by", "claim"), "--by: there is no 'claim'; allowed: parameter, section"),
        (("small.yaml", "--method", "moris"), "did you mean 'morris'?"),
        (("small.yaml", "--trajectories", "1"), "--trajectories: 1 is too few"),
        (("small.yaml", "-n", "1"), "1 is too few"),
        (("small.yaml", "--top", "0"), "--top: 0 is too few"),
        (("small.yaml", "--method", "sobol", "--points", "100"), "100 is no power of two"),
        (
            ("small.yaml", "--points", "100"),
            "--points: 100 is no power of two; allowed: such as 128",
        ),
        (("sweep.yaml",), "'sweep' is a sweep"),
        (("nowhere.yaml",), "nowhere.yaml"),
        (("small.yaml", "-o", "small.yaml"), "is a file"),
        (("small.yaml", "-o", "."), "holds no study of `rift sensitivity`"),
    ],
)
def test_sensitivity_told_off(arguments: tuple[str, ...], words: str, capsys: Said) -> None:
    assert words in refused(capsys, "sensitivity", *arguments, "-j", "1")


@pytest.mark.parametrize(
    "wrong", [("-n", "1"), ("--points", "100"), ("--top", "0"), ("--by", "claim")]
)
def test_efforts_are_refused_before_the_scenario_is_read(
    wrong: tuple[str, str], capsys: Said
) -> None:
    said = refused(capsys, "sensitivity", "nowhere.yaml", *wrong)
    assert "nowhere" not in said
    assert wrong[1] in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--when", "control > 40"), "column 11: control is a share and cannot be 40"),
        (("--when", "contol > 0.4"), "column 1: there is no series 'contol'"),
        (("--when", "control > > 1"), "column 11: '>' is no quantity"),
        (("--when", "control@2031 > 0.1"), "column 1: 2031 is not in the run"),
        (("--when", "control > 0.1", "-n", "10"), "-n/--cases: 10 is too few"),
        (("--when", "control > 0.1", "--boxes", "0"), "--boxes: 0 is too few"),
        (("--when", "control > 0.1", "--limits", "0"), "--limits: 0 is too few"),
        (("--when", "control > 0.1", "--parameter", "los_rate"), "did you mean 'loss_rate'?"),
        (("--when", "members > 1e9", "-n", "60"), "holds in 0 of 60 cases"),
        (("--when", "control > 0.1", "-o", "."), "holds no study of `rift discover`"),
    ],
)
def test_discover_told_off(arguments: tuple[str, ...], words: str, capsys: Said) -> None:
    assert words in refused(capsys, "discover", "small.yaml", *arguments, "-j", "1")


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, capsys: Said) -> None:
    from rift_sim.analysis import extras

    def gone(module: str) -> object:
        raise ImportError(module)

    monkeypatch.setattr(extras, "import_module", gone)
    assert "'rift-sim[sensitivity]'" in refused(capsys, "sensitivity", "small.yaml")
    assert "'rift-sim[discover]'" in refused(
        capsys, "discover", "small.yaml", "--when", "control > 0.1"
    )


def test_a_case_is_a_replicate_with_values_of_its_own(
    make_scenario: Callable[..., Scenario], tmp_path: Path
) -> None:
    scenario = make_scenario(small=True, end="2026-04")
    quantity = parse_quantity("members")
    experiment = make_experiment([scenario], [quantity], ["loss_rate"])
    cases = [
        Case(0, beliefs=3, luck=4, values=(0.1,)),
        Case(1, beliefs=3, luck=4, values=(0.7,)),
        Case(2, beliefs=5, luck=4, values=(0.7,)),
    ]
    found = run_cases(experiment, cases, folder=tmp_path / "kept")[:, 0]
    world = World(scenario)
    for case, value in zip(cases, found, strict=True):
        own = {"loss_rate": case.values[0]}
        arrays = simulate(world, case.beliefs, own, initial=4, chance=4)
        assert value == arrays["members"][-1]
    assert len(set(found)) == 3
    # What is there already is read: a file that is broken off goes on behind its last record.
    (file,) = (tmp_path / "kept" / "simulations").iterdir()
    file.write_bytes(file.read_bytes()[:-5])
    again = run_cases(experiment, cases, folder=tmp_path / "kept")[:, 0]
    np.testing.assert_array_equal(again, found)


def test_what_is_varied_and_over_what(make_scenario: Callable[..., Scenario]) -> None:
    flat = {"distribution": "uniform", "low": 0.2, "high": 0.4}
    scenario = make_scenario(
        parameters="posterior", assumptions={"loss_rate": flat, "war_onset": 0.1}
    )
    inputs, ledger = inputs_of(scenario), load_ledger()
    assert "war_onset" not in inputs.names
    assert "aid_police" not in inputs.names
    assert "loss_rate" not in inputs.tabled
    cube = np.full((3, len(inputs.names)), 0.5)
    cube[1], cube[2] = 0.0, 1.0
    values = dict(zip(inputs.names, inputs.values(cube).T, strict=True))
    assert values["loss_rate"] == pytest.approx([0.3, 0.2, 0.4], abs=1e-6)
    table = load_posterior("posterior", ledger)
    assert table is not None
    draws = table.rows[:, table.names.index("recruitment_EGC")]
    assert values["recruitment_EGC"] == pytest.approx(
        [np.median(draws), draws.min(), draws.max()], rel=1e-3
    )
    prior = ledger.parameters["aid_pipeline"].prior
    assert values["aid_pipeline"][0] == pytest.approx(prior.quantile(0.5))
    assert np.isfinite(np.array(list(values.values()))).all()


def test_what_history_said() -> None:
    ledger = load_ledger()
    shares = (np.arange(400) + 0.5) / 400
    prior = ledger.parameters["loss_rate"].prior
    same = [prior.quantile(float(u)) for u in shares]
    moved = [prior.quantile(float(0.5 * u)) for u in shares]
    rows = list(zip(same, moved, strict=True))
    rows = [
        (a, ledger.parameters["war_end"].prior.quantile(float(0.5 * u)))
        for (a, _), u in zip(rows, shares, strict=True)
    ]
    found = history_said(Posterior(("loss_rate", "war_end"), rows, {}), ledger)
    assert found["loss_rate"] == SAME
    assert found["war_end"] == INFORMED
    assert found["war_onset"] == NOT_FITTED
    # Few effective draws: chance alone could have moved it that far.
    few = Posterior(("loss_rate", "war_end"), rows, {"effective_sample_size": "7"})
    assert history_said(few, ledger)["war_end"] == SAME
    assert history_said(few, ledger, ["war_end"])["war_end"] == ASSUMED
    assert set(history_said(None, ledger).values()) == {NOT_FITTED}
    # docs/validation.md says of the table to 2019 that its posterior of talks_halt is the prior.
    assert history_said(load_posterior("posterior-2019", ledger), ledger)["talks_halt"] == SAME
