"""Figures of a validation: they draw, nothing vanishes off an axis, no label covers another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from rift_sim.analysis.forecasts.cases import MODEL, Cases
from rift_sim.analysis.onset.discrimination import Calibration
from rift_sim.analysis.onset.trial import OnsetRow
from rift_sim.analysis.resample import Estimate
from rift_sim.analysis.validation.skill import ScoreRow
from rift_sim.observed import load_targets
from rift_sim.plots import validation
from rift_sim.plots.validation import draw_coverage, draw_onset, draw_ranks, draw_skill

TARGETS = [t for t in load_targets().targets.values() if t.level in ("national", "department")]
NAN = float("nan")


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """Figures as they are written."""
    figures: list[Figure] = []
    write = validation.write_figure

    def keep(figure: Figure, file: Path) -> None:
        write(figure, file)
        figures.append(figure)

    monkeypatch.setattr(validation, "write_figure", keep)
    return figures


def row(target: str, forecaster: str = MODEL, mode: str = "forecast", **change: object) -> ScoreRow:
    skill = Estimate(0.2, -0.1, 0.4)
    inside = Estimate(0.8, 0.6, 0.9)
    plain = ScoreRow(
        target, "department", "ha", mode, forecaster, 2020, 2024, 20, 5, 1.0, 0.1, 9.0, 3.0, 8.0,
        inside, inside, skill, skill, skill,
    )  # fmt: skip
    return plain._replace(**change)


def full(targets: Sequence[str]) -> list[ScoreRow]:
    return [
        row(target, name, mode)
        for target in targets
        for mode in ("conditional", "forecast")
        for name in (MODEL, "persistence", "trend", "climatology", "hurdle")
    ]


def check(figure: Figure, *words: str) -> None:
    """Every text lies on the page, and none covers another."""
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    texts = [t for t in figure.findobj(Text) if t.get_text() and t.get_visible()]  # type: ignore[attr-defined]
    boxes = [(t.get_text(), t.get_window_extent(renderer)) for t in texts]
    for number, (text, box) in enumerate(boxes):
        assert box.x0 >= -1.0, text
        assert box.y0 >= -1.0, text
        assert box.x1 <= figure.bbox.x1 + 1.0, text
        assert box.y1 <= figure.bbox.y1 + 1.0, text
        for other, beside in boxes[number + 1 :]:
            assert not _covers(box, beside), (text, other)
    written = "\n".join(text for text, _ in boxes)
    for word in ("not a prediction", *words):
        assert word in written


def _covers(one: object, other: object) -> bool:
    """Two boxes share more than a pixel each way."""
    wide = min(one.x1, other.x1) - max(one.x0, other.x0)  # type: ignore[attr-defined]
    high = min(one.y1, other.y1) - max(one.y0, other.y0)  # type: ignore[attr-defined]
    return bool(wide > 1.0 and high > 1.0)


@pytest.mark.parametrize("many", [1, 4, len(TARGETS)])
def test_skill_and_coverage_of_few_and_of_many(
    many: int, drawn: list[Figure], tmp_path: Path
) -> None:
    names = [target.id for target in TARGETS[:many]]
    draw_skill(full(names), tmp_path / "skill.png")
    draw_coverage(full(names), tmp_path / "coverage.png")
    for figure in drawn:
        check(figure, names[0].replace("_", " ") + " (20)", "given history's later events")
    assert {path.name for path in tmp_path.iterdir()} == {"skill.png", "coverage.png"}


def test_targets_with_few_cases_are_left_out(drawn: list[Figure], tmp_path: Path) -> None:
    rows = [
        row("coca_department", cases=40),
        row("coca_department", "hurdle", cases=3),
        row("homicides_department", cases=60),
        # The model has too few, though a naive forecast has many.
        row("members", cases=7),
        row("members", "persistence", cases=99),
    ]
    draw_skill(rows, tmp_path / "skill.png")
    (figure,) = drawn
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == ["homicides department (60)", "coca department (40)"]
    draw_skill(rows[3:], tmp_path / "none.png")
    draw_coverage(rows[3:], tmp_path / "none.png")
    assert not (tmp_path / "none.png").exists()


def markers(figure: Figure, axes: int = 0) -> list[tuple[str, float]]:
    """Markers that are drawn, with their place along the axis."""
    return [
        (str(line.get_marker()), float(line.get_xdata()[0]))  # type: ignore[index, arg-type]
        for line in figure.axes[axes].lines
        if line.get_marker() not in ("None", "") and len(line.get_xdata())  # type: ignore[arg-type]
    ]


def test_bad_skill_is_an_arrow(drawn: list[Figure], tmp_path: Path) -> None:
    bad, half = Estimate(-9.0, -12.0, -5.0), Estimate(-3.0, -4.0, 0.5)
    draw_skill([row("a", skill=bad), row("b", skill=half), row("c")], tmp_path / "skill.png")
    (figure,) = drawn
    left, right = figure.axes[0].get_xlim()
    found = markers(figure)
    assert [marker for marker, _ in found] == ["<", "<", "o"]
    assert all(left < place < right for _, place in found)
    # The interval of the second is drawn as far as it can be seen.
    lines = [path.vertices for c in figure.axes[0].collections for path in c.get_paths()]
    assert sorted((v[0, 0], v[1, 0]) for v in lines) == [(left, 0.5), (-0.1, 0.4)]


def test_skill_that_is_not_known_is_not_drawn(drawn: list[Figure], tmp_path: Path) -> None:
    nothing = Estimate(NAN, NAN, NAN)
    draw_skill([row("a", skill=nothing), row("b")], tmp_path / "skill.png")
    assert [place for _, place in markers(drawn[0]) if not np.isnan(place)] == [0.2]


def test_widths_beyond_the_axis_are_arrows(drawn: list[Figure], tmp_path: Path) -> None:
    rows = [
        row(name, forecaster, width_90=width)
        for name, ours in (("a", 0.01), ("b", 8.0), ("c", 900.0), ("d", 16.0))
        for forecaster, width in ((MODEL, ours), ("persistence", 8.0))
    ]
    draw_coverage(rows, tmp_path / "coverage.png")
    (figure,) = drawn
    left, right = figure.axes[1].get_xlim()
    found = markers(figure, axes=1)
    assert [marker for marker, _ in found] == ["<", "o", ">", "o"]
    assert [place for _, place in found][1::2] == [1.0, 2.0]
    assert all(left < place < right for _, place in found)


def test_coverage_without_persistence(drawn: list[Figure], tmp_path: Path) -> None:
    point = [row("a"), row("b"), row("b", "persistence", width_90=0.0)]
    draw_coverage(point, tmp_path / "coverage.png")
    assert markers(drawn[0], axes=1) == []
    assert [place for _, place in markers(drawn[0])] == [80.0, 80.0]


def cases(name: str, count: int = 12) -> Cases:
    target = load_targets().targets[name]
    observed = np.linspace(0.5, 9.5, count)
    members = np.repeat([np.arange(10.0)], count, axis=0)
    year = np.full(count, 2020)
    return Cases(target, year, year, np.full(count, "05"), observed, {MODEL: members})


@pytest.mark.parametrize("many", [1, 3, len(TARGETS)])
def test_ranks(many: int, drawn: list[Figure], tmp_path: Path) -> None:
    found = {("forecast", target.id): cases(target.id) for target in TARGETS[:many]}
    found |= {("conditional", target.id): cases(target.id) for target in TARGETS[:many]}
    draw_ranks(found, tmp_path / "ranks.png")
    (figure,) = drawn
    check(figure, "rank")
    assert len(figure.axes) == many
    heights = [patch.get_height() for patch in figure.axes[0].patches]
    assert sum(heights) == pytest.approx(12.0)


def test_ranks_of_few_cases_are_not_drawn(tmp_path: Path) -> None:
    draw_ranks({("forecast", "members"): cases("members", 7)}, tmp_path / "ranks.png")
    assert not (tmp_path / "ranks.png").exists()


FORECASTERS = (
    "model", "model, later events known", "department share", "neighbour share",
    "logistic, other departments", "boosted, other departments",
    "logistic, earlier transition", "boosted, earlier transition",
)  # fmt: skip


CURVE = Calibration(np.array([0.1, 0.5]), np.array([0.2, 0.4]), np.array([9.0, 9.0]))


def onset(name: str, area: float, event: str = "onset") -> OnsetRow:
    found = Estimate(area, area - 0.05, area + 0.05)
    return OnsetRow(event, name, "", 2019, 2022, 927, 250, found, found, 0.2, found, found)


@pytest.mark.parametrize("many", [1, len(FORECASTERS)])
def test_onset(many: int, drawn: list[Figure], tmp_path: Path) -> None:
    rows = [onset(name, 0.7) for name in FORECASTERS[:many]]
    shown = dict.fromkeys(FORECASTERS[: min(2, many)], CURVE)
    draw_onset([*rows, onset("model", 0.9, "exit")], shown, tmp_path / "onset.png")
    (figure,) = drawn
    check(figure, "250 of 927 municipalities", *(name[:8] for name in FORECASTERS[:many]))
    assert len(markers(figure)) == 2 * many


def test_an_area_below_chance_is_seen(drawn: list[Figure], tmp_path: Path) -> None:
    rows = [onset("model", 0.7), onset("department share", 0.2)]
    draw_onset(rows, {"model": CURVE}, tmp_path / "onset.png")
    left, right = drawn[0].axes[0].get_xlim()
    assert all(left < place < right for _, place in markers(drawn[0]))
    draw_onset([onset("model", NAN)], {"model": CURVE}, tmp_path / "nothing.png")
    assert (tmp_path / "nothing.png").is_file()


def test_without_onset_there_is_no_figure(tmp_path: Path) -> None:
    draw_onset([onset("model", 0.7, "exit")], {}, tmp_path / "onset.png")
    assert not (tmp_path / "onset.png").exists()
