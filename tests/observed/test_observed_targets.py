"""Targets: which years are fitted and scored, and what the loader refuses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rift_sim.analysis.forecasts.cases import history
from rift_sim.errors import InputError
from rift_sim.observed import Targets, load_record, load_targets, observed_values
from rift_sim.observed.targets import WINDOWS
from rift_sim.seeds import load_ledger
from rift_sim.territory import load_territory

GOOD = """\
targets:
  deaths:
    measure: conflict_deaths
    level: national
    fact: UCDP_ALL
    fitted: {to-2019: [2010, 2012-2014], to-2025: [2010-2024]}
    scored: [2020-2024]
    spread: {kind: log, value: 0.2, years: {2024: 0.3}, source: {kind: judgement, note: a guess}}
    note: A test.
excluded:
  stock:
    quantity: displaced people
    facts: [IDP_STOCK_IDMC]
    status: excluded
    reason: Bookkeeping.
"""


def load(folder: Path, old: str = "", new: str = "") -> Targets:
    assert old in GOOD
    (folder / "targets.yaml").write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    return load_targets(folder)


@pytest.fixture(scope="module")
def shipped() -> Targets:
    return load_targets()


def test_spans_and_errors_by_year(tmp_path: Path) -> None:
    target = load(tmp_path).targets["deaths"]
    assert target.fitted["to-2019"] == (2010, 2012, 2013, 2014)
    assert (target.spread.of(2023), target.spread.of(2024)) == (0.2, 0.3)
    assert target.out_of_sample("to-2019") == (2020, 2021, 2022, 2023, 2024)
    assert target.out_of_sample("to-2025") == ()
    assert target.out_of_sample("to-2019", range(2009, 2014)) == (2009, 2011)


BAD = {
    "unverified fact": (
        "fact: UCDP_ALL",
        "fact: HOMICIDES_2000_2002",
        "targets.deaths.fact: the fact 'HOMICIDES_2000_2002' is not verified; allowed: verified",
    ),
    "unknown fact": (
        "fact: UCDP_ALL",
        "fact: UCDP_AL",
        "targets.deaths.fact: there is no fact 'UCDP_AL'; .*did you mean 'UCDP_ALL'",
    ),
    "unverified figure of its own": (
        "level: national\n    fact: UCDP_ALL",
        "level: pattern\n    values: {2010: 1}\n    source: computed\n    where: x\n"
        "    verified: false",
        "targets.deaths.verified: is not verified; allowed: verified figures",
    ),
    "no such year": (
        "2012-2014",
        "2012, 1999",
        "targets.deaths.fitted.to-2019: years must ascend, each once",
    ),
    "a year that the series lacks": (
        "scored: [2020-2024]",
        "scored: [2025]",
        "targets.deaths.scored: there is no figure of 2025; allowed: 2000, 2001",
    ),
    "looking ahead": ("2012-2014", "2020", "the window to-2019 must not fit 2020"),
    "scored in sample": (
        "scored: [2020-2024]",
        "scored: [2012]",
        "2012 is fitted in every window, so it is not out of sample",
    ),
    "unknown measure": ("measure: conflict_deaths", "measure: deaths", "'deaths' is not a measure"),
    "a window missing": (
        ", to-2025: [2010-2024]",
        "",
        "fitted needs the windows to-2019 and to-2025",
    ),
    "two origins": (
        "fact: UCDP_ALL",
        "fact: UCDP_ALL\n    file: coca",
        "needs exactly one of fact, file and values, found fact and file",
    ),
    "no error": ("value: 0.2", "value: 0", "targets.deaths.spread.value"),
    "a table without a row": (
        "fact: UCDP_ALL",
        "fact: GROUP_MEMBERS",
        "targets.deaths.fact: the fact 'GROUP_MEMBERS' is not a series",
    ),
    "an unknown row": (
        "fact: UCDP_ALL",
        "fact: GROUP_MEMBERS\n    row: EGCC",
        "targets.deaths.row: the fact 'GROUP_MEMBERS' has no row 'EGCC'; allowed: EGC, ELN",
    ),
    "an unknown detection": (
        "    note: A test.",
        "    detection: {2020: coverage}\n    note: A test.",
        "targets.deaths.detection.2020: there is no parameter 'coverage'",
    ),
    "excluded for nothing": (
        "facts: [IDP_STOCK_IDMC]",
        "facts: [IDP_STOCK]",
        r"excluded.stock.facts\[0\]: there is no fact or effect 'IDP_STOCK'",
    ),
    "an unknown section": ("excluded:", "excludes:", "excludes: unknown section"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_refused(tmp_path: Path, case: str) -> None:
    old, new, message = BAD[case]
    with pytest.raises(InputError, match=message) as caught:
        load(tmp_path, old, new)
    assert str(caught.value).startswith(str(tmp_path / "targets.yaml"))


def test_nothing_unverified_or_from_memory_is_a_target(shipped: Targets) -> None:
    ledger = load_ledger()
    for target in shipped.targets.values():
        for fact in (target.fact, target.minus):
            assert fact is None or ledger.facts[fact].verified
        assert target.source != "memory"


def test_years_that_are_left_out_on_purpose(shipped: Targets) -> None:
    for window in WINDOWS:
        assert 2011 not in shipped.targets["displaced_idmc"].fitted[window]
        assert min(y for t in shipped.fitted(window).values() for y in t.fitted[window]) >= 2008
    register = shipped.targets["displaced_register"]
    assert register.spread.of(2022) > register.spread.of(2021) > register.spread.of(2020)
    assert register.out_of_sample("to-2019") == (2020, 2021, 2022)
    assert shipped.targets["displaced_idmc"].scored == (2020, 2022, 2023, 2024)
    assert shipped.targets["members"].fitted == {"to-2019": (), "to-2025": (2022,)}
    assert shipped.targets["members"].scored == (2023, 2024, 2025)


def test_every_wave_before_2025_has_a_detection_of_its_own(shipped: Targets) -> None:
    waves = [t for t in shipped.targets.values() if t.measure.startswith("presence")]
    assert len(waves) >= 10
    for target in waves:
        years = {*target.fitted["to-2025"], *target.scored}
        assert {year for year in years if year < 2025} <= {int(year) for year in target.detection}


def test_what_must_not_be_fitted_is_listed_with_a_reason(shipped: Targets) -> None:
    named = {fact for entry in shipped.excluded.values() for fact in entry.facts}
    assert {"F16", "IDP_STOCK_IDMC", "IDP_STOCK_UNHCR", "KIDNAPPINGS"} <= named
    fitted = {target.fact for target in shipped.targets.values()}
    assert not fitted & {"F16", "IDP_STOCK_IDMC", "IDP_STOCK_UNHCR", "KIDNAPPINGS"}
    assert shipped.excluded["kidnappings"].status == "not_modelled"


def test_every_year_of_every_target_of_the_ledger_is_observed(shipped: Targets) -> None:
    record = load_record(None)
    for target in shipped.targets.values():
        found = observed_values(target, record)
        if target.file is not None:
            assert found == {}
            continue
        for year in (*target.fitted["to-2019"], *target.fitted["to-2025"], *target.scored):
            assert np.isfinite(found[year]).all()
            assert found[year].shape == ((33,) if target.level == "department" else ())


def test_the_support_network_is_what_the_armed_leave(shipped: Targets) -> None:
    found = observed_values(shipped.targets["members_support_EGC"], load_record(None))
    assert {year: float(value) for year, value in found.items()} == {
        2023: 4999 - 1740, 2024: 7551 - 2675, 2025: 9840 - 3328,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("target", "parameter"),
    [
        ("displaced_register", "ruv_error"),
        ("displaced_idmc", "idmc_error"),
        ("coca_national", "coca_error"),
        ("coca_department", "coca_department_error"),
        ("conflict_deaths", "ucdp_error"),
        ("members", "members_error"),
    ],
)
def test_the_error_of_a_target_is_that_of_its_observer(
    shipped: Targets, target: str, parameter: str
) -> None:
    assert shipped.targets[target].spread.value == load_ledger().parameters[parameter].value


def test_an_unknown_window_names_the_nearest(shipped: Targets) -> None:
    with pytest.raises(InputError, match=r"there is no window 'to-2018'; .*did you mean 'to-2019'"):
        shipped.fitted("to-2018")


def test_later_register_files_give_departments(shipped: Targets, tmp_path: Path) -> None:
    """Whoever has a file of later years has them scored; what it lacks is not observed."""
    target = shipped.targets["displaced_register_department"]
    assert {2023, 2024} <= set(target.scored)
    territory = load_territory()
    codes = [c for c, zone in zip(territory.code, territory.is_zone, strict=True) if not zone]
    lines = ["mpio_code,year,displaced_ruv,scale_ambiguous"]
    lines += [f"{code},2023,{3 if code[:2] == '52' else 0},0" for code in codes]
    # In 2024 Nariño is not in the file, and one place of Antioquia is in doubt.
    lines += [f"{c},2024,2,{int(c == '05001')}" for c in codes if c[:2] != "52"]
    file = tmp_path / "ruv_displacement_mpio_2023_2024.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    record = load_record(tmp_path)
    found = observed_values(target, record)
    assert set(found) == {2023, 2024}
    narino, antioquia, cauca = (record.departments.index(code) for code in ("52", "05", "19"))
    assert found[2023][narino] == 3.0 * sum(code[:2] == "52" for code in codes)
    assert found[2023].sum() == found[2023][narino]
    assert np.isnan(found[2024][[narino, antioquia]]).all()
    assert found[2024][cauca] == 2.0 * sum(code[:2] == "19" for code in codes)
    years, values = history(target, record)
    assert years.tolist() == [2023, 2024]
    assert values.shape == (2, 33)
