"""Claims put to the test: arms, exact zeros, verdicts, and the table."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest

from rift_sim.analysis.claims import Trials, choose_claims, judge, try_claims
from rift_sim.analysis.claims_table import to_csv, to_markdown
from rift_sim.cli import main
from rift_sim.errors import InputError
from rift_sim.initial.world import World
from rift_sim.seeds import load_ledger

LEDGER = load_ledger()
TESTED = [name for name, claim in LEDGER.claims.items() if claim.experiment is not None]


def test_the_arms_differ_by_the_cause_alone() -> None:
    trials = Trials(LEDGER, ["C01"])
    assert len(trials.scenarios) == 4
    cause, plain, off_cause, off_plain = (trials.scenarios[k] for k in trials.arms["C01"])
    assert len(cause.timeline) == len(plain.timeline) + 1
    assert not cause.mechanisms
    assert not plain.mechanisms
    assert off_cause.mechanisms["C01"] is off_plain.mechanisms["C01"] is False
    assert cause.timeline == off_cause.timeline
    assert {str(s.end) for s in trials.scenarios} == {"2028-12"}


def test_arms_that_are_the_same_run_once() -> None:
    trials = Trials(LEDGER, ["C01", "C03"])
    assert trials.arms["C01"][1] == trials.arms["C03"][1]
    assert len(trials.scenarios) == 7


def test_what_is_held_is_off_in_every_arm() -> None:
    trials = Trials(LEDGER, ["C05"])
    assert all(scenario.mechanisms["C10"] is False for scenario in trials.scenarios)


def test_all_arms_have_the_same_dimensions() -> None:
    trials = Trials(LEDGER, TESTED)
    groups = {World(scenario).groups for scenario in trials.scenarios[:12]}
    assert len(groups) == 1


def test_with_the_mechanism_off_nothing_moves() -> None:
    """Exactly zero in every replicate, for every claim that has an experiment."""
    found = try_claims(LEDGER, TESTED, 3)
    assert {f.claim: f.leak for f in found if f.leak != 0.0} == {}
    assert all(f.replicates == 3 for f in found)


def test_the_same_claims_give_the_same_findings() -> None:
    one, two = (try_claims(LEDGER, ["C03", "C23"], 4, workers=w) for w in (1, 2))
    assert one == two


def test_the_same_pair_by_itself_or_among_others() -> None:
    alone = try_claims(LEDGER, ["C03"], 3)[0]
    assert try_claims(LEDGER, ["C12", "C03"], 3)[1] == alone


@pytest.mark.parametrize(
    ("difference", "leak", "verdict"),
    [
        ([-0.1, -0.1, -0.12], 0.0, "as claimed"),
        ([-0.1, -0.1, -0.12], 1e-9, "not separated"),
        ([-0.001, -0.0011, -0.001], 0.0, "too small"),
        ([0.1, 0.1, 0.12], 0.0, "the opposite"),
        ([-0.1, 0.1, -0.12], 0.0, "not seen"),
        ([0.0, 0.0, 0.0], 0.0, "not seen"),
        ([-0.3] * 8 + [0.01] * 2, 0.0, "as claimed in most draws"),
        ([-0.9] * 6 + [0.01] * 4, 0.0, "as claimed on average only"),
    ],
)
def test_verdicts_say_what_came_out(difference: list[float], leak: float, verdict: str) -> None:
    found = judge("C01", LEDGER.claims["C01"], np.array(difference), leak)
    assert verdict in found.verdict
    assert found.sign == "-"
    assert found.low <= found.mean <= found.high


def test_unknown_claims_are_refused_and_no_name_means_all() -> None:
    assert choose_claims(LEDGER, []) == list(LEDGER.claims)
    assert choose_claims(LEDGER, ["C02", "C02"]) == ["C02"]
    with pytest.raises(InputError, match="C99"):
        choose_claims(LEDGER, ["C99"])


def test_a_claim_that_is_not_in_the_model_is_listed_as_such() -> None:
    waiting = [name for name, claim in LEDGER.claims.items() if not claim.alive]
    for found in try_claims(LEDGER, waiting, 2):
        assert found.verdict == "not in the model yet"
        assert found.replicates == 0


def test_tables_hold_every_claim_and_its_evidence() -> None:
    found = try_claims(LEDGER, ["C02", "C23"], 2)
    rows = list(csv.DictReader(io.StringIO(to_csv(found))))
    assert [row["claim"] for row in rows] == ["C02", "C23"]
    assert rows[0]["disagrees"] == "E002 CLASHES_2025"
    assert float(rows[1]["mean"]) == found[1].mean
    markdown = to_markdown(found).splitlines()
    assert len(markdown) == 4
    assert "disagrees: E002, CLASHES_2025" in markdown[2]


def test_the_command_prints_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "claims"
    assert main(["claims", "-n", "2", "C23", "--workers", "1", "--out", str(out)]) == 0
    assert "concessions" in capsys.readouterr().out
    assert sorted(f.name for f in tmp_path.iterdir()) == ["claims.csv", "claims.md"]


def test_the_command_refuses_what_it_does_not_know(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["claims", "C99"]) == 2
    assert "C99" in capsys.readouterr().err
    assert main(["claims", "C23", "--out", str(tmp_path / "no" / "claims")]) == 2
    assert not list(tmp_path.iterdir())


def test_the_command_sets_the_crises_beside_the_record(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["crises", "-n", "5"]) == 0
    printed = capsys.readouterr().out
    assert "6 in 2025" in printed
    assert "hardly says" in " ".join(printed.split())
