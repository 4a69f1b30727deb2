"""``rift calibrate``: against real targets, interrupted, and told off."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from rift_sim.cli import main

SCENARIO = """\
name: small
extends: reference
start: 2018-01
end: 2019-12
observe: [newly_displaced, coca_ha]
territory: {{municipalities: {municipalities}, neighbours: {neighbours}}}
"""
CONFIG = """\
scenario: small.yaml
window: to-2019
parameters: {{ids: [displacement_level, coca_growth]}}
summaries: {{displaced_register: 1, coca_national: 1}}
population: {population}
generations: 1
seed: 4
batch: 8
predictive: 20
"""


@pytest.fixture
def config(tmp_path: Path, small_map: Mapping[str, Path]) -> Path:
    beside = {key: shutil.copy(path, tmp_path) for key, path in small_map.items()}
    (tmp_path / "small.yaml").write_text(SCENARIO.format(**beside), encoding="utf-8")
    path = tmp_path / "calibrate.yaml"
    path.write_text(CONFIG.format(population=10), encoding="utf-8")
    return path


def draws(folder: Path) -> list[str]:
    """Everything in the table of draws but its date."""
    lines = (folder / "posterior.csv").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("# date")]


def test_from_the_file_to_a_run(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["calibrate", str(config), "-o", str(out), "-j", "1"]) == 0
    said = capsys.readouterr()
    assert "coca_growth" in said.out
    assert "of 4 observed numbers lie within" in said.out
    assert "Generation 1: distance" in said.err
    for name in ("report.md", "parameters.csv", "predictive.csv", "figures/posterior.png"):
        assert (out / name).is_file()
    first = draws(out)
    assert main(["calibrate", str(config), "-o", str(out), "-j", "1"]) == 0
    assert draws(out) == first
    target = tmp_path / "run"
    own = ["--set", f"parameters={out / 'posterior.csv'}", "-n", "2", "--no-figures"]
    given = ["run", str(tmp_path / "small.yaml"), "--out", str(target), *own]
    assert main(given) == 0


@pytest.mark.long
def test_an_interrupt_keeps_what_is_done(config: Path, tmp_path: Path) -> None:
    config.write_text(CONFIG.format(population=60), encoding="utf-8")
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from rift_sim.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    out, whole = tmp_path / "out", tmp_path / "whole"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "calibrate", str(config), "-o", str(out), "-j", "2"],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    prior = out / "simulations" / "prior.bin"
    while (not prior.exists() or prior.stat().st_size < 600) and process.poll() is None:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Stopped. Finished simulations are kept" in said
    assert "Traceback" not in said
    assert not (out / "posterior.csv").exists()
    for folder in (out, whole):
        assert main(["calibrate", str(config), "-o", str(folder), "-j", "1"]) == 0
    assert draws(out) == draws(whole)


def test_bad_input_is_one_line(
    config: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = tmp_path / "out"
    text = config.read_text()
    config.write_text(text.replace("coca_national", "coca_nationl"))
    assert main(["calibrate", str(config), "-o", str(out)]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"error: {config}:4: summaries.coca_nationl: there is no target")
    assert said.count("\n") == 1
    given = ["calibrate", str(config), "-o", str(out), "-j", "2", "--scheduler", "tcp://a:1"]
    assert main(given) == 2
    assert "brings its own workers" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "pyabc", None)
    assert main(["calibrate", str(config), "-o", str(out)]) == 2
    assert "pip install 'rift-sim[calibrate]'" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.long
def test_the_method_is_tested(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["calibrate", str(config), "-o", str(out), "-j", "1", "--sbc", "20"]) == 0
    assert "Ranks of 20 made-up histories" in capsys.readouterr().out
    lines = (out / "ranks.csv").read_text().splitlines()
    assert lines[0] == "displacement_level,coca_growth"
    assert len(lines) == 21
    assert (out / "sbc.csv").is_file()
