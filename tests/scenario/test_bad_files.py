"""One bad file per mistake: the message names file, line, key, what is allowed, the right name."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from rift_sim.errors import InputError
from rift_sim.scenario import load_scenario

BAD = Path(__file__).parent / "bad"


class Expected(NamedTuple):
    line: int | None
    key: str | None
    says: tuple[str, ...]
    file: str | None = None


def said(line: int | None, key: str | None, *says: str, file: str | None = None) -> Expected:
    return Expected(line, key, says, file)


EXPECTED = {
    "alias-bomb": said(5, "b[0]", "aliases are not accepted"),
    "bad-name": said(1, "name", "'Bad Name'", "lower-case words"),
    "bad-parent": said(4, "seed", "'many' is not a whole number", file="wrong-type"),
    "carve-out-alone": said(6, "timeline[0].aid.carve_out", "exception to 'all'"),
    "date-digits": said(5, "timeline[0].date", "'２０２６-０５' is not a date", "YYYY-MM"),
    "deep": said(2, None, "nested too deeply", "30 levels"),
    "design-empty": said(6, "design", "has too few entries", "all if not given"),
    "distribution-key": said(
        5, "assumptions.recruitment_rent.lo", "unknown key", "distribution, low, high", "'low'?"
    ),
    "drop-unknown": said(6, "timeline[0].id", "no inherited event", "did you mean 'aid-kept'?"),
    "duplicate-key": said(5, "seed", "duplicate key (first on line 4)"),
    "empty": said(None, None, "the file is empty"),
    "empty-event": said(5, "timeline[0]", "does nothing", "inauguration"),
    "end-before-start": said(3, "end", "(2026-01) lies before the start (2026-06)"),
    "event-after-run": said(7, "timeline[1].date", "2028-01 lies outside the run", "history"),
    "event-before-run": said(5, "timeline[0].date", "2025-10 lies outside the run", "history"),
    "extends-circular": said(4, "extends", "in a circle", file="extends-circular-parent"),
    "extends-circular-parent": said(4, "extends", "in a circle", file="extends-circular"),
    "extends-long": said(4, "extends", "there is no file", "reference, reset-on-drugs"),
    "extends-missing": said(4, "extends", "'referense'", "did you mean 'reference'?"),
    "extends-missing-file": said(4, "extends", "there is no file", "nowhere.yaml"),
    "file-long": said(5, "initial.coca", "there is no file", "an existing CSV file"),
    "history-after-start": said(5, "history[0].date", "not before the start", "timeline"),
    "id-twice": said(6, "timeline[1].id", "a second event with the id 'one'"),
    "mechanism-all-alone": said(4, "mechanisms.C10", "what it works with is off: C09"),
    "mechanism-all-value": said(5, "mechanisms.all", "'non' is neither on nor off", "'on'?"),
    "mechanism-alone": said(
        6,
        "mechanisms.C17",
        "C17 is on, but what it works with is off: C16",
        "allowed: C17: off, or C16: on",
    ),
    "mechanism-digit": said(5, "mechanisms.C²", "there is no mechanism 'C²'", "C01, C02"),
    "mechanism-twice": said(7, "mechanisms.C05", "duplicate key (first on line 5)"),
    "mechanism-value": said(5, "mechanisms.C05", "neither on nor off", "did you mean 'off'?"),
    "missing-date": said(5, "timeline[0].date", "is missing", "YYYY-MM"),
    "missing-file": said(4, "initial.presence", "there is no file", "nowhere.csv"),
    "mix-sum": said(7, "timeline[0].inauguration.president", "sum to 0.9, not to 1"),
    "mix-type": said(7, "timeline[0].inauguration.president.rihgt", "did you mean 'right'?"),
    "negative-replicates": said(4, "replicates", "-5 is too small", "from 1 to 1,000,000"),
    "no-start": said(1, "start", "is missing", "YYYY-MM"),
    "no-value": said(6, "timeline[0].extradition", "has no value", "from 0 to 1"),
    "not-a-mapping": said(1, None, "not a mapping"),
    "number-huge": said(5, "assumptions.loss_rate", "the number is too long"),
    "only-comment": said(None, None, "the file is empty"),
    "parameters-file": said(4, "parameters", "there is no file", "nowhere.csv"),
    "parameters-name": said(4, "parameters", "'priors'", "CSV file", "did you mean 'prior'?"),
    "python-tag": said(4, "title", "!!python/object", "is not accepted"),
    "same-group-twice": said(6, "timeline[0].war[1]", "the same group twice (EGC)"),
    "several": said(4, "seed", "-1 is too small", "(and 2 more)"),
    "sweep-event": said(6, "sweep.aid.late.timeline[0].date", "2031-01 lies outside the run"),
    "sweep-level": said(6, "sweep.aid.more.timelin", "did you mean 'timeline'?"),
    "sweep-list": said(5, "sweep.aid", "a list is not a mapping"),
    "sweep-set": said(7, "sweep.effort.values[1]", "'much' is neither a number nor"),
    "syntax": said(5, None, "not valid YAML"),
    "unknown-action": said(6, "timeline[0].tarif", "unknown key", "did you mean 'tariff'?"),
    "unknown-action-key": said(6, "timeline[0].aid.securty", "did you mean 'security'?"),
    "unknown-distribution": said(
        5, "assumptions.recruitment_rent.distribution", "'unifrom'", "did you mean 'uniform'?"
    ),
    "unknown-group": said(
        6,
        "timeline[0].talks.group",
        "'Clan del Golf'",
        "EGC, ELN",
        "did you mean 'Clan del Golfo'?",
    ),
    "unknown-key": said(4, "replicate", "unknown key", "did you mean 'replicates'?"),
    "unknown-mechanism": said(5, "mechanisms.C5", "C01, C02", "did you mean 'C05'?"),
    "unknown-parameter": said(
        5, "assumptions.recruitment_rents", "rift seeds", "did you mean 'recruitment_rent'?"
    ),
    "unknown-series": said(4, "observe[1]", "control", "did you mean 'newly_displaced'?"),
    "wrong-date": said(2, "start", "'2026-13' has no such month", "YYYY-MM"),
    "wrong-type": said(4, "seed", "'many' is not a whole number"),
    "wrong-unit": said(6, "timeline[0].aid.security", "50 is too large", "(1 = FY2024)"),
    "wrong-unit-text": said(6, "timeline[0].tariff.rate", "'30 %' is not a number", "Percent"),
}


def test_every_fixture_has_an_expectation() -> None:
    assert {path.stem for path in BAD.glob("*.yaml")} == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_one_clear_message(name: str) -> None:
    expected = EXPECTED[name]
    with pytest.raises(InputError) as caught:
        load_scenario(BAD / f"{name}.yaml")
    error = caught.value
    assert Path(str(error.file)).stem == (expected.file or name)
    assert error.line == expected.line
    assert error.key == expected.key
    message = str(error)
    assert "\n" not in message
    for text in expected.says:
        assert text in message
    place = [str(error.file), *([str(error.line)] if error.line else [])]
    assert message.startswith(":".join(place) + ": ")


@pytest.mark.parametrize(
    ("setting", "key", "says"),
    [
        ("sed=3", "sed", "did you mean 'seed'?"),
        ("seed=-3", "seed", "-3 is too small"),
        ("seed", None, "'seed' is not a setting"),
        ("seed=", "seed", "has no value"),
        ("seed=[1", "seed", "not valid YAML"),
        ("start=2026-13", "start", "has no such month"),
        ("initial." + "a." * 40 + "b=1", "initial." + "a." * 40 + "b", "the key is too long"),
        ("assumptions.recruitment_rents=1", "assumptions.recruitment_rents", "recruitment_rent'?"),
        ("mechanisms.C05=no", "mechanisms.C05", "neither on nor off"),
        ("mechanisms.C5=off", "mechanisms.C5", "did you mean 'C05'?"),
        ("mechanisms.all=no", "mechanisms.all", "neither on nor off"),
        ("mechanisms.none=off", "mechanisms.none", "there is no mechanism 'none'"),
        ("timeline.aid-keep.aid.security=1", "timeline.aid-keep.aid.security", "'aid-kept'?"),
        ("timeline.aid-kept.aid.securty=1", "timeline.aid-kept.aid.securty", "'security'?"),
        ("timeline.call.diplomacy.effect=9", "timeline.call.diplomacy.effect", "9 is too large"),
        ("replicates.many=1", "replicates.many", "leads into a plain value"),
        ("territory.neighbours=nowhere.csv", "territory.neighbours", "there is no file"),
        ("title=!!python/name:os.system", "title", "tag"),
    ],
)
def test_bad_settings_name_the_option_and_the_key(setting: str, key: str | None, says: str) -> None:
    with pytest.raises(InputError) as caught:
        load_scenario("reference", settings=[setting])
    assert caught.value.file == "--set"
    assert caught.value.key == key
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "key", "says"),
    [
        (["C05=on", "C05=off"], "mechanisms.C05", "is set twice, on and off; allowed: once"),
        (["C05=off", "C05=true"], "mechanisms.C05", "is set twice, off and on"),
        (["all=off", "C05=on", "all=on"], "mechanisms.all", "is set twice, off and on"),
        (["C09=off", "C10=on"], "mechanisms.C10", "C10 is on, but what it works with is off: C09"),
        (["C10=on", "all=off"], "mechanisms.C10", "C10: off, or C09: on"),
    ],
)
def test_switches_that_contradict_each_other(settings: list[str], key: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        load_scenario("reference", settings=[f"mechanisms.{text}" for text in settings])
    assert caught.value.file == "--set"
    assert caught.value.key == key
    assert says in str(caught.value)


def test_a_mapping_and_a_key_of_it_may_not_contradict_each_other() -> None:
    with pytest.raises(InputError, match=r"mechanisms\.C05: is set twice"):
        load_scenario("reference", settings=["mechanisms={C05: on}", "mechanisms.C05=off"])
    twice = ["mechanisms={C05: false}", "mechanisms.C05=off"]
    assert load_scenario("reference", settings=twice).mechanisms == {"C05": False}


def test_a_contradiction_is_reported_where_it_was_written_last(tmp_path: Path) -> None:
    parent, child = tmp_path / "parent.yaml", tmp_path / "child.yaml"
    parent.write_text("name: parent\nextends: reference\nmechanisms:\n  C10: on\n", "utf-8")
    child.write_text("name: child\nextends: parent.yaml\n\nmechanisms:\n  C09: off\n", "utf-8")
    for path, settings, place in (
        (child, [], (str(child), 5, "mechanisms.C09")),
        (parent, ["mechanisms.C09=off"], ("--set", None, "mechanisms.C09")),
    ):
        with pytest.raises(InputError, match="C10 is on, but") as caught:
            load_scenario(path, settings=settings)
        assert (caught.value.file, caught.value.line, caught.value.key) == place


def test_unknown_name_names_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'reference'"):
        load_scenario("refrence")


def test_missing_file_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("name: mine\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"no such file.*did you mean '.*mine\.yaml'"):
        load_scenario(tmp_path / "mime.yaml")


def test_wrong_settings_before_wrong_files(tmp_path: Path) -> None:
    """What was typed last is reported first."""
    path = tmp_path / "mine.yaml"
    path.write_text("name: mine\nextends: reference\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_scenario(path, settings=["end=2020-01"])
    assert caught.value.file == "--set"
