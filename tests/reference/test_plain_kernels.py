"""Kernels as plain Python: the same results, found by calling every kernel both ways."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import every_kernel
import numpy as np
import pytest
import test_reference_kernels

from rift_sim.physics import kernel, reach, streams, tally
from rift_sim.physics.reach import Cells

HERE = Path(__file__).parent
TALLIED = ("members", "places", "reports")


@pytest.fixture(scope="module")
def both(north_east: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """What every kernel does in this process, and in one where kernels run the other way."""
    folder = tmp_path_factory.mktemp("both")
    fields = {
        "name": "both", "title": "Both ways", "start": "2026-01", "end": "2026-03", "seed": 11,
        "territory": north_east,
        "assumptions": {"entry_rate": 1.0, "exit_rate": 1.0, "self_defence_formation": 10.0},
    }  # fmt: skip
    (folder / "scenario.json").write_text(json.dumps(fields), encoding="utf-8")
    other = "python" if kernel.COMPILED else "compiled"
    done = subprocess.run(
        [sys.executable, HERE / "every_kernel.py", folder / "scenario.json", folder / "out"],
        env=os.environ | {kernel.VARIABLE: other, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    # A warning of NumPy would stand here: compiled code gives none.
    assert done.stderr == ""
    here = every_kernel.record(every_kernel.world_of(fields))
    return [here, pickle.loads((folder / "out").read_bytes())]


def agree(one: list[Any], other: list[Any], name: str) -> None:
    assert len(one) == len(other), name
    for a, b in zip(one, other, strict=True):
        assert a.shape == b.shape, name
        if a.dtype.kind == b.dtype.kind == "f":
            np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12, err_msg=name)
        else:
            np.testing.assert_array_equal(a, b, err_msg=name)


def test_every_kernel_does_the_same_both_ways(both: list[Any]) -> None:
    here, there = both
    assert here["compiled"] is not there["compiled"]
    assert [name for name, _ in here["calls"]] == [name for name, _ in there["calls"]]
    # The last three are called by `tally_month`.
    called = {name for name, _ in here["calls"]} | {f"tally_{what}" for what in TALLIED}
    assert called >= set(test_reference_kernels.CHECKS)
    for (name, one), (_, other) in zip(here["calls"], there["calls"], strict=True):
        agree(one, other, name)


def test_starts_and_months_are_the_same_both_ways(both: list[Any]) -> None:
    here, there = both
    for what in ("begun", "after", "series"):
        assert len(here[what]) > 20
        agree(here[what], there[what], what)


def test_plain_kernels_have_nothing_to_compile(both: list[Any]) -> None:
    (plain,) = [found for found in both if not found["compiled"]]
    assert plain["uncompiled"] is False


def test_numbers_wrap_around_as_in_compiled_code() -> None:
    rng = np.random.default_rng(3)
    plain = kernel._interpret(streams.stream_key.py_func)  # type: ignore[attr-defined]
    for seed, replicate in rng.integers(0, 2**63 - 1, (50, 2)).tolist():
        key = streams.stream_key(seed, replicate, 24313, 30)
        assert plain(seed, replicate, 24313, 30) == key
        assert type(key) is type(plain(seed, replicate, 24313, 30)) is int


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        (1, "int64"), (-1, "int64"), (2**63 - 1, "int64"), (2**63, "uint64"), (2**64 - 1, "uint64"),
        (1.5, "float64"), (True, "bool"), (np.uint8(3), "uint8"), (streams.Process.ENTRY, "int64"),
    ],
)  # fmt: skip
def test_numbers_are_taken_as_compiled_code_takes_them(given: Any, taken: str) -> None:
    assert kernel._interpret(lambda value: type(value).__name__)(given) == taken


def test_a_kernel_hands_its_numbers_to_another_as_they_are() -> None:
    inner = kernel._interpret(lambda value: value + np.uint64(1))
    outer = kernel._interpret(lambda value: type(inner(value)).__name__)
    assert outer(np.uint64(5)) == "uint64"
    assert type(inner(np.uint64(5))) is int


def test_kernels_run_as_the_variable_says() -> None:
    assert kernel.COMPILED is (os.environ.get(kernel.VARIABLE, "compiled") == "compiled")
    assert hasattr(streams.stream_key, "signatures") is kernel.COMPILED


def test_division_by_zero_gives_what_compiled_code_gives() -> None:
    divide = kernel._interpret(lambda a, b: a / b)
    assert divide(1.0, 0.0) == np.inf
    assert divide(-1, 0) == -np.inf
    assert np.isnan(divide(0.0, 0.0))
    with pytest.raises(ZeroDivisionError):
        1.0 / 0.0  # noqa: B018 -- Python's own numbers do otherwise


def test_the_silence_ends_with_the_kernel() -> None:
    def spoil(a: float) -> float:
        raise RuntimeError(str(a))

    with pytest.raises(RuntimeError):
        kernel._interpret(spoil)(1.0)
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        np.float64(1.0) / np.float64(0.0)
    assert kernel._interpret(lambda a: 1.0 / a)(0.0) == np.inf


def test_bundles_and_names_reach_a_plain_kernel() -> None:
    def share(whole: float, cells: Cells, *, parts: int) -> float:
        return whole / parts + cells.number.sum()

    assert kernel._interpret(share)(1.0, reach.new_cells(2, 3), parts=0) == np.inf


def test_counts_of_many_places_do_not_wrap() -> None:
    """Flags have eight bits; 300 of them add up all the same."""
    places = 300
    flags, found = np.ones(places, dtype=np.uint8), np.zeros(places, dtype=np.uint32)
    for count in (reach._gather, reach._choose):
        arguments = [flags] if count is reach._gather else [flags, np.arange(places)]
        plain = kernel._interpret(count.py_func)  # type: ignore[attr-defined]
        assert plain(*arguments, found) == places
        assert found.tolist() == list(range(places))
    held = Cells(np.array([places], dtype=np.uint32), found[None, :])
    by_department, by_group, living = np.zeros((3, 1)), np.zeros((3, 1)), np.zeros(4)
    surveyed, named = np.zeros((1, 1), dtype=np.uint16), np.zeros(places, dtype=np.uint8)
    kernel._interpret(tally.tally_reports.py_func)(  # type: ignore[attr-defined]
        *[flags[None, :]] * 3, held, np.zeros(places, dtype=np.int32), np.full(places, 2.0),
        by_department, by_group, living, surveyed, named,
    )  # fmt: skip
    assert by_department.tolist() == by_group.tolist() == [[places]] * 3
    assert living.tolist() == [2.0 * places] * 4
    assert surveyed.item() == places
    assert set(named) == {7}


def test_an_unknown_way_is_one_clear_error(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rift_sim.cli", "run", "reference", "-n", "1", "-o", "run"],
        env=os.environ | {kernel.VARIABLE: "pyton"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        "error: RIFT_KERNELS: there is no way 'pyton' to run kernels; "
        "allowed: compiled, python; did you mean 'python'?\n"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("edited", ["physics/streams.py", "initial/presence.py"])
def test_an_edit_means_another_kernel_cache(
    edited: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kernels of `initial` call each other across modules, too."""
    for name in ("physics/kernel.py", "physics/streams.py", "initial/presence.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("before", encoding="utf-8")
    monkeypatch.setattr(kernel, "__file__", str(tmp_path / "physics" / "kernel.py"))
    monkeypatch.setenv("RIFT_CACHE", str(tmp_path / "cache"))
    folder = kernel.kernel_cache.__wrapped__
    first = folder()
    assert first == folder()
    (tmp_path / edited).write_text("after", encoding="utf-8")
    assert folder() != first
