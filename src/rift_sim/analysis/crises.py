"""The crises on record, and how well simple accounts of them explain when they came.

**Coding rule.** A crisis is a public act by which one government punishes or threatens the
other or its officials, or withholds cooperation from it: tariffs and entry bans, recalled
envoys, decertification, revoked visas, frozen assets, the end of aid or of intelligence
sharing, threats of attack. Global measures, acts against armed groups and third countries do
not count. Acts within 14 days of the one before belong to the same crisis; it is dated by
the first. The events that count carry ``crisis: true`` in ``seeds/facts.yaml``.

Before 2022 the list of events is not complete; that no act of this kind is on it for
2000-2021 is a statement from memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from math import lgamma, log
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rift_sim.calendar import Month
from rift_sim.physics.arrays import Floats
from rift_sim.physics.relationship import crisis_rate, echo_step

if TYPE_CHECKING:
    from rift_sim.seeds.ledger import Ledger

__all__ = [
    "SAME_CRISIS_DAYS",
    "Account",
    "CrisisRecord",
    "accounts",
    "crisis_record",
    "echo_profile",
    "pair_rates",
]

SAME_CRISIS_DAYS = 14
FIRST, STEP, LAST = Month(2000, 1), Month(2025, 1), Month(2026, 7)
_FEBRUARY_2025 = Month(2025, 2)


class CrisisRecord(NamedTuple):
    """Crises month by month, and who governed Colombia.

    Attributes
    ----------
    months
        From January 2000 on.
    counts
        Crises, shape (month,).
    presidents
        Type of president for most of the month.
    """

    months: tuple[Month, ...]
    counts: Floats
    presidents: tuple[str, ...]

    @property
    def by_year(self) -> dict[int, int]:
        """Crises by year; the last year may not be whole."""
        found: dict[int, int] = {}
        for month, count in zip(self.months, self.counts, strict=True):
            found[month.year] = found.get(month.year, 0) + int(count)
        return found


class Account(NamedTuple):
    """How well one account of the crises explains when they came.

    Attributes
    ----------
    name, meaning
        Short name and one sentence.
    fitted
        How many numbers were fitted to the same record.
    monthly, yearly
        Log-likelihood of monthly and of yearly counts (Poisson); yearly is None where
        counts of a year depend on one another.
    """

    name: str
    meaning: str
    fitted: int
    monthly: float
    yearly: float | None

    @property
    def aic(self) -> float:
        """Akaike's criterion from monthly counts; lower is better."""
        return 2.0 * self.fitted - 2.0 * self.monthly


def crisis_record(ledger: Ledger) -> CrisisRecord:
    """Count the crises of the ledger by the coding rule, month by month."""
    months = tuple(Month.from_index(k) for k in range(FIRST.index, LAST.index + 1))
    counts = np.zeros(len(months))
    before: date | None = None
    acts = sorted(date.fromisoformat(e.date) for e in ledger.events.values() if e.crisis)
    for act in acts:
        if before is None or (act - before).days > SAME_CRISIS_DAYS:
            counts[Month(act.year, act.month).index - FIRST.index] += 1.0
        before = act
    took_office = sorted(
        (Month.parse(e.date), e.president) for e in ledger.events.values() if e.president
    )
    # Whoever takes office on 7 August governs for most of that month.
    presidents = tuple(
        [kind for start, kind in took_office if start <= month][-1] for month in months
    )
    return CrisisRecord(months, counts, presidents)


def pair_rates(
    record: CrisisRecord, parameters: Mapping[str, float], *, echo: bool = True
) -> Floats:
    """Return the expected crises of each month, given those before it; shape (month,).

    The relationship of `rift_sim.agents.relationship`, with history's governments and
    without its smaller terms (China, stakeholders).
    """
    pending = 0.0
    rates = np.empty(len(record.months))
    for k, (month, president) in enumerate(zip(record.months, record.presidents, strict=True)):
        factor = 1.0 if month >= _FEBRUARY_2025 else parameters["us_earlier_factor"]
        if month == STEP:
            # The administration took office on the 20th.
            factor = (19.0 * factor + 12.0) / 31.0
        hostility = parameters[f"hostility_{president}"] * factor
        rates[k] = crisis_rate(parameters["crisis_base"], hostility, pending, 0.0)
        if echo:
            pending = echo_step(
                pending,
                int(record.counts[k]),
                parameters["crisis_echo"],
                parameters["crisis_echo_months"],
            )
    return rates


