"""``rift levers`` and ``rift threshold``: end to end, and every way to be refused."""

from __future__ import annotations

import csv
import math
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rift_sim.analysis.conditions.quantity import parse_quantity
from rift_sim.analysis.levers.lever import Footing
from rift_sim.analysis.levers.listing import LEVERS
from rift_sim.analysis.levers.threshold import Goal, choose_dial, find_threshold, threshold_figures
from rift_sim.analysis.resample import Estimate
from rift_sim.cli import main
from rift_sim.cli.lever_tables import cut, decimals, number
from rift_sim.cli.threshold import ground, say
from rift_sim.ensemble.engine import Engine
from rift_sim.plots.threshold import threshold_figure
from rift_sim.scenario import Scenario, load_scenario


@pytest.fixture(scope="module")
def short(small_map: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> str:
    """A scenario of some months on five places."""
    file = tmp_path_factory.mktemp("scenario") / "short.yaml"
    beside = {key: shutil.copy(path, file.parent) for key, path in small_map.items()}
    places = "\n".join(f"  {key}: {path}" for key, path in beside.items())
    text = f"name: short\nextends: reference\nend: 2026-12\nterritory:\n{places}\n"
    file.write_text(text, encoding="utf-8")
    return str(file)


def planted(world, replicate):  # type: ignore[no-untyped-def]
    """Members are the share of the replicate's number, less the pressure."""
    pressure = world.scenario.timeline[-1].posture.pressure
    size = {"members": 1.0 + replicate / 100.0 - pressure}
    return {
        name: np.full([len(world.coords[d]) for d in variable.dims], size["members"])
        for name, variable in world.variables.items()
    }


def test_a_planted_threshold(short: str) -> None:
    goal = Goal(parse_quantity("members@2026-11"), below=True, value=0.005, share=0.9)
    found = find_threshold(
        load_scenario(short), LEVERS["pressure"], goal, low=0.5, high=2.5, tolerance=0.005,
        replicates=100, engine=Engine(simulate=planted),
    )  # fmt: skip
    assert found.search is not None
    assert found.search.threshold is not None
    # Replicates 0 to 89 need up to 1.885.
    assert found.search.threshold.value == pytest.approx(1.888, abs=0.004)
    assert "pressure of about 1.89 or more does it (95 % interval 1.8" in say(found)
    assert "Rough" not in say(found)
    assert found.outcomes.shape == (found.search.values.size, 100)
    assert len(threshold_figure(found).axes) == 2


@pytest.mark.parametrize(
    ("value", "below", "says"),
    [
        (-5.0, True, "no value between 0.5 and 2.5 does it; the most is 0 %"),
        (5.0, True, "every value between 0.5 and 2.5 does it"),
        (-0.905, False, "every pressure up to about 2.00 does it"),
    ],
)
def test_what_is_said(short: str, value: float, below: bool, says: str) -> None:
    goal = Goal(parse_quantity("members"), below=below, value=value, share=0.9)
    found = find_threshold(
        load_scenario(short), LEVERS["pressure"], goal, low=0.5, high=2.5, replicates=100,
        engine=Engine(simulate=planted),
    )  # fmt: skip
    assert says in say(found)


def test_few_replicates_give_few_figures(short: str) -> None:
    goal = Goal(parse_quantity("members"), below=True, value=0.0, share=0.9)
    found = find_threshold(
        load_scenario(short), LEVERS["pressure"], goal, replicates=20,
        engine=Engine(simulate=planted),
    )  # fmt: skip
    assert found.search is not None
    search = found.search._replace(threshold=Estimate(2.336, 1.754, math.inf))
    rough = replace(found, search=search)
    assert "pressure of about 2.3 or more does it (95 % interval 1.8 to beyond 3)" in say(rough)
    assert say(rough).endswith("Rough: 20 replicates.")
    titles = [axes.get_title(loc="left") for axes in threshold_figure(rough).axes]
    assert titles[0] == (
        "Threshold: about 2.3 (rough: 20 replicates; 95 % interval, shaded: 1.8 to beyond 3)"
    )
    # Where the interval is a point, the step between values says how much is known.
    point = replace(found, search=found.search._replace(threshold=Estimate(1.1713, 1.1713, 1.1713)))
    assert threshold_figures(point) == ("1.17", "1.17", "1.17")


def test_the_ground_is_named(short: str) -> None:
    goal = Goal(parse_quantity("members"), below=True, value=0.0, share=0.9)
    found = find_threshold(
        load_scenario(short), LEVERS["pressure"], goal, replicates=10,
        engine=Engine(simulate=planted),
    )  # fmt: skip
    assert ground(found).startswith("What pressure acts through rests on history in part: ")
    assert "loss_rate" in ground(found).partition("; on priors: ")[0]
    alone = replace(found, footing=Footing((), ("loss_rate",)))
    assert ground(alone) == "What pressure acts through rests on priors alone."


def test_levers(
    short: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    out, figure = tmp_path / "levers.csv", tmp_path / "levers.svg"
    chosen = [a for n in ("aid.police", "aid.development", "pressure") for a in ("--lever", n)]
    arguments = ["levers", short, "-n", "3", "-j", "1", "--variable", "members", *chosen]
    assert main([*arguments, "--out", str(out), "--figure", str(figure)]) == 0
    text = capsys.readouterr().out
    assert "history in part" in text
    assert "members, end of 2026, " in text
    assert "loss_rate" in text
    assert max(map(len, text.splitlines())) <= 80
    assert "gives what follows from the priors" in " ".join(text.split())
    assert "No mechanism of the model leads to members from aid.development." in text
    assert figure.exists()
    assert not (tmp_path / "levers-regret.csv").exists()
    rows = {
        row["lever"]: row for row in csv.DictReader(out.read_text(encoding="utf-8").splitlines())
    }
    assert rows["aid.police"]["mean"] == ""
    assert float(rows["pressure"]["mean"]) < 0.0
    assert main([*arguments, "--out", str(out)]) == 2
    assert "levers.csv: --out: the file exists already" in capsys.readouterr().err
    assert main([*arguments, "--from-priors", "-o", str(out), "--force"]) == 0
    text = capsys.readouterr().out
    assert "priors alone" in text
    assert "Regret of 100 million USD a year: members, end of 2026, " in text
    assert (tmp_path / "levers-regret.csv").read_text(encoding="utf-8").count("\n") == 3


def test_a_figure_without_numbers_is_not_drawn(
    short: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figure = tmp_path / "none.png"
    arguments = [short, "-n", "10", "--workers", "1", "--figure", str(figure)]
    silent = ["--lever", "aid.police", "--variable", "members"]
    assert main(["levers", *arguments, *silent]) == 0
    assert "not drawn" in capsys.readouterr().err
    assert main(["threshold", *arguments, *silent, "--below", "10"]) == 0
    said = capsys.readouterr()
    assert "not drawn" in said.err
    assert "No number: history has not moved anything" in " ".join(said.out.split())
    assert not figure.exists()


def test_threshold(short: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, figure = tmp_path / "tried.csv", tmp_path / "threshold.png"
    arguments = ["threshold", short, "-n", "10", "-j", "1", "--lever", "aid.security"]
    wanted = ["--variable", "capability", "--above", "0.8", "--with", "0.5", "--from-priors"]
    files = ["--out", str(out), "--figure", str(figure)]
    assert main([*arguments, *wanted, *files, "--tolerance", "0.1"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "capability > 0.8 in at least 50 % of replicates: " in text
    assert "no record has had a say" in text
    rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    shares = [float(row["share"]) for row in rows]
    assert shares == sorted(shares)
    assert figure.read_bytes().startswith(b"\x89PNG")


LEVER, READ = ["--lever", "pressure"], ["--variable", "control"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["levers", "--lever", "presure"], "did you mean 'pressure'?"),
        (["levers", "--lever", "split"], "is a decision of groups"),
        (["levers", "--variable", "contrl"], "did you mean 'control'?"),
        (["levers", "--variable", "control@2040"], "2040 is not in the run"),
        (["levers", "--since", "2040-01"], "--since: 2040-01 is not in the run"),
        (["levers", "--better", "more"], "--better: 'more' is neither"),
        (["levers", "--million", "9000"], "--million: 9000 million USD"),
        (["levers", "--million", "-9000"], "--million: -9000 million USD"),
        (["levers", "--out", "nowhere/x.csv"], "there is no folder 'nowhere'"),
        (["levers", "--set", "sweep.x={set: seed, values: [1, 2]}"], "is a sweep"),
        (["threshold", *READ, "--below", "1", "--lever", "aid.securty"], "'aid.security'?"),
        (["threshold", *READ, "--below", "1", "--lever", "talks"], "no values in between"),
        (["threshold", *LEVER, "--below", "1", "--variable", "contrl"], "mean 'control'?"),
        (["threshold", *LEVER, *READ], "neither --below nor --above given"),
        (["threshold", *LEVER, *READ, "--below", "1", "--above", "0"], "both --below and"),
        (["threshold", *LEVER, *READ, "--below", "nan"], "nan is no value to reach"),
        (
            ["threshold", *LEVER, *READ, "--below", "35"],
            "--below: control is a share and cannot be 35",
        ),
        (["threshold", *LEVER, *READ, "--above", "35"], "allowed: 0 to 1, such as 0.35 for 35 %"),
        (["threshold", *LEVER, *READ, "--below", "1", "--with", "90"], "--with: 90 is no share"),
        (["threshold", *LEVER, *READ, "--below", "1", "--with", "0"], "--with: 0 is no share"),
        (["threshold", *LEVER, *READ, "--below", "1", "--from", "2", "--to", "1"], "is empty"),
        (["threshold", *LEVER, *READ, "--below", "1", "--to", "9"], "--to: 9 is no value"),
        (["threshold", *LEVER, *READ, "--below", "1", "--from", "-1"], "--from: -1 is no value"),
        (["threshold", *LEVER, *READ, "--below", "1", "--tolerance", "0"], "0 is no width"),
        (["threshold", *LEVER, *READ, "--below", "1", "--figure", "no/x.png"], "no folder 'no'"),
        (["threshold", *LEVER, *READ, "--below", "1", "--since", "now"], "'now' is not a date"),
    ],
)
def test_what_is_refused(
    arguments: list[str], says: str, short: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command, *rest = arguments
    assert main([command, short, "--workers", "1", *rest]) == 2
    said = capsys.readouterr()
    assert says in said.err
    assert said.err.startswith("error: ")
    assert not said.out


@pytest.mark.parametrize("command", ["levers", "threshold"])
@pytest.mark.parametrize(
    ("option", "file", "says"),
    [
        (
            "--out",
            "kept.csv",
            "kept.csv: --out: the file exists already; allowed: another name, or",
        ),
        ("--figure", "kept.png", "kept.png: --figure: the file exists already"),
        ("--figure", "new.xyz", "new.xyz: --figure: '.xyz' is no format for figures"),
        ("--figure", "new", "'' is no format for figures; allowed: .png, .svg or .pdf"),
        ("--out", ".", "is a folder"),
    ],
)
def test_files_are_refused_before_the_scenario_is_read(
    command: str, option: str, file: str, says: str, tmp_path: Path,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    for name in ("kept.csv", "kept.png"):
        (tmp_path / name).write_text("kept", encoding="utf-8")
    goal = [] if command == "levers" else [*LEVER, *READ, "--below", "0.3"]
    assert main([command, "nowhere.yaml", *goal, option, file]) == 2
    assert says in capsys.readouterr().err
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "kept.csv": "kept", "kept.png": "kept",
    }  # fmt: skip


def test_regrets_are_kept_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a-regret.csv").write_text("kept", encoding="utf-8")
    assert main(["levers", "nowhere.yaml", "-o", "a.csv"]) == 2
    assert "a-regret.csv: --out: the file exists already" in capsys.readouterr().err


def test_small_words() -> None:
    assert cut(list("abcdefg")) == "a, b, c, d, e and 2 more"
    assert cut(["a"]) == "a"
    assert number(1234.5, 0) == "+1,234"
    assert number(-0.00446, 2) == "0.00"
    assert number(-1.8, 2) == "-1.80"
    assert number(5.0, 0, sign="") == "5"
    assert [decimals(v) for v in ([-1.8, 0.004], [4500.0, 3.0], [0.0], [])] == [2, 0, 0, 0]
    assert choose_dial("aid.security").span == (0.0, 2.0)


def test_the_scenario_is_left_as_it_is(short: str) -> None:
    scenario = load_scenario(short)
    before = scenario.plain()
    goal = Goal(parse_quantity("members"), below=True, value=0.0, share=0.9)
    find_threshold(
        scenario, LEVERS["pressure"], goal, replicates=10, engine=Engine(simulate=planted)
    )
    assert scenario.plain() == before
    assert isinstance(scenario, Scenario)
