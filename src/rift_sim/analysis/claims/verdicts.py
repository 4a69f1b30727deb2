"""Every claim put to the test: the same replicates with its cause and without it.

Each test is made under two theories, the document's and a rival one: the same experiment on two
scenarios that believe different things. It has four arms: cause and no cause, with the mechanism
on and switched off. Replicates are paired draw by draw, so that a difference is due to the cause
alone; with the mechanism off it has to be exactly zero. Each replicate has parameters of its own:
shares and intervals say what the priors leave open, not only what chance does.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rift_sim.analysis.claims.trials import THEORIES, Trials
from rift_sim.analysis.paired import interval, read_series, run_series
from rift_sim.calendar import Month
from rift_sim.physics.arrays import Floats
from rift_sim.vocabulary import SERIES

if TYPE_CHECKING:
    from rift_sim.ensemble.reporter import Reporter
    from rift_sim.seeds.claim_records import Claim
    from rift_sim.seeds.ledger import Ledger

__all__ = ["Finding", "judge", "try_claims"]

_SURE, _LIKELY = 0.9, 0.75


class Finding(NamedTuple):
    """What came out for one claim.

    Attributes
    ----------
    claim, theory
        Id of the claim, and the theory under which it was tested.
    intervention, outcome, unit
        What was done, the series that was read, and its unit.
    sign
        What the claim says of the difference.
    replicates
        Pairs compared; 0 where there is no experiment.
    mean, low, high
        Mean paired difference and its 95 % interval.
    share
        Share of the draws in which the difference has the stated sign.
    leak
        Largest difference in any replicate with the mechanism off; 0 as it should be.
    smallest
        Smallest difference of interest.
    label
        ``built in``, ``emergent``, ``supported by data`` or ``later``: where the sign comes from.
    agrees, disagrees, silent
        Ids of outside evidence.
    verdict
        What came out, in words; never asserted beforehand.
    """

    claim: str
    theory: str
    intervention: str
    outcome: str
    unit: str
    sign: str
    replicates: int
    mean: float
    low: float
    high: float
    share: float
    leak: float
    smallest: float
    label: str
    agrees: tuple[str, ...]
    disagrees: tuple[str, ...]
    silent: tuple[str, ...]
    verdict: str


def try_claims(
    ledger: Ledger,
    ids: Sequence[str],
    replicates: int,
    *,
    theories: Sequence[str] = tuple(THEORIES),
    workers: int = 1,
    progress: Reporter | None = None,
) -> list[Finding]:
    """Run the experiments of claims and say what came out, claim by claim under each theory.

    Parameters
    ----------
    ledger, ids, theories
        As in `Trials`; claims without an experiment are listed too.
    replicates
        Pairs for each claim.
    workers
        Number of processes.
    progress
        Told how many replicates there are, and how many are done.

    Raises
    ------
    InputError
        When a replicate of an experiment fails.
    """
    trials = Trials(ledger, ids, theories)
    series = run_series(trials.scenarios, trials.wanted, replicates, workers, progress)
    start = trials.scenarios[0].start if trials.scenarios else Month(2026, 1)
    findings = []
    for name, theory in product(ids, theories):
        claim = ledger.claims[name]
        if claim.experiment is None:
            findings.append(_untested(name, theory, claim))
            continue
        outcome, when = claim.experiment.outcome, claim.experiment.when
        on_with, on_without, off_with, off_without = (
            read_series(series[arm, outcome], when, start) for arm in trials.arms[name, theory]
        )
        leak = float(np.abs(off_with - off_without).max())
        findings.append(judge(name, theory, claim, on_with - on_without, leak))
    return findings


def judge(name: str, theory: str, claim: Claim, difference: Floats, leak: float) -> Finding:
    """Say what paired differences make of a claim.

    Parameters
    ----------
    name, theory, claim
        Id of a claim, theory, and entry of the claim, which has an experiment.
    difference
        Outcome with the cause minus without it, shape (replicate,).
    leak
        Largest difference with the mechanism off.
    """
    test = claim.experiment
    assert test is not None
    direction = 1.0 if test.sign == "+" else -1.0
    mean, low, high = interval(difference)
    share = float((direction * difference > 0.0).mean())
    return _finding(
        name,
        theory,
        claim,
        intervention=test.intervention,
        outcome=test.outcome,
        sign=test.sign,
        replicates=int(difference.size),
        mean=mean,
        low=low,
        high=high,
        share=share,
        leak=leak,
        smallest=test.smallest,
        verdict=_verdict(direction * mean, low * high <= 0.0, share, leak, test.smallest),
    )


def _verdict(effect: float, open_: bool, share: float, leak: float, smallest: float) -> str:
    if leak > 0.0:
        return "not separated: the outcome moves with the mechanism off, too"
    if open_:
        few = "unclear: nearly every draw has the sign, but they are too few"
        return few if share >= _SURE else "not seen: the interval holds zero"
    if effect < 0.0:
        return "the opposite came out"
    if effect < smallest:
        return "as claimed, but too small to matter"
    often = "as claimed in most draws" if share >= _LIKELY else "as claimed on average only"
    return "as claimed" if share >= _SURE else often


def _untested(name: str, theory: str, claim: Claim) -> Finding:
    nan = float("nan")
    return _finding(
        name,
        theory,
        claim,
        intervention="",
        outcome="",
        sign="",
        replicates=0,
        mean=nan,
        low=nan,
        high=nan,
        share=nan,
        leak=nan,
        smallest=nan,
        verdict="not in the model yet" if not claim.alive else "no experiment yet",
    )


def _finding(name: str, theory: str, claim: Claim, *, outcome: str, **fields: Any) -> Finding:
    evidence: dict[str, Any] = {
        stance: tuple(e.id for e in claim.evidence if e.stance == stance)
        for stance in ("agrees", "disagrees", "silent")
    }
    unit = SERIES[outcome].units if outcome else ""
    return Finding(
        claim=name,
        theory=theory,
        outcome=outcome,
        unit=unit,
        label=claim.label.replace("_", " "),
        **evidence,
        **fields,
    )
