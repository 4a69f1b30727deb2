"""The table at the end of a run."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from rift_sim.cli.results import HEADLINES, make_table
from rift_sim.ensemble.summary import SummaryRow
from rift_sim.vocabulary import SERIES

TYPICAL = {
    "presence_alert": 0.74,
    "presence_survey": 0.46,
    "control": 0.304,
    "members": 27121.0,
    "members_armed": 13794.0,
    "newly_displaced": 309_000.0,
    "confined": 155_200.0,
    "displaced_stock": 7.2e6,
    "conflict_deaths": 651.0,
    "coca_ha": 261_000.0,
    "capability": 0.77,
    "relationship_index": 0.6,
    "aid_usd": 1.75e8,
}


def rows(years: range) -> list[SummaryRow]:
    return [
        SummaryRow(
            "s", name, year, value, value * 0.8, value * 0.9, value * 1.1, value * 1.3,
            SERIES[name].units,
        )
        for name, value in TYPICAL.items()
        for year in years
    ]  # fmt: skip


def shown(width: int, years: range) -> str:
    file = io.StringIO()
    Console(file=file, width=width).print(make_table(rows(years), width))
    return file.getvalue()


@pytest.mark.parametrize("width", [80, 100])
def test_five_years_fit_and_nothing_is_cut(width: int) -> None:
    text = shown(width, range(2026, 2031))
    assert "…" not in text
    assert max(len(line.rstrip()) for line in text.splitlines()) <= width
    for year in range(2026, 2031):
        assert str(year) in text
    for label in HEADLINES.values():
        assert label in text


def test_units_and_numbers() -> None:
    lines = [line.rstrip() for line in shown(100, range(2026, 2027)).splitlines()]

    def after(label: str) -> tuple[list[str], str]:
        place = next(k for k, line in enumerate(lines) if line.startswith(label))
        return lines[place].split(), lines[place + 1]

    assert after("De facto control")[0][-1] == "30.4"
    assert after("De facto control")[1].split()[-1] == "24.3–39.5"
    assert after("De facto control")[1].startswith("% of municipalities")
    assert after("Members of groups")[0][-1] == "27.1"
    assert after("Members of groups")[1].startswith("thousand people")
    assert after("Newly displaced")[0][-1] == "309"
    assert "thousand people a year" in after("Newly displaced")[1]
    assert after("Displaced, stock")[0][-1] == "7.20"
    assert "million people" in after("Displaced, stock")[1]
    assert after("U.S. aid")[1].startswith("million USD a year")


def test_too_many_years_keep_the_first_and_the_last() -> None:
    text = shown(80, range(2010, 2026))
    assert "…" not in text
    assert "2010" in text
    assert "2025" in text
    assert max(len(line.rstrip()) for line in text.splitlines()) <= 80
