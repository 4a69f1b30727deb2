"""``rift explore`` refuses what it cannot do, in one line; the page itself: tests/browser."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest

from rift_sim.cli import main
from rift_sim.explore.serve import HOST, listen, sealed


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["explore", "--no-browser", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    assert captured.err.count("\n") == 1
    return captured.err


def test_a_port_that_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server((HOST, 0)) as other:
        port = other.getsockname()[1]
        line = refused(capsys, "--port", str(port))
    assert f"--port: port {port} is taken" in line
    assert "0 for any free one" in line


def test_a_port_that_does_not_exist(capsys: pytest.CaptureFixture[str]) -> None:
    assert "less than or equal to 65535" in refused(capsys, "--port", "65536")


@pytest.mark.parametrize(
    ("module", "package"),
    [
        ("solara", "solara"),
        ("solara_assets", "solara-assets"),
        ("altair", "altair"),
        ("networkx", "networkx"),
    ],
)
def test_a_missing_package(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, module: str, package: str
) -> None:
    for name in ("solara", "solara_assets", "altair", "networkx"):
        monkeypatch.setitem(sys.modules, name, sys)
    monkeypatch.setitem(sys.modules, module, None)
    line = refused(capsys, "--port", "0")
    assert f"this needs the package {package}; allowed: pip install 'rift-sim[explore]'" in line


def test_an_unknown_scenario_and_a_sweep(capsys: pytest.CaptureFixture[str]) -> None:
    assert "did you mean 'reference'?" in refused(capsys, "referense")
    assert "end" in refused(capsys, "--set", "end=1999-01", "--port", "0")
    assert "'factorial' is a sweep" in refused(capsys, "factorial", "--port", "0")


def test_a_free_port_is_on_this_machine_only() -> None:
    with listen(0) as place:
        host, port = place.getsockname()
    assert host == "127.0.0.1"
    assert port > 0


def test_settings_of_solara_last_as_long_as_it_is_sealed() -> None:
    before = dict(os.environ)
    with sealed():
        assert os.environ["SOLARA_TELEMETRY_MIXPANEL_ENABLE"] == "false"
        assert os.environ["SOLARA_ASSETS_CDN"].startswith("http://127.0.0.1:")
        home = Path(os.environ["SOLARA_HOME"])
        assert home.is_dir()
    assert dict(os.environ) == before
    assert not home.exists()
