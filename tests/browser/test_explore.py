"""The page of ``rift explore`` in a real browser: it moves, says what it assumes, stays at home."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

pytest.importorskip("altair", reason="no altair (extra 'explore')")

SCENARIO = """\
name: hostile
title: "<img src=x onerror=alert(1)> {{ 7*7 }} $x$"
question: "<script>document.title = 'taken over'</script>"
extends: reference
end: 2027-06
observe: [control, newly_displaced, capability, aid_usd]
timeline:
  - date: 2026-03
    note: "<b>bold</b> **stars** [link](http://example.org)"
    diplomacy: {effect: 0.1, kind: call}
"""
ARGUMENTS = ("explore", "hostile.yaml", "--no-browser", "--port", "0")
MONTH = "document.querySelector('.rift-main h2').textContent"
READY = "document.querySelectorAll('.rift-charts img').length === 4"
BUTTONS = "[...document.querySelectorAll('button')]"
CLICK = f"{BUTTONS}.find((button) => button.textContent.trim() === arguments[0]).click()"
IMAGES = "[...document.querySelectorAll('.rift-page img')]"
SOURCES = f"return {IMAGES}.map((image) => image.src)"
ASSUMED = "document.querySelector('.rift-main ul').textContent"


@dataclass
class Server:
    """A running ``rift explore``, and who it tried to reach."""

    process: subprocess.Popen[str]
    address: str
    reached: list[str] = field(default_factory=list)


class Proxy:
    """Takes the place of the world outside: notes what is asked of it, and answers nothing."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                self.asked.append(connection.recv(200).decode("latin-1").partition("\r")[0])

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("explore")
    (folder / "hostile.yaml").write_text(SCENARIO, encoding="utf-8")
    proxy = Proxy()
    away = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), proxy.address)
    away |= {name.lower(): address for name, address in away.items()} | {
        "NO_PROXY": "",
        "no_proxy": "",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "rift_sim.cli", *ARGUMENTS],
        cwd=folder,
        env={**os.environ, **away},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.match(r"http://127\.0\.0\.1:\d+/", line)
    if found is None:
        process.kill()
        pytest.fail(f"{line}{process.communicate()[1]}")
    yield Server(process, found[0], proxy.asked)
    process.kill()
    process.communicate()
    proxy.close()


@pytest.fixture
def explored(page: Any, server: Server) -> Iterator[Any]:
    """The page, just opened; afterwards it must have kept to itself."""
    page.open(server.address)
    until(page, READY)
    yield page
    own = (server.address, server.address.replace("http", "ws"))
    assert page.requests(*own) == []
    assert page.errors() == []
    assert server.reached == []


def until(page: Any, script: str, *values: Any) -> None:
    """Wait as long as a busy machine may take to draw."""
    page.wait(script, *values, seconds=120.0)


def step(page: Any, month: str) -> None:
    page.run(CLICK, "Step")
    until(page, f"{MONTH}.startsWith(arguments[0])", month)


def lived(page: Any) -> int:
    """Return how many months the run on the page has lived."""
    return int(page.run(f"return {MONTH}").split()[3])


def press(page: Any, slider: str, key: str, times: int = 1) -> None:
    """Move a slider by the keyboard."""
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    thumb = page.driver.find_element(
        By.XPATH, f"//*[@role='slider' and starts-with(@aria-label, '{slider}')]"
    )
    thumb.send_keys(getattr(Keys, key) * times)


def test_a_step_moves_month_map_and_charts(explored: Any) -> None:
    assert explored.run(f"return {MONTH}") == "January 2026, month 1 of 18"
    before = explored.run(SOURCES)
    assert len(before) == 5
    assert all(source.startswith("data:image/png;base64,") for source in before)
    step(explored, "February 2026, month 2 of 18")
    until(explored, "document.querySelector('.rift-events').textContent.includes('2026-02')")
    until(explored, f"{IMAGES}.every((image) => !arguments[0].includes(image.src))", before)
    assert len(explored.run(SOURCES)) == 5
    values = "return [...document.querySelectorAll('.rift-value')].map((node) => node.textContent)"
    assert [text.split()[-1] for text in explored.run(values)] == [
        "municipalities",
        "month",
        "strength",
        "month",
    ]


def test_the_map_shows_what_is_chosen(explored: Any) -> None:
    before = explored.run(SOURCES)[0]
    explored.run("document.querySelector('.rift-main .v-select__slot').click()")
    item = """[...document.querySelectorAll('.v-list-item')]
        .find((item) => item.textContent.trim() === 'Newly displaced')"""
    until(explored, item)
    explored.run(f"{item}.click()")
    caption = "document.querySelector('.rift-main figcaption').textContent"
    until(explored, f"{caption}.includes('People newly displaced')")
    until(explored, f"{IMAGES}[0].src !== arguments[0]", before)
    words = explored.run("return document.querySelector('.rift-main figure img').alt")
    assert words.startswith("Map of Colombia by department. Highest: ")


def test_play_goes_on_to_the_end_and_pause_stops(explored: Any) -> None:
    explored.run(CLICK, "▶")
    until(explored, f"!{MONTH}.includes('month 1 of')")
    explored.run(CLICK, "❚❚")
    until(explored, f"{BUTTONS}.some((button) => button.textContent.trim() === '▶')")
    paused = lived(explored)
    time.sleep(2.0)
    # One month may have been on its way.
    assert paused <= lived(explored) <= paused + 1 < 18
    explored.run(CLICK, "▶")
    until(explored, "document.body.textContent.includes('The scenario ends here')")
    assert explored.run(f"return {MONTH}") == "June 2027, month 18 of 18"


