"""The page of a report in a real browser: it draws, moves, answers, and asks for nothing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rift_sim
from rift_sim.cli import main

EVIL = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'>"
SCENARIO = f"""\
name: evil
title: "{EVIL} title"
question: "{EVIL} question"
extends: full-cutoff
timeline:
  - date: 2026-02
    id: more
    note: "{EVIL} note"
    source: "{EVIL} source"
    war: [ELN, EGC]
"""
SERIES = "observe=[presence_survey, control, members, conflict_deaths, aid_usd, leadership]"
CANVASES = """
const canvases = (node) => {
  const found = [...node.querySelectorAll("canvas")];
  for (const one of node.querySelectorAll("*")) {
    if (one.shadowRoot) found.push(...canvases(one.shadowRoot));
  }
  return found;
};
const pixels = (node) => canvases(node).filter((c) => c.width > 0).map(
  (c) => c.getContext("2d").getImageData(0, 0, c.width, c.height).data);
const colors = (node) => new Set(pixels(node).flatMap((data) =>
  Array.from({length: data.length / 4}, (_, k) => data.slice(4 * k, 4 * k + 4).join())));
const sum = (node) => pixels(node).flatMap((data) => [...data])
  .reduce((total, value, k) => (total * 31 + value + k) % 1000000007, 7);
