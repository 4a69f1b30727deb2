"""Forecasts start from what was known: one rule of levels, and no event of later in a forecast."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from rift_sim.analysis.forecasts.forecast import BASE, FIRST, forecast_scenario, level_assumptions
from rift_sim.calendar import Month
from rift_sim.errors import InputError
from rift_sim.initial.as_of import surveyed_coca
from rift_sim.observed import Record, load_record
from rift_sim.scenario import load_scenario
from rift_sim.territory import load_territory
from rift_sim.vocabulary import SERIES

Series = dict[str, dict[str, float]]

LEVELS = (
    "displacement_level", "confinement_level", "extortion_level", "displaced_stock_start",
    "deaths_state", "deaths_groups", "deaths_civilians",
)  # fmt: skip


@pytest.fixture(scope="module")
def record() -> Record:
    return load_record(None)


def made_up(**changes: dict[str, float]) -> Record:
    """A record with one round number for each series, of 2014 and 2015."""
    series: Series = {
        "IDP_NEW_IDMC": {"2014": 1.0, "2015": 100_000.0},
        "IDP_NEW_RUV": {"2014": 1.0, "2015": 400_000.0},
        "CONFINED": {"2017": 9.0},
        "CONFINED_PARTIAL": {},
        "EXTORTION_REPORTS": {"2015": 5_000.0},
        "IDP_STOCK_IDMC": {"2015": 5e6},
        "IDP_STOCK_UNHCR": {"2015": 7e6},
        "UCDP_STATE": {"2015": 100.0},
        "UCDP_NON_STATE": {"2013": 0.0, "2014": 6.0, "2015": 3.0},
        "UCDP_ONE_SIDED": {"2013": 40.0, "2014": 10.0, "2015": 4.0},
        **changes,
    }
    facts = {name: SimpleNamespace(verified=True) for name in series}
    ledger: Any = SimpleNamespace(facts=facts, series=series.__getitem__)
    return Record((), (), {}, {}, {}, (), ledger)


def test_the_rule_on_a_made_up_record() -> None:
    assert level_assumptions(made_up(), 2016) == {
        # Geometric mean of both measures.
        "displacement_level": {"distribution": "lognormal", "median": 200_000.0, "sigma": 0.2},
        "confinement_level": {"distribution": "lognormal", "median": 40_000.0, "sigma": 0.7},
        "extortion_level": {"distribution": "lognormal", "median": 5_000.0, "sigma": 0.12},
        # Both sources in the mean, half of what they are apart.
        "displaced_stock_start": {"distribution": "normal", "mean": 6e6, "sd": 1e6},
        "deaths_state": {"distribution": "lognormal", "median": 100.0, "sigma": 0.4},
        # Three years have 3 in the mean: more may hide below the threshold.
        "deaths_groups": {"distribution": "lognormal", "median": 40.0, "sigma": 0.7},
        "deaths_civilians": {"distribution": "lognormal", "median": 18.0, "sigma": 0.7},
    }


def test_one_measure_alone_and_an_old_figure_say_less() -> None:
    alone = level_assumptions(made_up(IDP_NEW_RUV={"2014": 1.0}), 2016)["displacement_level"]
    assert (alone["median"], alone["sigma"]) == (100_000.0, 0.3)
    old = level_assumptions(made_up(), 2019)["displacement_level"]
    assert old["median"] == 200_000.0
    assert old["sigma"] == pytest.approx(0.4)


def test_the_confined_are_counted_where_they_can_be() -> None:
    part = made_up(CONFINED_PARTIAL={"2015-03": 1.0, "2015-06": 30_000.0, "2014-12": 7.0})
    assert level_assumptions(part, 2016)["confinement_level"]["median"] == 60_000.0
    assert level_assumptions(part, 2017)["confinement_level"]["median"] == 40_000.0
    counted = level_assumptions(part, 2018)["confinement_level"]
    assert (counted["median"], counted["sigma"]) == (9.0, 0.3)


def test_two_sources_that_print_the_same_prove_nothing() -> None:
    same = made_up(IDP_STOCK_UNHCR={"2015": 5e6})
    assert level_assumptions(same, 2016)["displaced_stock_start"]["sd"] == 300_000.0


@pytest.mark.parametrize("origin", [2012, 2016, 2020, 2023])
def test_nothing_after_the_origin_is_read(record: Record, origin: int) -> None:
    names = (
        "IDP_NEW_IDMC", "IDP_NEW_RUV", "CONFINED", "CONFINED_PARTIAL", "EXTORTION_REPORTS",
        "IDP_STOCK_IDMC", "IDP_STOCK_UNHCR", "UCDP_STATE", "UCDP_NON_STATE", "UCDP_ONE_SIDED",
    )  # fmt: skip
    series = {name: record.ledger.series(name) for name in names}

    def after(change: float) -> Record:
        return made_up(
            **{
                name: {key: v * change if int(key[:4]) >= origin else v for key, v in known.items()}
                for name, known in series.items()
            }
        )

    assert level_assumptions(after(1e3), origin) == level_assumptions(record, origin)
    # And what lies before is.
    assert level_assumptions(after(1e3), origin + 1) != level_assumptions(record, origin + 1)


@pytest.mark.parametrize(
    ("name", "origin"),
    [(BASE, 2010), ("hindcast-2016", 2016), ("hindcast-2019", 2019), ("hindcast-2022", 2022)],
)
@pytest.mark.parametrize("level", LEVELS)
def test_shipped_hindcasts_follow_the_rule(
    record: Record, name: str, origin: int, level: str
) -> None:
    stated: Any = load_scenario(name).assumptions[level]
    rule = level_assumptions(record, origin)[level]
    assert stated.distribution == rule["distribution"]
    for key in set(rule) - {"distribution"}:
        assert getattr(stated, key) == pytest.approx(rule[key], rel=0.02), key


def test_an_origin_before_the_record() -> None:
    for origin, said in ((2014, "no newly displaced"), (2015, "no displaced people")):
        with pytest.raises(InputError, match=said):
            level_assumptions(made_up(), origin)
    with pytest.raises(InputError, match="no figure of 'UCDP_STATE' is on record before 2016"):
        level_assumptions(made_up(UCDP_STATE={"2016": 1.0}), 2016)


def test_with_and_without_later_events(record: Record) -> None:
    given = forecast_scenario(record, 2020, 2022, "conditional", observe=["coca_ha"])
    blind = forecast_scenario(record, 2020, 2022, "forecast")
    assert (given.start, given.end) == (blind.start, blind.end) == (Month(2020, 1), Month(2022, 12))
    assert (given.name, blind.name) == ("conditional-2020", "forecast-2020")
    assert tuple(given.observe) == ("coca_ha",)
    assert set(blind.observe) == set(SERIES)
    base = load_scenario(BASE)
    assert given.timeline == tuple(e for e in base.timeline if given.start <= e.date <= given.end)
    assert given.timeline
    assert blind.timeline == ()
    # What came before is history to both.
    assert given.history == blind.history
    assert max(event.date for event in blind.history) < blind.start
    assert {event.id for event in blind.history} >= {"duque", "farc-ends"}


def test_a_forecast_that_cannot_be(record: Record) -> None:
    with pytest.raises(InputError, match="end"):
        forecast_scenario(record, 2020, 2019, "forecast")
    with pytest.raises(InputError, match="posterior-1999"):
        forecast_scenario(record, 2020, 2021, "forecast", parameters="posterior-1999")


@pytest.mark.parametrize("origin", range(FIRST, 2026))
def test_coca_needs_no_level(record: Record, origin: int) -> None:
    # The survey is of the month before, so that nothing is carried forward.
    assert surveyed_coca(record.ledger, load_territory().departments, Month(origin, 1))[1] == 0.0
