"""Claims put to the test: arms, exact zeros, verdicts, and the table."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from rift_sim.analysis.claims.table import columns, sources, to_csv, to_markdown
from rift_sim.analysis.claims.trials import THEORIES, Trials, choose_claims, choose_theories
from rift_sim.analysis.claims.verdicts import Finding, judge, try_claims
from rift_sim.cli import main
from rift_sim.errors import InputError
from rift_sim.initial.world import World
from rift_sim.scenario import load_scenario
from rift_sim.seeds import load_ledger

LEDGER = load_ledger()
TESTED = [name for name, claim in LEDGER.claims.items() if claim.experiment is not None]


@pytest.fixture(scope="module")
def every_claim() -> list[Finding]:
    """What three replicates say of every claim under each theory."""
    return try_claims(LEDGER, list(LEDGER.claims), 3)


def test_the_arms_differ_by_the_cause_alone() -> None:
    trials = Trials(LEDGER, ["C01"], ["document"])
    assert len(trials.scenarios) == 4
    arms = trials.arms["C01", "document"]
    cause, plain, off_cause, off_plain = (trials.scenarios[k] for k in arms)
    assert len(cause.timeline) == len(plain.timeline) + 1
    assert not cause.mechanisms
    assert not plain.mechanisms
    assert off_cause.mechanisms["C01"] is off_plain.mechanisms["C01"] is False
    assert cause.timeline == off_cause.timeline
    assert {str(s.end) for s in trials.scenarios} == {"2028-12"}


def test_arms_that_are_the_same_run_once() -> None:
    trials = Trials(LEDGER, ["C01", "C03"])
    for theory in THEORIES:
        assert trials.arms["C01", theory][1] == trials.arms["C03", theory][1]
    assert len(trials.scenarios) == 7 * len(THEORIES)


def test_theories_differ_by_what_they_believe_alone() -> None:
    trials = Trials(LEDGER, ["C13"])
    document, rival = (
        [trials.scenarios[k] for k in trials.arms["C13", theory]] for theory in THEORIES
    )
    believed = load_scenario("rival-theory").assumptions
    for one, other in zip(document, rival, strict=True):
        assert not one.assumptions
        assert other.assumptions == believed
        assert one.timeline == other.timeline
        assert one.history == other.history
        assert one.mechanisms == other.mechanisms


def test_what_is_held_is_off_in_every_arm() -> None:
    trials = Trials(LEDGER, ["C05"])
    assert all(scenario.mechanisms["C10"] is False for scenario in trials.scenarios)


def test_all_arms_have_the_same_dimensions() -> None:
    trials = Trials(LEDGER, TESTED)
    groups = {World(scenario).groups for scenario in trials.scenarios[:12]}
    assert len(groups) == 1


def test_with_the_mechanism_off_nothing_moves(every_claim: list[Finding]) -> None:
    """Exactly zero in every replicate, for every claim with an experiment, under each theory."""
    found = [f for f in every_claim if f.claim in TESTED]
    assert [(f.claim, f.theory) for f in found] == [(c, t) for c in TESTED for t in THEORIES]
    assert {(f.claim, f.theory): f.leak for f in found if f.leak != 0.0} == {}
    assert all(f.replicates == 3 for f in found)


def test_the_same_claims_give_the_same_findings() -> None:
    one, two = (try_claims(LEDGER, ["C03", "C23"], 4, workers=w) for w in (1, 2))
    assert one == two


def test_the_same_pair_by_itself_or_among_others() -> None:
    alone = try_claims(LEDGER, ["C03"], 3)
    assert try_claims(LEDGER, ["C12", "C03"], 3)[2:] == alone
    for k, theory in enumerate(THEORIES):
        assert try_claims(LEDGER, ["C03"], 3, theories=[theory]) == [alone[k]]


@pytest.mark.parametrize(
    ("difference", "leak", "verdict"),
    [
        ([-0.1, -0.1, -0.12], 0.0, "as claimed"),
        ([-0.1, -0.1, -0.12], 1e-9, "not separated"),
        ([-0.001, -0.0011, -0.001], 0.0, "too small"),
        ([0.1, 0.1, 0.12], 0.0, "the opposite"),
        ([-0.1, 0.1, -0.12], 0.0, "not seen"),
        ([0.0, 0.0, 0.0], 0.0, "not seen"),
        ([-0.1, -0.1, -9.0], 0.0, "unclear"),
        ([-0.3] * 8 + [0.01] * 2, 0.0, "as claimed in most draws"),
        ([-0.9] * 6 + [0.01] * 4, 0.0, "as claimed on average only"),
    ],
)
def test_verdicts_say_what_came_out(difference: list[float], leak: float, verdict: str) -> None:
    found = judge("C01", "document", LEDGER.claims["C01"], np.array(difference), leak)
    assert verdict in found.verdict
    assert found.sign == "-"
    assert found.low <= found.mean <= found.high


def test_unknown_claims_are_refused_and_no_name_means_all() -> None:
    assert choose_claims(LEDGER, []) == list(LEDGER.claims)
    assert choose_claims(LEDGER, ["C02", "C02"]) == ["C02"]
    with pytest.raises(InputError, match="C99"):
        choose_claims(LEDGER, ["C99"])


def test_theories_are_chosen_by_name() -> None:
    assert choose_theories("both") == list(THEORIES) == ["document", "rival"]
    assert choose_theories("rival") == ["rival"]
    with pytest.raises(InputError, match=r"document, rival, both; did you mean 'rival'"):
        choose_theories("rivla")


def test_the_theories_part_where_aid_matters() -> None:
    """Aid that is small otherwise moves mobility and training hardly; the rest stays."""
    found = {(f.claim, f.theory): f for f in try_claims(LEDGER, ["C01", "C23", "C28"], 6)}
    assert found["C01", "rival"].mean > 0.3 * found["C01", "document"].mean
    # What aid feeds, it feeds more: its view is that members rise with aid (C28).
    assert found["C28", "rival"].mean > max(0.0, found["C28", "document"].mean)
    assert found["C23", "rival"].mean == found["C23", "document"].mean


def test_a_claim_that_is_not_in_the_model_is_listed_as_such() -> None:
    waiting = [name for name, claim in LEDGER.claims.items() if not claim.alive]
    for found in try_claims(LEDGER, waiting, 2):
        assert found.verdict == "not in the model yet"
        assert found.replicates == 0


def test_tables_hold_every_claim_and_its_evidence() -> None:
    found = try_claims(LEDGER, ["C02", "C23"], 2)
    rows = list(csv.DictReader(io.StringIO(to_csv(found))))
    assert [row["claim"] for row in rows] == ["C02", "C02", "C23", "C23"]
    assert [row["theory"] for row in rows] == ["document", "rival"] * 2
    assert rows[0]["disagrees"] == "E002 CLASHES_2025"
    assert float(rows[1]["mean"]) == pytest.approx(found[1].mean, rel=1e-5)
    heading, _, *rest = to_markdown(found).splitlines()
    assert len(rest) == 2
    assert "disagrees: E002, CLASHES_2025" in rest[0]
    assert {line.count(" | ") for line in (heading, *rest)} == {12}
    cells = dict(zip(heading.split(" | "), rest[0].split(" | "), strict=True))
    for one in found[:1]:
        assert cells[f"{one.theory}: verdict"] == one.verdict
        assert cells[f"{one.theory}: mean difference [95 %]"].startswith(f"{one.mean:,.0f} [")
        assert cells[f"{one.theory}: share with the sign"] == f"{one.share:.2f}"
    assert cells["mechanism off"] == "0 / 0"


def test_evidence_is_listed_with_its_source() -> None:
    text = sources(LEDGER, try_claims(LEDGER, ["C02", "C21"], 2))
    assert "- dube_naidu_2010: E002\n" in text
    named = [name for line in text.splitlines() for name in line.partition(": ")[2].split(", ")]
    wanted = {e.id for claim in ("C02", "C21") for e in LEDGER.claims[claim].evidence}
    assert {name for name in named if name} == wanted


def printed(findings: list[Finding], width: int) -> str:
    console = Console(width=width, file=io.StringIO(), color_system=None)
    console.print(columns(findings))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_table_of_a_terminal_holds_both_theories_in_120_columns(
    every_claim: list[Finding],
) -> None:
    found = every_claim
    text = printed(found, 120)
    assert max(map(len, text.splitlines())) <= 120
    assert "\u2026" not in text  # nothing is cut off
    for one in found:
        if one.replicates:
            assert f"{one.share:.2f}: " in text
            assert one.outcome in text
    # No number is broken over two lines.
    assert text.count("[") == text.count("]") == 2 * len(TESTED) + len(THEORIES)
    assert all(line.count("[") == line.count("]") for line in text.splitlines())
    assert printed(found[:1], 120).count("document") == 1


def test_a_claim_that_data_support_says_so() -> None:
    claim = LEDGER.claims["C05"].model_copy(update={"label": "supported_by_data"})
    assert type(claim).model_validate(claim.model_dump(by_alias=True)) == claim
    found = judge("C05", "document", claim, np.array([0.1, 0.2, 0.1]), 0.0)
    assert found.label == "supported by data"
    assert "supported by data" in to_csv([found])
    assert "| supported by data |" in to_markdown([found])
    assert "supported" in printed([found], 120)


def test_the_command_prints_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "claims"
    assert main(["claims", "-n", "2", "C23", "--workers", "1", "--out", str(out)]) == 0
    told = capsys.readouterr().out
    assert "concessions" in told
    assert "document" in told
    assert "rival" in told
    assert main(["claims", "-n", "2", "C23", "--workers", "1", "--theory", "rival"]) == 0
    assert "document" not in capsys.readouterr().out
    assert sorted(f.name for f in tmp_path.iterdir()) == ["claims.csv", "claims.md"]


def test_the_command_refuses_what_it_does_not_know(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["claims", "C99"]) == 2
    assert "C99" in capsys.readouterr().err
    assert main(["claims", "--theory", "rivals"]) == 2
    assert "--theory: there is no theory 'rivals'" in capsys.readouterr().err
    assert main(["claims", "C23", "--out", str(tmp_path / "no" / "claims")]) == 2
    assert not list(tmp_path.iterdir())


def test_the_command_replaces_a_table_only_when_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = tmp_path / "claims.md"
    old.write_text("mine", encoding="utf-8")
    asked = ["claims", "-n", "2", "C23", "--workers", "1", "--out", str(tmp_path / "claims")]
    assert main(asked) == 2
    assert "--force" in capsys.readouterr().err
    assert old.read_text(encoding="utf-8") == "mine"
    assert main([*asked, "--force"]) == 0
    assert "C23" in old.read_text(encoding="utf-8")


def test_the_command_sets_the_crises_beside_the_record(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["crises", "-n", "5"]) == 0
    printed = capsys.readouterr().out
    assert "6 in 2025" in printed
    assert "hardly says" in " ".join(printed.split())
