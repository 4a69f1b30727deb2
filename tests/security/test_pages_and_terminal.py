"""What names and texts of others can do to a terminal, a page, a figure and a neighbour."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import os
import re
import socket
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from rich.table import Table
from rich.text import Text

import rift_sim
from rift_sim.cli import main
from rift_sim.cli.console import Progress, echo, make_console
from rift_sim.ensemble.execution.scheduler import is_open
from rift_sim.errors import InputError
from rift_sim.explore.guard import Guard, authorities, is_loopback
from rift_sim.explore.serve import HOST, listen
from rift_sim.plots.style import new_figure

LINK = "[link=http://example.org]x[/]"
SEQUENCES = f"\x1b]8;;http://example.org\x07 \x1b[2J \x9b31m \u202e {LINK} :bomb:"
SHOWN = "\\x1b]8;;http://example.org"
EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>'\" {{ 7*7 }} --> </style>"


def test_a_console_shows_input_and_does_not_obey_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    console = make_console()
    stream = io.StringIO()
    console.file = stream
    table = Table("[red]head[/]", title=SEQUENCES)
    table.add_row(SEQUENCES)
    table.add_row(Text(SEQUENCES, style="dim"))
    console.print(table)
    console.print(SEQUENCES)
    console.print(SEQUENCES, style="bold")
    told = stream.getvalue()
    assert "\x1b[1m" in told, "Rich's own colours are there"
    assert not re.search(r"\x1b(?!\[[\d;]*m)|[\x07\x9b\u202e]", told)
    for text in (SHOWN, LINK, ":bomb:", "[red]head[/]"):
        assert text in told
    echo(SEQUENCES)
    echo(Path(SEQUENCES), err=True)
    Progress().say(SEQUENCES)
    out, err = capsys.readouterr()
    assert SHOWN in out
    assert err.count("[2J") == 2
    assert not re.search(r"\x1b(?!\[[\d;]*m)|[\x07\x9b\u202e]", out + err)


def test_an_error_is_one_line_without_control_characters(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments in (["run", f"{SEQUENCES}.yaml"], ["plot", str(tmp_path / "a\x1b[2J\nb")]):
        assert main(arguments) == 2
        told = capsys.readouterr().err
        assert told.startswith("error: ")
        assert told.count("\n") == 1
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", told)


def test_a_dollar_sign_in_a_figure_is_no_formula() -> None:
    figure = new_figure(4, 3)
    figure.text(0, 0, r"costs $\frac{ and $x^")
    axes = figure.add_subplot(title=r"$\undefined$ and $")
    axes.set_xlabel("$_$")
    stream = io.BytesIO()
    figure.savefig(stream, format="svg")
    assert b"frac" in stream.getvalue() or len(stream.getvalue()) > 1000
    assert not any(text.get_parse_math() for text in figure.findobj(type(figure.texts[0])))


class Elements(HTMLParser):
    """Lists elements, their attributes, and what stands in scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self._inside = tag == "script"
        if self._inside:
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "script"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.scripts[-1] += data


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A report of two runs whose every text is markup."""
    folder = tmp_path_factory.mktemp("report")
    evil = EVIL.replace("'", "''")
    for name in ("evil", "evil-too"):
        (folder / f"{name}.yaml").write_text(
            f"name: {name}\nextends: reference\nend: 2026-03\nobserve: [control]\n"
            f"title: '{evil} title {name}'\nquestion: '{evil} question'\ntimeline:\n"
            f"  - {{date: 2026-02, id: more, note: '{evil} note', source: '{evil} source', "
            "diplomacy: {effect: 0.1, kind: call}}\n",
            "utf-8",
        )
        rift_sim.run(
            folder / f"{name}.yaml", replicates=2, out=folder / f"<b>{name}", workers=1, block=2
        )
    out = folder / "report.html"
    runs = [str(folder / f"<b>{name}") for name in ("evil", "evil-too")]
    assert main(["report", *runs, "-o", str(out)]) == 0
    return out.read_text("utf-8")


def test_no_text_becomes_part_of_the_report(page: str) -> None:
    parsed = Elements(page)
    assert page.count("alert(1)") > 6, "the texts are on the page"
    assert not {tag for tag, _ in parsed.found} & {"img", "iframe", "object", "embed", "base"}
    for _, attributes in parsed.found:
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("href", "src"):
            assert re.match(r"#|https?://|data:,$", attributes.get(name) or "#")
    assert "{{ 7*7 }}" in page
    assert len(parsed.scripts) == 3, "data, Bokeh, and the page's own"
    assert "<" not in parsed.scripts[0]
    assert not [script for script in parsed.scripts[1:] if "alert(1)" in script]


def test_the_policy_of_the_report_names_its_own_scripts_and_nothing_else(page: str) -> None:
    parsed = Elements(page)
    (policy,) = (
        str(attributes["content"])
        for tag, attributes in parsed.found
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    )
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    hashes = [
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in parsed.scripts[1:]
    ]
    assert rules["script-src"].split() == hashes
    assert {rules[name] for name in ("default-src", "base-uri", "form-action")} == {"'none'"}
    assert "unsafe-eval" not in policy


def ask(headers: dict[str, str], kind: str = "http", port: int = 8765) -> list[dict[str, Any]]:
    """Ask a guarded page, and return what is sent back."""
    sent: list[dict[str, Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive() -> dict[str, Any]:
        return {}

    async def send(message: Any) -> None:
        sent.append(message)

    listed = [(name.encode(), value.encode()) for name, value in headers.items()]
    guard = Guard(app, authorities(HOST, port))
    asyncio.run(guard({"type": kind, "headers": listed}, receive, send))
    return sent


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    ("headers", "lets"),
    [
        ({"host": "127.0.0.1:8765"}, True),
        ({"host": "LOCALHOST:8765", "origin": "http://localhost:8765"}, True),
        ({"host": "evil.example:8765"}, False),
        ({"host": "127.0.0.1.evil.example:8765"}, False),
        ({"host": "127.0.0.1:8765", "origin": "http://evil.example"}, False),
        ({"host": "127.0.0.1:8765", "origin": "http://127.0.0.1:9999"}, False),
        ({"host": "127.0.0.1:8765", "origin": "https://127.0.0.1:8765"}, False),
        ({"host": "127.0.0.1:8765", "origin": "null"}, False),
        ({"host": "127.0.0.1"}, False),
        ({}, False),
    ],
)
def test_the_explorer_answers_its_own_page_only(
    headers: dict[str, str], lets: bool, kind: str
) -> None:
    first = ask(headers, kind)[0]
    if lets:
        assert first["status"] == 200
        assert (b"x-frame-options", b"DENY") in first["headers"]
    elif kind == "websocket":
        assert first["type"] == "websocket.close"
    else:
        assert first["status"] == 403


def test_the_explorer_listens_on_this_machine_unless_told_otherwise() -> None:
    with listen(0) as place:
        assert place.getsockname()[0] == "127.0.0.1"
    for host in ("0.0.0.0", "::", "example.org", "", "203.0.113.7"):
        with pytest.raises(InputError, match=r"--host.*is no"):
            listen(0, host)
    assert authorities("10.0.0.1", 80) == {"10.0.0.1:80", "10.0.0.1"}
    assert authorities("::1", 1) == {"[::1]:1", "localhost:1"}
    assert is_loopback("::1")
    assert not is_loopback("10.0.0.1")


def test_another_address_is_warned_of(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from rift_sim.cli import exploring
    from rift_sim.explore import serve

    def nowhere(port: int, host: str) -> socket.socket:
        assert host == "10.0.0.1"
        return socket.socket()

    monkeypatch.setattr(serve, "listen", nowhere)
    monkeypatch.setattr(serve, "serve", lambda *_: None)
    monkeypatch.setattr(exploring, "_try_out", lambda _: None)
    assert main(["explore", "--host", "10.0.0.1", "--no-browser"]) == 0
    assert "warning: whoever reaches 10.0.0.1" in capsys.readouterr().err
    monkeypatch.setattr(serve, "listen", lambda *_: socket.socket())
    assert main(["explore", "--no-browser"]) == 0
    assert "warning" not in capsys.readouterr().err


def test_traffic_that_leaves_this_machine_unencrypted_is_warned_of() -> None:
    for address in ("tcp://10.0.0.1:8786", "tcp://node1:8786", "tcp://[2001:db8::1]:8786"):
        assert is_open(address)
    for address in ("tcp://127.0.0.1:8786", "tcp://localhost:1", "tcp://[::1]:1", "tls://node1:1"):
        assert not is_open(address)


def test_the_documents_start_dask_on_this_machine() -> None:
    text = (Path(__file__).parents[2] / "docs" / "cluster.md").read_text("utf-8")
    starts = re.findall(r"^dask scheduler.*$", text, re.M)
    assert starts
    assert all("--host 127.0.0.1" in line for line in starts)


def test_loading_a_scenario_opens_no_connection_and_runs_no_program() -> None:
    code = (
        "import sys, rift_sim\n"
        "def watch(name, given):\n"
        "    if name in ('socket.connect', 'socket.bind', 'subprocess.Popen', 'os.system'):\n"
        "        sys.exit(f'{name} {given}')\n"
        "sys.addaudithook(watch)\n"
        "rift_sim.load_scenario('factorial')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
