"""Damaged files of every format end in a result or in one error of ours, and write nothing."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzzing import formats, guard, reading

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits of a process as on Linux")

SEED = 20260101
LIMITS = guard.Limits(seconds=20.0)
EACH = 24
"""Cases of each format; the long run is ``python tools/fuzz.py --cases 100000``."""


@pytest.fixture(scope="module", autouse=True)
def prepared() -> None:
    reading.prepare()


@pytest.mark.parametrize("name", formats.FORMATS)
def test_damaged_files_end_well(name: str, tmp_path: Path) -> None:
    found: Counter[str] = Counter()
    for number in range(EACH):
        case = formats.make_case(name, SEED, number)
        result = guard.guarded(case, tmp_path, LIMITS, run=number % 4 == 0)
        assert result.outcome != "failed", f"{case.name}: {result.detail}"
        found[result.outcome] += 1
    assert found["refused"], "the damage does no harm"


@given(name=st.sampled_from(sorted(formats.FORMATS)), number=st.integers(0, 10**6))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_case_ends_well(name: str, number: int, tmp_path: Path) -> None:
    case = formats.make_case(name, SEED + 1, number)
    result = guard.guarded(case, tmp_path, LIMITS)
    assert result.outcome != "failed", f"{case.name}: {result.detail}"


def test_a_case_is_a_function_of_format_seed_and_number() -> None:
    for name in formats.FORMATS:
        one, other = (formats.make_case(name, 3, 5) for _ in range(2))
        assert one == other
        assert any(formats.make_case(name, 3, n) != one for n in range(6, 20))


def _case(read: object, monkeypatch: pytest.MonkeyPatch) -> formats.Case:
    made = formats.Format(lambda _: ({}, ()), read, 1)  # type: ignore[arg-type]
    monkeypatch.setitem(formats.FORMATS, "toy", made)
    return formats.Case("toy", 1, 1, {"a.txt": b"x"}, ())


def _hang(folder: Path, _: tuple[str, ...]) -> None:
    while True:
        pass


def _write(folder: Path, _: tuple[str, ...]) -> None:
    (folder / "b.txt").write_text("x")


def _shout(folder: Path, _: tuple[str, ...]) -> None:
    raise guard.InputError("x" * 100 + "\x1b", key="k")


def _grow(folder: Path, _: tuple[str, ...]) -> None:
    bytearray(400_000_000)[::4096] = b"x" * (400_000_000 // 4096 + 1)


def _raise(folder: Path, _: tuple[str, ...]) -> None:
    raise KeyError("x")


@pytest.mark.parametrize(
    ("read", "says"),
    [(_hang, "took more than"), (_write, "wrote or reached out"), (_raise, "KeyError")],
)
def test_the_guard_sees_what_ends_badly(
    read: object, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = guard.guarded(_case(read, monkeypatch), tmp_path, guard.Limits(seconds=0.2))
    assert result.outcome == "failed"
    assert says in result.detail


def test_the_guard_sees_memory_and_messages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What users wrote is shown as Python would show it, so this message is in order.
    assert guard.guarded(_case(_shout, monkeypatch), tmp_path, LIMITS).outcome == "refused"
    monkeypatch.setattr(guard, "_LONGEST_MESSAGE", 50)
    result = guard.guarded(_case(_shout, monkeypatch), tmp_path, LIMITS)
    assert "a message of 107 characters" in result.detail
    result = guard.guarded(_case(_grow, monkeypatch), tmp_path, LIMITS)
    assert "memory grew" in result.detail
