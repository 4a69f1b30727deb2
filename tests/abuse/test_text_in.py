"""Any text whatever: the readers under all others, and names that users type."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from rift_sim.analysis.conditions.expression import parse_expression
from rift_sim.calendar import Month
from rift_sim.errors import InputError
from rift_sim.scenario import load_scenario
from rift_sim.territory.table import read_table
from rift_sim.yamlfile import parse_yaml, read_yaml

MOST = 6_000


def told(error: InputError) -> str:
    """Return the message of a refusal, which is short and can be printed."""
    text = str(error)
    assert text.isprintable()
    assert 0 < len(text) < MOST
    return text


QUIET = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
SIGNS = st.text(
    st.sampled_from("abk019 :-[]{},&*!|>'\"%@`#?~<=.\n\t\0\x85\u2028é\ufeff"), max_size=60
)


@given(SIGNS)
@example("a: " + "[" * 100_000)
@example("- " * 100_000)
@example("? " * 100_000)
@example("a: 0x" + "f" * 10_000)
@example("a: " + "9" * 10_000)
@QUIET
def test_any_text_is_yaml_or_refused(text: str) -> None:
    try:
        found = parse_yaml(text, "x.yaml")
    except InputError as error:
        told(error)
    else:
        assert isinstance(found.data, dict)


@given(st.binary(max_size=80))
@QUIET
def test_any_bytes_are_a_file_or_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x"
    file.write_bytes(content)
    for read in (read_yaml, read_table):
        try:
            read(file)
        except InputError as error:
            told(error)


@given(SIGNS)
@example("(" * 5_000)
@example("not " * 5_000)
@example("control > " + "9" * 5_000)
@QUIET
def test_any_text_is_a_condition_or_refused(text: str) -> None:
    try:
        parse_expression(text)
    except InputError as error:
        told(error)


@given(st.text(max_size=20), SIGNS)
@example("initial." + "a." * 3_000 + "b", "1")
@example("mechanisms.C²", "off")
@example("parameters", '"a\\0b.csv"')
@example("initial.coca", "x" * 5_000 + ".csv")
@example("extends", "x" * 300 + ".yaml")
@QUIET
def test_any_setting_is_taken_or_refused(key: str, value: str) -> None:
    try:
        load_scenario("reference", settings=[f"{key}={value}", "end=2026-03"])
    except InputError as error:
        told(error)


@given(st.text(st.sampled_from("0123456789-٣２"), max_size=10))
@QUIET
def test_a_month_is_written_in_plain_digits(text: str) -> None:
    try:
        month = Month.parse(text)
    except ValueError:
        return
    assert text.startswith(str(month))


@pytest.mark.parametrize("name", ["x" * 300 + ".yaml", "a\0b.yaml", "/dev/zero.yaml/x.yaml"])
def test_what_cannot_be_a_file_is_no_file(name: str) -> None:
    with pytest.raises(InputError, match="no such file"):
        load_scenario(name)
