"""The crises on record: counted by the rule, and compared with simple accounts."""

from __future__ import annotations

from math import exp, factorial, log

import numpy as np
import pytest

from rift_sim.analysis.crises import accounts, crisis_record, echo_profile, pair_rates
from rift_sim.calendar import Month
from rift_sim.parameters import Beliefs
from rift_sim.seeds import load_ledger


@pytest.fixture(scope="module")
def values() -> dict[str, float]:
    return {name: p.value for name, p in load_ledger().parameters.items()}


def test_acts_within_two_weeks_are_one_crisis() -> None:
    ledger = load_ledger()
    record = crisis_record(ledger)
    assert sum(event.crisis for event in ledger.events.values()) == 9
    assert {year: n for year, n in record.by_year.items() if n} == {2025: 6, 2026: 1}
    assert record.months[0] == Month(2000, 1)
    assert record.counts[record.months.index(Month(2025, 9))] == 1.0


def test_history_has_its_governments() -> None:
    record = crisis_record(load_ledger())
    who = dict(zip(record.months, record.presidents, strict=True))
    assert who[Month(2001, 1)] == who[Month(2012, 1)] == "centre"
    assert who[Month(2002, 7)] == "centre"
    assert who[Month(2002, 8)] == who[Month(2020, 1)] == "right"
    assert who[Month(2025, 1)] == "left"


def test_rates_follow_the_pair_and_past_crises(values: dict[str, float]) -> None:
    record = crisis_record(load_ledger())
    rates = pair_rates(record, values)
    at = dict(zip(record.months, rates, strict=True))
    assert at[Month(2024, 6)] < 0.1 * at[Month(2025, 3)]
    plain = pair_rates(record, values, echo=False)
    assert plain[record.months.index(Month(2025, 3))] == pytest.approx(
        values["crisis_base"] / 12.0 * values["hostility_left"] ** 2
    )
    first = record.months.index(Month(2025, 1))
    assert (rates[first + 1 :] > plain[first + 1 :]).all()
    np.testing.assert_array_equal(rates[: first + 1], plain[: first + 1])


def test_likelihoods_are_those_of_poisson_counts(values: dict[str, float]) -> None:
    record = crisis_record(load_ledger())
    found = {a.name: a for a in accounts(record, values, [values])}
    rate = record.counts.mean()
    by_hand = sum(log(exp(-rate) * rate**n / factorial(int(n))) for n in record.counts)
    assert found["constant"].monthly == pytest.approx(by_hand)
    assert found["step"].monthly > found["constant"].monthly + 10.0
    assert found["pair"].monthly <= found["pair and echo"].monthly
    assert found["constant"].aic == pytest.approx(2.0 - 2.0 * by_hand)


def test_the_record_hardly_says_how_strong_the_echo_is(values: dict[str, float]) -> None:
    profile = echo_profile(crisis_record(load_ledger()), values)
    likelihoods = [value for _, value in profile]
    assert max(likelihoods) - min(likelihoods) < 1.92


def test_nothing_is_fitted_to_the_account_from_the_priors() -> None:
    ledger = load_ledger()
    beliefs, record = Beliefs(ledger), crisis_record(ledger)
    draws = [dict(beliefs.draw(1, k)) for k in range(50)]
    values = {name: p.value for name, p in ledger.parameters.items()}
    model = accounts(record, values, draws)[-1]
    assert model.fitted == 0
    each = [accounts(record, values, [draw])[-1].monthly for draw in draws[:5]]
    assert min(each) <= accounts(record, values, draws[:5])[-1].monthly <= max(each)
