"""``rift report``: what stands on the page, and what is refused."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

import rift_sim
from rift_sim.cli import main
from rift_sim.ensemble.storage.layout import seal, write_json
from rift_sim.report import content, render
from rift_sim.report.blocks import show
from rift_sim.seeds import load_ledger

Said = pytest.CaptureFixture[str]
LEDGER = load_ledger()


SERIES = "observe=[control, members, aid_usd]"
SWEEP = """\
name: two
title: Aid kept and gone
extends: reference
sweep:
  aid:
    kept: {}
    gone: {timeline: [{date: 2026-02, aid: {all: 0}}]}
"""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders of small runs of few series: two that pair, one of another seed, a sweep."""
    folder = tmp_path_factory.mktemp("runs")
    (folder / "two.yaml").write_text(SWEEP, encoding="utf-8")
    made: dict[str, tuple[str | Path, int, int | None]] = {
        "kept": ("no-cutoff", 8, None),
        "gone": ("full-cutoff", 6, None),
        "seed": ("no-cutoff", 4, 7),
        "two": (folder / "two.yaml", 2, None),
    }
    for name, (scenario, replicates, seed) in made.items():
        rift_sim.run(
            scenario, replicates=replicates, seed=seed, out=folder / name, workers=1, block=2,
            settings=["end=2026-06", SERIES],
        )  # fmt: skip
    return {name: folder / name for name in made}


