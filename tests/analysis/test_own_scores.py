"""Scores that ship: chosen, written, read again, and put in words."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from rift_sim.analysis.onset.trial import OnsetRow
from rift_sim.analysis.resample import Estimate
from rift_sim.analysis.validation.origins import Plan
from rift_sim.analysis.validation.own_scores import own_scores, read_scores, scores_text
from rift_sim.analysis.validation.skill import ScoreRow
from rift_sim.ensemble.identity import code_digest
from rift_sim.errors import InputError
from rift_sim.report.skill import skill_of
from rift_sim.seeds import load_ledger

NONE = Estimate(math.nan, math.nan, math.nan)


def score(forecaster: str, crps: float, skill: Estimate, cases: int = 15) -> ScoreRow:
    inside = Estimate(0.5, 0.25, 0.75)
    return ScoreRow(
        "homicides", "national", "victims", "forecast", forecaster, 2020, 2024, cases, 5, crps,
        0.1, 1.0, 1.0, 2.0, inside, inside, skill, NONE, NONE,
    )  # fmt: skip


def onset(forecaster: str) -> OnsetRow:
    auc = Estimate(0.8, 0.7, 0.9)
    return OnsetRow("onset", forecaster, "all", 2019, 2022, 900, 200, auc, auc, 0.1, NONE, NONE)


def test_written_and_read_again(tmp_path: Path) -> None:
    rows = [
        score("model", 3.0, Estimate(0.25, 0.1, 0.4)),
        score("persistence", 4.0, Estimate(0.0, 0.0, 0.0)),
        score("trend", 2.0, Estimate(0.5, 0.4, 0.6)),
        score("climatology", 1.0, Estimate(0.7, 0.6, 0.8), cases=14),
    ]
    plan = Plan([2020, 2021], 2024, replicates=50)
    file = tmp_path / "scores.csv"
    file.write_text(scores_text(rows, [onset("model"), onset("trees")], plan), encoding="utf-8")
    found = read_scores(file)
    assert found.provenance["origins"] == "2020,2021 to 2024, 5 years at most"
    assert found.provenance["replicates"] == "50"
    by_measure = {row.measure: row for row in found.rows}
    assert list(by_measure) == ["skill", "skill_best", "inside_90", "auc"]
    assert by_measure["skill"][-3:] == (0.25, 0.1, 0.4)
    # The best rival is the trend: the climatology has other cases.
    assert by_measure["skill_best"].value == pytest.approx(1.0 - 3.0 / 2.0)
    assert (by_measure["auc"].target, by_measure["auc"].cases) == ("onset", 900)


def test_few_cases_are_left_out() -> None:
    rows = [score("model", 3.0, NONE, cases=4)]
    text = scores_text(rows, [], Plan([2020], 2024))
    assert text.splitlines()[-1].startswith("target,")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a,b\n1,2\n", "no table of scores"),
        ("target,units,mode,first,last,cases,measure,value,low,high\nx,1\n", "a row"),
    ],
)
def test_another_file_is_refused(content: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=words):
        read_scores(tmp_path / "other.csv")


def test_the_shipped_table_is_of_this_code_and_ledger() -> None:
    scores = own_scores()
    assert scores is not None
    present = {"code": code_digest(), "seeds": load_ledger().digest}
    stale = [name for name, value in present.items() if scores.provenance.get(name) != value]
    assert not stale, (
        f"seeds/scores.csv was made with other {' and '.join(stale)}; renew it: "
        f"rift validate --parameters {scores.provenance['parameters']} "
        f"-n {scores.provenance['replicates']} --scores seeds/scores.csv"
    )


def test_the_shipped_table_in_words() -> None:
    scores = own_scores()
    assert scores is not None
    skill = skill_of(scores, [])
    assert skill is not None
    told = {*skill.better, *skill.level, *skill.worse}
    by_target = {
        row.target: row for row in scores.rows if (row.mode, row.measure) == ("forecast", "skill")
    }
    homicides = by_target["homicides"]
    name = "Homicides (police), country"
    assert name in told
    assert (name in skill.better) == (homicides.low > 0.0)
    assert (name in skill.worse) == (homicides.high < 0.0)
    assert all(row.skill and "nan" not in row.skill for row in (*skill.rows, *skill.chances))
