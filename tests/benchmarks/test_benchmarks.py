"""The benchmarks: they run, and what they compute from what they time is right."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

# The benchmarks are not part of the package; tests run from a checkout.
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.flee_comparison import graph  # noqa: E402
from benchmarks.growth import Trace, departures, marginal  # noqa: E402
from benchmarks.measure import Row, Section, Spread, bootstrap, interleave, ratios, spread  # noqa: E402
from benchmarks.pairing import ChanceModel, chance_variances, variance_ratio  # noqa: E402
from benchmarks.processes import has_proc, peak_memory  # noqa: E402
from benchmarks.report import BEGIN, END, figure, merge  # noqa: E402

from rift_sim.initial.world import World  # noqa: E402
from rift_sim.model import RiftModel  # noqa: E402
from rift_sim.scenario import Scenario  # noqa: E402


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_one_benchmark_prints_a_table_and_writes_it_between_the_marks(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text(f"before\n{BEGIN}\n\n### Dask\n\nold\n\n{END}\nafter\n", encoding="utf-8")
    done = run("--quick", "--repeat", "1", "--only", "startup", "--write", str(document))
    assert done.returncode == 0, done.stderr
    assert "rift --help : import mesa" in done.stdout
    text = document.read_text(encoding="utf-8")
    assert text.startswith(f"before\n{BEGIN}\n\n### Start-up\n")
    assert text.endswith(f"{END}\nafter\n")
    assert re.search(r"\| rift check reference : import mesa \| \d+\.\d", text)
    assert "quick sizes, 1 rounds" in text
    assert "### Dask\n\nold\n" in text


def test_what_is_missing_is_said_and_does_not_end_the_run() -> None:
    done = run("--quick", "--repeat", "1", "--only", "flee", "--flee-python", "no-such-python")
    assert done.returncode == 0, done.stderr
    assert "Flee: Not measured: no-such-python" in done.stdout


@pytest.mark.parametrize("arguments", [("--repeat", "0"), ("--only", "nonsense")])
def test_bad_arguments_are_refused(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_document_without_marks_is_refused_before_anything_is_measured(tmp_path: Path) -> None:
    document = tmp_path / "other.md"
    document.write_text(f"{END} {BEGIN}", encoding="utf-8")
    done = run("--quick", "--only", "startup", "--write", str(document))
    assert done.returncode == 2
    assert "no place" in done.stderr
    assert document.read_text(encoding="utf-8") == f"{END} {BEGIN}"


def test_arms_take_turns() -> None:
    order: list[str] = []

    def arm(name: str, value: float) -> Callable[[], float]:
        def measure() -> float:
            order.append(name)
            return value

        return measure

    found = interleave({"a": arm("a", 2.0), "b": arm("b", 1.0)}, 3)
    assert order == ["a", "b"] * 3
    assert found == {"a": [2.0] * 3, "b": [1.0] * 3}


def test_a_machine_that_slows_down_leaves_ratios_as_they_are() -> None:
    slower = [1.0, 2.0, 4.0]
    assert ratios([10.0 / s for s in slower], [5.0 / s for s in slower]) == [2.0] * 3
    assert spread([3.0, 1.0, 2.0]) == Spread(2.0, 1.0, 3.0)
    with pytest.raises(ValueError, match="no values"):
        spread([])


def test_bootstrap_interval_has_the_width_of_the_standard_error() -> None:
    values = np.random.default_rng(3).normal(5.0, 2.0, 400)
    found = bootstrap(lambda sample: float(sample.mean()), values)
    assert found.median == values.mean()
    assert found.low < values.mean() < found.high
    expected = 2 * 1.96 * values.std() / 20
    assert found.high - found.low == pytest.approx(expected, rel=0.1)
    assert found == bootstrap(lambda sample: float(sample.mean()), values)


def test_variance_ratio_counts_chance_only() -> None:
    generator = np.random.default_rng(5)
    effect = 100.0 * generator.normal(size=(500, 1))  # Differs between draws; must not count.
    shared, own, other = generator.normal(size=(3, 500, 10))
    # Var paired 2 * 0.25, independent 2 * (1 + 0.25): 5 times as much.
    variances = chance_variances(effect + shared + 0.5 * own, shared + 0.5 * other)
    assert variances.shape == (500, 2)
    assert variance_ratio(variances) == pytest.approx(5.0, rel=0.1)
    assert variance_ratio(chance_variances(effect + own, other)) == pytest.approx(1.0, rel=0.1)


def test_chance_begins_after_the_start(make_scenario: Callable[..., Scenario]) -> None:
    world = World(make_scenario(small=True))
    same, other = (ChanceModel(world, replicate=3, chance=c) for c in (world.scenario.seed, 99))
    plain = RiftModel(world=world, replicate=3)
    assert dict(same.draw) == dict(other.draw) == dict(plain.draw)
    for name in ("armed", "coca", "resident", "frailty", "noise"):
        assert np.array_equal(getattr(same.state, name), getattr(other.state, name))
    for _ in range(6):
        for model in (same, other, plain):
            model.step()
    assert np.array_equal(same.state.noise, plain.state.noise)
    assert np.array_equal(same.state.resident, plain.state.resident)
    assert not np.array_equal(other.state.noise, plain.state.noise)


def test_marginal_time_of_an_even_run_does_not_depart_from_it() -> None:
    counts = list(range(25, 401, 25))
    even = marginal(counts, [10.0 + 0.1 * n for n in counts], [100, 200, 400])
    assert even[0] == pytest.approx([0.1, 0.1])
    assert even[1] == pytest.approx(0.1)
    later = [0.1 * n + 0.1 * max(0, n - 200) for n in counts]
    slower = marginal(counts, later, [100, 200, 400])
    assert slower[0] == pytest.approx([0.1, 0.2])
    parts = departures([slower, slower])
    assert parts[0] == pytest.approx([0.6, 0.6])
    assert parts[1] == pytest.approx([1.2, 1.2])


def test_trace_adds_up_blocks() -> None:
    trace = Trace([50])
    for _ in range(3):
        trace.advance(25)
    assert trace.counts == [25, 50, 75]
    assert trace.seconds == sorted(trace.seconds)
    assert trace.cpu_counts == ([50] if has_proc() else [])


@pytest.mark.skipif(not has_proc(), reason="needs /proc")
def test_memory_of_children_counts() -> None:
    hungry = "import time; held = bytearray(200 * 2**20); time.sleep(0.5)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {hungry!r}])"
    alone = peak_memory([sys.executable, "-c", "import time; time.sleep(0.2)"], every=0.01)
    found = peak_memory([sys.executable, "-c", parent], every=0.01)
    assert alone < 100 * 2**20
    assert 200 * 2**20 < found < 400 * 2**20
    with pytest.raises(RuntimeError, match="failed"):
        peak_memory([sys.executable, "-c", "raise SystemExit(3)"])


def test_map_for_flee_is_ours() -> None:
    found = graph()
    kinds = [kind for _, kind, _ in found["places"]]
    assert len(kinds) == 1122
    assert kinds.count("camp") == 33
    assert kinds.count("conflict_zone") == pytest.approx((1122 - 33) / 28, abs=2)
    pairs = {frozenset((a, b)) for a, b, _ in found["links"]}
    assert len(pairs) == len(found["links"])
    names = {name for name, _, _ in found["places"]}
    assert set().union(*pairs) <= names
    assert all(0.0 < distance < 800.0 for _, _, distance in found["links"])


@pytest.mark.parametrize(
    ("value", "text"),
    [(2674.4, "2,674"), (100.0, "100"), (1.9481, "1.95"), (0.0314, "0.0314"), (1.6e-5, "1.60e-05")],
)
def test_figures(value: float, text: str) -> None:
    assert figure(value) == text


def test_new_results_replace_old_ones_and_nothing_else() -> None:
    order = ["Speed", "Growth", "Memory"]
    memory = Section("Memory", "w.", [Row("peak", Spread(1.0, 0.9, 1.1), "GiB", "< 1.5", True)])
    text = merge("", memory, "today", order)
    text = merge(text, Section("Speed", "fast.", [Row("a", Spread(2, 2, 2), "x")]), "today", order)
    assert text.index("### Speed") < text.index("### Memory")
    assert "| peak | 1 | 0.9 - 1.1 | GiB | < 1.5 | yes |" in text
    again = merge(text, Section("Memory", "Not measured: no /proc."), "tomorrow", order)
    assert again == text
    fresh = Section("Memory", "w.", [Row("peak", Spread(3.0, 3.0, 3.0), "GiB", "< 1.5", False)])
    changed = merge(text, fresh, "tomorrow", order)
    assert "| peak | 3 |  | GiB | < 1.5 | no |" in changed
    assert "| peak | 1 |" not in changed
    assert changed.count("### ") == 2