"""
"""JavaScript: what is drawn in a part of the page, Bokeh's shadow trees included."""
TOOLTIP = """[...document.querySelectorAll(".bk-Tooltip")]
  .map((one) => one.shadowRoot.textContent).find((text) => text.includes("median"))"""


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three runs; two of one scenario whose texts, and whose folders, are markup."""
    folder = tmp_path_factory.mktemp("report")
    (folder / "evil.yaml").write_text(SCENARIO, encoding="utf-8")
    made = {"plain": "reference", "<b>evil": folder / "evil.yaml", "<i>evil": folder / "evil.yaml"}
    for name, scenario in made.items():
        rift_sim.run(scenario, replicates=3, out=folder / name, workers=1, settings=["end=2027-03"])
    return [folder / name for name in made]


@pytest.fixture(scope="module")
def file(folders: list[Path]) -> Path:
    out = folders[0].parent / "report.html"
    assert main(["report", *map(str, folders), "-o", str(out)]) == 0
    return out


@pytest.fixture
def fresh(page: Any, file: Path) -> Any:
    """The page, drawn."""
    page.open(file)
    page.wait("document.documentElement.dataset.drawn", seconds=90)
    return page


@pytest.fixture
def report(tab: Any, file: Path, request: pytest.FixtureRequest) -> Any:
    """The page as another test left it, if it is there: drawing takes longer than testing."""
    if tab.driver.current_url != file.as_uri():
        request.getfixturevalue("fresh")
    return tab


def shown(page: Any, selector: str) -> Any:
    """Return an element, scrolled to the middle of the window."""
    element = page.driver.find_element("css selector", selector)
    page.run("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", element)
    return element


def medians(folder: Path, name: str, month: int) -> np.ndarray[Any, Any]:
    """Work the medians of a series out by hand, for one month."""
    return np.median(rift_sim.load(folder).dataset[name].to_numpy()[:, month], axis=0)


def test_charts_and_maps_are_drawn_without_a_request(fresh: Any) -> None:
    for selector in ("#series-control", "#difference-members", "#map-0", "#map-2"):
        found = fresh.run(
            CANVASES + "return colors(document.querySelector(arguments[0])).size", selector
        )
        assert found > 20, selector
    line = (
        CANVASES + "return colors(document.querySelector('#series-aid_usd')).has('0,114,178,255')"
    )
    assert fresh.run(line)
    assert fresh.requests("file:") == []
    assert fresh.errors() == []
    assert len([address for address in fresh.requests() if address.startswith("file:")]) == 1


def test_what_is_folded_away_is_drawn_when_it_is_opened(fresh: Any) -> None:
    count = CANVASES + "return canvases(document.querySelector('#series-leadership')).length"
    assert fresh.run(count) == 0
    fresh.run("document.querySelector('#series-leadership').closest('details').open = true")
    fresh.wait("document.querySelector('#series-leadership').firstElementChild !== null")
    assert fresh.errors() == []


def test_slider_moves_map_tables_and_words(report: Any, folders: list[Path]) -> None:
    from selenium.webdriver.common.keys import Keys

    slider = shown(report, "#month")
    slider.send_keys(Keys.END)
    picture = CANVASES + "return sum(document.querySelector('#map-1'))"
    before = report.run(picture)
    assert report.run("return document.querySelector('#period').textContent") == "March 2027"
    slider.send_keys(Keys.HOME)
    slider.send_keys(Keys.ARROW_RIGHT)
    assert report.run("return document.querySelector('#period').textContent") == "February 2026"
    assert slider.get_attribute("aria-valuetext") == "February 2026"
    report.wait(
        f"(() => {{ {CANVASES} return sum(document.querySelector('#map-1')) }})() !== {before}"
    )
    rows = report.run(
        "return [...document.querySelectorAll('#places tbody tr')].map("
        "(row) => [...row.cells].map((cell) => cell.textContent))"
    )
    data = rift_sim.load(folders[1]).dataset
    assert [row[0] for row in rows] == list(data["department_name"].to_numpy())
    found = [float(row[2]) for row in rows]
    np.testing.assert_allclose(
        found, 100.0 * medians(folders[1], "control_department", 1), rtol=1e-3, atol=0.05
    )
    told = report.run(
        "return [...document.querySelectorAll('#now tbody tr')].find("
        "(row) => row.textContent.startsWith('De facto control')).cells[1].textContent"
    )
    control = 100.0 * float(medians(folders[0], "control", 1))
    assert float(told.split(" (")[0]) == pytest.approx(control, abs=0.06)


def test_another_series_on_the_map_has_its_own_unit(report: Any, folders: list[Path]) -> None:
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import Select

    shown(report, "#layer")
    choice = Select(report.driver.find_element("id", "layer"))
    choice.select_by_visible_text("Deaths in armed conflict")
    report.driver.find_element("id", "month").send_keys(Keys.END)
    assert report.run("return document.querySelector('#unit').textContent") == "people"
    assert report.run("return document.querySelector('#period').textContent") == (
        "April 2026 to March 2027"
    )
    data = rift_sim.load(folders[0]).dataset["conflict_deaths_department"].to_numpy()
    expected = np.median(data[:, 3:15].sum(axis=1), axis=0)
    found = report.run(
        "return [...document.querySelectorAll('#places tbody tr')]"
        ".map((row) => row.cells[1].textContent)"
    )
    np.testing.assert_allclose([float(text) for text in found], expected, rtol=1e-3, atol=0.06)


def test_pointing_at_a_chart_shows_values_as_text(report: Any, folders: list[Path]) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    place = shown(report, "#series-control")
    ActionChains(report.driver).move_to_element(place).perform()
    text = " ".join(report.wait(TOOLTIP).split())
    month = re.search(r"20[0-9]{2}-[0-9]{2}", text)[0]
    place_in_run = 12 * (int(month[:4]) - 2026) + int(month[5:7]) - 1
    control = 100.0 * float(medians(folders[0], "control", place_in_run))
    assert f"{control:.1f}" in text
    # Two folders of one scenario are told apart by their names, which are markup here.
    assert "evil (<b>evil)" in text
    assert report.run("return window.hacked === undefined")


def test_texts_of_users_are_texts(report: Any) -> None:
    body = report.run("return document.body.innerText")
    for what in ("title", "question", "note", "source"):
        assert f"{EVIL} {what}" in body
    assert EVIL in report.driver.title
    assert report.run("return window.hacked === undefined")
    assert report.run("return document.images.length") == 0


def test_the_page_lets_no_other_script_run(fresh: Any) -> None:
    fresh.run(
        "const one = document.createElement('script'); one.textContent = 'window.hacked = 3';"
        "document.body.append(one); document.body.insertAdjacentHTML('beforeend',"
        """'<img src="https://example.org/x.png" onerror="window.hacked = 4">')"""
    )
    fresh.wait("document.images.length === 1 && document.images[0].complete")
    assert fresh.run("return window.hacked === undefined")
    assert any("Content Security Policy" in error for error in fresh.errors())
    fresh.open("about:blank")


def test_accessible(report: Any) -> None:
    assert report.violations() == []
    report.run("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    assert report.violations() == []
    alt = report.run(
        "return [...document.querySelectorAll('.plot')]"
        ".map((one) => one.getAttribute('aria-label'))"
    )
    assert len(alt) == len(set(alt))
    assert all(len(text) > 20 for text in alt)


def test_everything_can_be_reached_with_the_keyboard(fresh: Any) -> None:
    from selenium.webdriver.common.keys import Keys

    seen = []
    while "month" not in seen and len(seen) < 60:
        fresh.driver.switch_to.active_element.send_keys(Keys.TAB)
        seen.append(fresh.run("const at = document.activeElement; return at.id || at.tagName"))
        if seen.count("SUMMARY") == 1 and seen[-1] == "SUMMARY":
            fresh.driver.switch_to.active_element.send_keys(Keys.ENTER)
    assert seen[0] == "A"
    assert seen[-2:] == ["layer", "month"]
    assert fresh.run("return document.querySelector('details').open")


def test_on_a_phone_nothing_is_wider_than_the_screen(page: Any, file: Path) -> None:
    page.resize(390, 844, phone=True)
    page.open(file)
    page.wait("document.documentElement.dataset.drawn", seconds=90)
    assert page.run("return document.documentElement.scrollWidth") == 390
    width = page.run("return document.querySelector('#series-control').clientWidth")
    assert 300 < width <= 390
    assert page.violations() == []
    assert page.errors() == []
    page.reset()