@pytest.fixture(scope="module")
def pair(runs: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page about two runs."""
    out = tmp_path_factory.mktemp("pages") / "pair.html"
    assert main(["report", str(runs["kept"]), str(runs["gone"]), "-o", str(out)]) == 0
    assert out.stat().st_size < 5e6
    return out.read_text(encoding="utf-8")


def text(page: str) -> str:
    """Return what a reader sees."""
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def test_every_part_is_there(pair: str, runs: dict[str, Path]) -> None:
    said = text(pair)
    for words in (
        "Aid stays at its level of 2024",
        "What if all U.S. aid had ended in January 2026, with nothing kept?",
        "January 2026: U.S. aid: all lines at 0 % of fiscal year 2024",
        "share of U.S. aid announced to end in October 2025",
        "Every difference is no-cutoff minus another scenario",
        "6 pairs",
        "no-cutoff minus full-cutoff",
        "Without U.S. money for fuel, parts and crews",
        "not for operational use",
        "Cause: end of U.S. funding",
        "U.S.-owned police Black Hawks stood within days of the freeze E036",
        LEDGER.sources[LEDGER.effects["E036"].source].title,
        "rift report runs/kept runs/gone -o pair.html",
    ):
        assert words in said, words
    for folder in (runs["kept"], runs["gone"]):
        run = rift_sim.load(folder)
        assert run.manifest["identity"]["scenario"] in said
        assert run.manifest["identity"]["code"] in said


def test_nothing_is_loaded_from_anywhere(pair: str) -> None:
    assert re.findall(r"<(?:script|img|link|iframe)[^>]*\s(?:src|href)=\"(?!data:,)", pair) == []
    assert "url(" not in re.findall(r"<style>(.*?)</style>", pair, re.DOTALL)[0]
    policy = re.findall(r"Content-Security-Policy\" content=\"([^\"]*)\"", pair)[0]
    assert "default-src &#39;none&#39;" in policy or "default-src 'none'" in policy
    assert "unsafe-eval" not in policy


def test_differences_are_those_of_compare(pair: str, runs: dict[str, Path]) -> None:
    found = rift_sim.compare(runs["kept"], runs["gone"]).at("members")
    mean, low, high = (float(found[key].item()) for key in ("mean", "mean_low", "mean_high"))
    size = max(abs(low), abs(high))
    told = [show(value, size, signed=True) for value in (mean, low, high)]
    spread = found["quantiles"].to_numpy()[0, [0, -1]]
    ends = [show(value, np.abs(spread).max(), signed=True) for value in spread]
    assert f"{told[0]} {told[1]} to {told[2]} {ends[0]} to {ends[1]}" in text(pair)


def test_repeating_a_changed_scenario_needs_its_file(pair: str) -> None:
    # The runs end early, which the shipped scenarios do not.
    assert "Save the scenario below as full-cutoff.yaml" in text(pair)
    assert "rift run full-cutoff.yaml -n 6 --seed 2026 --out runs/full-cutoff" in text(pair)
    assert "end: 2026-06" in pair


def test_a_shipped_scenario_is_repeated_by_its_name(tmp_path: Path) -> None:
    from rift_sim.analysis.compare.arms import open_arms
    from rift_sim.report.repeat import recipe

    rift_sim.run("status-quo", replicates=1, seed=5, out=tmp_path / "run", workers=1)
    found = recipe(open_arms([tmp_path / "run"]).arms[0])
    assert found.command == "rift run status-quo -n 1 --seed 5 --out runs/status-quo"
    assert found.yaml == ""


def test_one_run_alone(runs: dict[str, Path], tmp_path: Path) -> None:
    assert main(["report", str(runs["gone"]), "-o", str(tmp_path / "one.html")]) == 0
    page = (tmp_path / "one.html").read_text(encoding="utf-8")
    assert 'id="differences"' not in page
    assert "what the scenario sets against reference reach" in text(page)


def test_the_base_is_not_told_against_itself(tmp_path: Path) -> None:
    # It does not start when the reference does, so that it is its own base.
    settings = ["start=2026-02", "end=2026-03", SERIES]
    rift_sim.run("no-cutoff", replicates=1, out=tmp_path / "run", workers=1, settings=settings)
    assert main(["report", str(tmp_path / "run"), "-o", str(tmp_path / "one.html")]) == 0
    said = text((tmp_path / "one.html").read_text(encoding="utf-8"))
    assert "Its events stand below." in said
    assert "It changes nothing in" not in said


def test_scenarios_of_a_sweep(runs: dict[str, Path], tmp_path: Path) -> None:
    sweep = rift_sim.load(runs["two"])
    labels = [str(label) for label in sweep.dataset["scenario"].to_numpy()]
    chosen = [labels[1], labels[0]]
    options = [word for label in chosen for word in ("--scenario", label)]
    out = tmp_path / "sweep.html"
    assert main(["report", str(runs["two"]), *options, "-o", str(out)]) == 0
    said = text(out.read_text(encoding="utf-8"))
    assert f"{chosen[0]} minus {chosen[1]}" in said


def test_runs_that_are_no_pairs_are_marked(
    runs: dict[str, Path], tmp_path: Path, capsys: Said
) -> None:
    out = tmp_path / "out.html"
    both = [str(runs["gone"]), str(runs["seed"])]
    assert main(["report", *both, "-o", str(out)]) == 2
    assert "--unpaired" in capsys.readouterr().err
    assert not out.exists()
    assert main(["report", *both, "--unpaired", "-o", str(out)]) == 0
    assert "Not paired: 6 and 4 replicates" in text(out.read_text(encoding="utf-8"))


def test_runs_of_other_code_are_marked(runs: dict[str, Path], tmp_path: Path, capsys: Said) -> None:
    old = tmp_path / "old"
    shutil.copytree(runs["gone"], old)
    manifest = json.loads((old / "manifest.json").read_text(encoding="utf-8"))
    manifest["identity"]["code"] = "0" * 64
    write_json(old / "manifest.json", seal(manifest))
    out = tmp_path / "out.html"
    assert main(["report", str(runs["kept"]), str(old), "-o", str(out)]) == 2
    assert "--allow-mixed" in capsys.readouterr().err
    assert main(["report", str(runs["kept"]), str(old), "--allow-mixed", "-o", str(out)]) == 0
    said = text(out.read_text(encoding="utf-8"))
    assert "Mixed versions" in said
    assert "made by other code or figures than those that were scored" in said


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("page.txt", "ends in .html"),
        ("none/page.html", "there is no folder"),
        ("old.html", "the file exists already; allowed: another name, or --force"),
    ],
)
def test_where_it_cannot_be_written(
    name: str, words: str, runs: dict[str, Path], tmp_path: Path, capsys: Said
) -> None:
    (tmp_path / "old.html").write_text("mine", encoding="utf-8")
    assert main(["report", str(runs["gone"]), "-o", str(tmp_path / name)]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["old.html"]
    assert (tmp_path / "old.html").read_text(encoding="utf-8") == "mine"


def test_a_disk_that_is_full(
    runs: dict[str, Path], tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(content, "gather", lambda *_, **__: None)
    monkeypatch.setattr(render, "render", lambda *_: "the new page")
    monkeypatch.setattr(os, "replace", fails)
    out = tmp_path / "old.html"
    out.write_text("mine", encoding="utf-8")
    assert main(["report", str(runs["gone"]), "-o", str(out), "--force"]) == 1
    assert capsys.readouterr().err == f"error: {out}: the disk is full; nothing was written\n"
    assert [path.read_text(encoding="utf-8") for path in tmp_path.iterdir()] == ["mine"]


def test_too_many_scenarios(runs: dict[str, Path], tmp_path: Path, capsys: Said) -> None:
    copies = [tmp_path / f"run{number}" for number in range(7)]
    for copy in copies:
        shutil.copytree(runs["gone"], copy)
    assert main(["report", *map(str, copies), "-o", str(tmp_path / "out.html")]) == 2
    assert "up to 6" in capsys.readouterr().err
    assert not (tmp_path / "out.html").exists()


def test_without_the_extra(
    runs: dict[str, Path], tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("bokeh", "bokeh.models", "bokeh.plotting", "bokeh.embed"):
        monkeypatch.setitem(sys.modules, name, None)
    assert main(["report", str(runs["gone"]), "-o", str(tmp_path / "out.html")]) == 2
    assert "pip install 'rift-sim[report]'" in capsys.readouterr().err
    assert not (tmp_path / "out.html").exists()


def test_numbers_have_three_figures_of_the_largest() -> None:
    assert show(12345.6, 12345.6) == "12,346"
    assert show(-0.01234, 1.5, signed=True) == "-0.01"
    assert show(0.0, 0.0, signed=True) == "0"