def _likelihood(counts: Floats, rates: Floats) -> float:
    """Return the Poisson log-likelihood; a count where the rate is 0 is impossible."""
    total = 0.0
    for count, rate in zip(counts.tolist(), rates.tolist(), strict=True):
        if count > 0.0 and rate <= 0.0:
            return -np.inf
        total += (count * log(rate) if count > 0.0 else 0.0) - rate - lgamma(count + 1.0)
    return total


def _yearly(record: CrisisRecord, rates: Floats) -> float:
    years = np.array([month.year for month in record.months])
    each = np.unique(years)
    counts = np.array([record.counts[years == y].sum() for y in each])
    return _likelihood(counts, np.array([rates[years == y].sum() for y in each]))


def accounts(
    record: CrisisRecord, parameters: Mapping[str, float], draws: list[Mapping[str, float]]
) -> list[Account]:
    """Compare accounts of the record.

    Parameters
    ----------
    record
        From `crisis_record`.
    parameters
        Central values of the model's parameters.
    draws
        Draws from their priors, for the account that nothing is fitted to.

    Returns
    -------
    list
        A constant rate; a step at January 2025; the pair of governments, its base rate
        fitted; the same with the echo; and the model out of its priors.
    """
    counts, after = record.counts, np.array([m >= STEP for m in record.months])
    constant = np.full(counts.size, counts.mean())
    step = np.where(after, counts[after].mean(), counts[~after].mean())
    plain = pair_rates(record, parameters, echo=False)
    plain *= counts.sum() / plain.sum()  # the maximum over the base rate
    profile = echo_profile(record, parameters)
    best = max(profile, key=lambda row: row[1])
    return [
        Account(
            "constant",
            "one rate for all months",
            1,
            _likelihood(counts, constant),
            _yearly(record, constant),
        ),
        Account(
            "step",
            "one rate before January 2025, one from then on",
            2,
            _likelihood(counts, step),
            _yearly(record, step),
        ),
        Account(
            "pair",
            "hostility of the two governments squared; base rate fitted",
            1,
            _likelihood(counts, plain),
            _yearly(record, plain),
        ),
        Account(
            "pair and echo",
            f"the same, and each crisis brings {best[0]:.2f} more; base rate and echo fitted",
            2,
            best[1],
            None,
        ),
        Account(
            "model",
            "pair and echo out of the priors, mean likelihood",
            0,
            _mean_likelihood([_likelihood(counts, pair_rates(record, drawn)) for drawn in draws]),
            None,
        ),
    ]


def _mean_likelihood(logs: list[float]) -> float:
    most = max(logs)
    return most + log(sum(np.exp(value - most) for value in logs) / len(logs))


def echo_profile(
    record: CrisisRecord, parameters: Mapping[str, float], grid: Floats | None = None
) -> list[tuple[float, float]]:
    """Return the log-likelihood for given strengths of the echo, the base rate fitted anew.

    Parameters
    ----------
    record, parameters
        As in `accounts`.
    grid
        Crises that a crisis brings (branching ratio), below 1; 0 to 0.9 if not given.

    Returns
    -------
    list
        Pairs of branching ratio and log-likelihood of monthly counts. An echo is identified
        where they differ by more than about 2.
    """
    from scipy.optimize import minimize_scalar

    found = []
    for ratio in np.linspace(0.0, 0.9, 10) if grid is None else grid:
        given = {**parameters, "crisis_echo": float(ratio)}

        def loss(log_base: float, given: dict[str, float] = given) -> float:
            rates = pair_rates(record, {**given, "crisis_base": float(np.exp(log_base))})
            return -_likelihood(record.counts, rates)

        best = minimize_scalar(loss, bounds=(-3.0, 5.0), method="bounded")
        found.append((float(ratio), -float(best.fun)))
    return found