def test_assumptions_take_hold_at_a_reset(explored: Any) -> None:
    step(explored, "February 2026")
    own = explored.run(f"return {ASSUMED}")
    assert "Congress keeps part of the aid" in own
    press(explored, "U.S. aid left", "ARROW_RIGHT")
    until(explored, "document.body.textContent.includes('Reset starts a run that assumes this')")
    press(explored, "Course of the forces", "HOME")
    until(explored, "document.body.textContent.includes('Course of the forces: -100 %')")
    explored.run("document.querySelector('.rift-control .v-select__slot').click()")
    item = """[...document.querySelectorAll('.v-list-item')]
        .find((item) => item.textContent.trim() === 'left, as before')"""
    until(explored, item)
    explored.run(f"{item}.click()")
    words = "document.querySelectorAll('.rift-words')[2].textContent"
    until(explored, f"{words}.includes('of the left')")
    # Until then the run on the page is what it was.
    assert explored.run(f"return {ASSUMED}") == own
    explored.run(CLICK, "Reset")
    until(explored, f"{ASSUMED}.includes('All U.S. aid ends in January 2026')")
    assumed = explored.run(f"return {ASSUMED}")
    assert "each year a further 15 percent of leadership" in assumed
    assert "a president of the left takes office and keeps the course" in assumed
    assert explored.run(f"return {MONTH}") == "January 2026, month 1 of 18"
    until(explored, "!document.body.textContent.includes('Reset starts a run that assumes this')")
    until(explored, "document.body.textContent.includes('Grey: the run before the last reset')")
    step(explored, "February 2026")


def test_what_a_scenario_says_stays_text(explored: Any) -> None:
    step(explored, "February 2026")
    step(explored, "March 2026")
    assert explored.run("return document.querySelector('h1').textContent") == (
        "<img src=x onerror=alert(1)> {{ 7*7 }} $x$"
    )
    question = explored.run("return document.querySelector('.rift-question').textContent")
    assert question == "<script>document.title = 'taken over'</script>"
    said = "2026-03 <b>bold</b> **stars** [link](http://example.org)"
    until(explored, "document.querySelector('.rift-events li').textContent === arguments[0]", said)
    for tag in ("script", "b", "a", 'img[src="x"]'):
        assert explored.run(f"return document.querySelectorAll('.rift-page {tag}').length") == 0
    assert "rift explore" in explored.run("return document.title")


def test_it_reads_well_on_a_phone_and_without_eyes(explored: Any) -> None:
    # Parts of Mesa and Solara that we do not write.
    frame = ("header", "nav", ".v-select")
    for width, height, phone in ((1280, 900, False), (390, 844, True)):
        explored.resize(width, height, phone=phone)
        until(explored, "window.innerWidth === arguments[0]", width)
        until(explored, "document.documentElement.scrollWidth === arguments[0]", width)
        found = explored.violations(without=frame)
        assert [line for line in found if not line.startswith("html-has-lang")] == []
    drawer = "document.querySelector('nav').getBoundingClientRect().right"
    until(explored, f"{drawer} <= 1")
    assert "behind the three bars" in explored.run("return document.body.innerText")
    explored.run("document.querySelector('.v-app-bar__nav-icon').click()")
    until(explored, f"{drawer} > 300")


def test_nothing_fades_in_for_those_who_asked_for_less_motion(explored: Any) -> None:
    fade = "getComputedStyle(document.querySelector('.solara-content-main')).animationName"
    assert explored.run(f"return {fade}") == "none"
    still = {"features": [{"name": "prefers-reduced-motion", "value": "no-preference"}]}
    explored.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", still)
    try:
        assert explored.run(f"return {fade}") == "solara-fade-in"
    finally:
        explored.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_the_first_page_knows_nothing_of_the_second(explored: Any, server: Server) -> None:
    step(explored, "February 2026")
    first = explored.driver.current_window_handle
    explored.driver.switch_to.new_window("tab")
    try:
        explored.open(server.address)
        until(explored, READY)
        assert explored.run(f"return {MONTH}").startswith("January 2026")
    finally:
        explored.driver.close()
        explored.driver.switch_to.window(first)
    assert explored.run(f"return {MONTH}").startswith("February 2026")


def test_only_this_machine_is_served(server: Server) -> None:
    port = int(server.address.rstrip("/").rpartition(":")[2])
    with open("/proc/net/tcp", encoding="ascii") as table:
        listening = [row.split()[1] for row in table if row.split()[3] == "0A"]
    assert [where for where in listening if where.endswith(f":{port:04X}")] == [
        f"0100007F:{port:04X}"
    ]


def test_ctrl_c_ends_it_while_a_page_plays(page: Any, server: Server) -> None:
    """Last of this file: afterwards there is no server."""
    page.open(server.address)
    until(page, READY)
    page.run(CLICK, "▶")
    until(page, f"{MONTH}.includes('month 2 of')")
    server.process.send_signal(signal.SIGINT)
    out, err = server.process.communicate(timeout=120)
    assert server.process.returncode == 0
    assert (out, err) == ("", "Ended.\n")
