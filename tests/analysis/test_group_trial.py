"""Single groups between two waves: collectives, and scores of runs that know or do not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rift_sim.analysis.municipal.groups import comparable, group_rows, joined, wave_flags
from rift_sim.analysis.municipal.runs import Municipal
from rift_sim.analysis.validation.tables import to_csv
from rift_sim.errors import InputError
from rift_sim.observed import PresenceYear, Record, load_record
from rift_sim.territory import load_territory

RANDOM = np.random.default_rng(3)


@pytest.fixture(scope="module")
def record() -> Record:
    """Two waves on the real map: the ELN moves, dissidents split, the EPL all but vanishes."""
    base = load_record(None)
    places = len(base.places)
    here = RANDOM.random((4, places)) < 0.15
    here[3] = False
    here[3, :40] = True
    first = PresenceYear(2019, ("EGC", "ELN", "DISIDENCIAS", "EPL"), here, False, "made")
    moved = here[:2] ^ (RANDOM.random((2, places)) < 0.1)
    half = RANDOM.random(places) < 0.5
    parts = np.stack([here[2] & half, here[2] & ~half, RANDOM.random(places) < 0.002])
    last = PresenceYear(
        2022, ("EGC", "ELN", "EMC", "SM", "EPL"), np.concatenate([moved, parts]), False, "made"
    )
    return replace(base, waves={2019: first, 2022: last})


def test_groups_that_both_waves_tell_apart(record: Record) -> None:
    first, last = record.waves[2019], record.waves[2022]
    assert comparable(first, last, record) == ["EGC", "ELN", "DISIDENCIAS"]
    # A split is no change: both halves together are where the whole was.
    np.testing.assert_array_equal(wave_flags(last, "DISIDENCIAS", record), first.flags[2])
    with pytest.raises(InputError, match="no group 'CAPARROS'"):
        wave_flags(last, "CAPARROS", record)


def test_a_change_is_an_onset_where_nobody_was_and_an_exit_elsewhere() -> None:
    nan = np.nan
    onset = {"model": (np.array([0.2, nan, 0.7]), "onset")}
    leave = {"model": (np.array([nan, 0.9, nan]), "exit")}
    found, knows = joined(onset, leave, np.array([False, True, False]))["model"]
    np.testing.assert_array_equal(found, [0.2, 0.9, 0.7])
    assert knows == "onset"


def test_a_run_that_knows_the_second_wave_has_an_area_of_one(record: Record) -> None:
    one = replace(record, waves={2019: only(record, 2019), 2022: only(record, 2022)})
    after = wave_flags(record.waves[2022], "ELN", record)
    present = np.zeros((4, 1, after.size, 2), bool)
    present[..., 0] = after
    knows = Municipal("forecast", 2020, (2022,), ("ELN", "EGC"), present, np.zeros((4, 1, 1)))
    blind = replace(knows, present=np.zeros_like(present))
    rows = group_rows(one, load_territory(), {"model": knows, "blind": blind}, 2019, 2022)
    assert {row.event for row in rows} == {
        f"{event} of ELN" for event in ("onset", "exit", "churn")
    }
    by_name = {(row.event.split()[0], row.forecaster): row for row in rows}
    for event in ("onset", "exit", "churn"):
        row = by_name[event, "model"]
        assert row.auc.value == 1.0
        assert row.brier == 0.0
        # The other map has no pattern, so that nobody can tell who changes.
        naive = by_name[event, "logistic, other departments"]
        assert naive.auc.value < 0.75
        assert naive.ahead.low > 0.0
    # Without chances of its own a run ranks nothing: half.
    assert by_name["onset", "blind"].auc.value == 0.5
    here = wave_flags(record.waves[2019], "ELN", record)
    assert by_name["churn", "model"].events == (here != after).sum()
    assert by_name["exit", "model"].places == here.sum()
    # Only sums over places leave the tool.
    cells = {cell for line in to_csv(rows).splitlines() for cell in line.split(",")}
    assert not cells & set(record.places)


def test_what_could_happen_in_one_department_only_is_left_out(record: Record) -> None:
    """Naive models learn from the other departments, and there are none."""
    north = np.array([code.startswith("05") for code in record.places])
    spread = north.copy()
    spread[::7] = True
    waves = {
        year: PresenceYear(year, ("ELN",), flags[None], False, "made")
        for year, flags in ((2019, north), (2022, spread))
    }
    present = np.zeros((2, 1, north.size, 1), bool)
    run = Municipal("forecast", 2020, (2022,), ("ELN",), present, np.zeros((2, 1, 1)))
    one = replace(record, waves=waves)
    rows = group_rows(one, load_territory(), {"model": run}, 2019, 2022)
    assert {row.event for row in rows} == {"onset of ELN"}
    assert {row.events for row in rows} == {(spread & ~north).sum()}


def only(record: Record, year: int) -> PresenceYear:
    wave = record.waves[year]
    return replace(wave, groups=("ELN",), flags=wave.flags[[wave.groups.index("ELN")]])
