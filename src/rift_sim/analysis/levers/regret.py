"""Regret: what the choice of an option costs, draw by draw, beside the best one there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from rift_sim.analysis.resample import Estimate, draw_again, percentiles
from rift_sim.errors import InputError
from rift_sim.physics.arrays import Floats

__all__ = ["Regret", "lower_is_better", "regrets"]

_LOWER = (
    "presence_alert", "presence_survey", "control", "contested", "presence_alert_population",
    "presence_survey_population", "control_population", "members", "members_armed",
    "members_abroad", "self_defence", "extortion", "newly_displaced", "confined",
    "crossed_border", "displaced_stock", "conflict_deaths", "coca_ha", "crises", "decertified",
)  # fmt: skip
_HIGHER = (
    "members_lost", "returned", "capability", "mobility", "intelligence", "leadership", "force",
    "relationship_index", "us_anticrime",
)  # fmt: skip


class Regret(NamedTuple):
    """What an option costs beside the best option of each draw.

    Attributes
    ----------
    option
        Its name.
    mean
        Mean regret with its 95 % interval.
    p90
        Regret that nine draws in ten do not exceed.
    best
        Share of draws in which it is best; options that are equally good share a draw.
    """

    option: str
    mean: Estimate
    p90: float
    best: float


def lower_is_better(series: str, better: str | None = None) -> bool | None:
    """Say whether lower values of a series are better; None where nobody has said it.

    Parameters
    ----------
    series
        Its name. For most of them a convention says it: less presence, violence and coca, and
        forces and a relationship that are intact.
    better
        ``lower`` or ``higher``, in place of the convention.

    Raises
    ------
    InputError
        When the word is neither.
    """
    words = ("lower", "higher")
    if better is not None:
        if better not in words:
            problem = f"'{better}' is neither lower nor higher"
            raise InputError(problem, key="--better", allowed=words, given=better)
        return better == "lower"
    return series in _LOWER if series in (*_LOWER, *_HIGHER) else None


def regrets(
    options: Sequence[str], outcomes: Floats, *, lower: bool, seed: int = 0, draws: int = 1000
) -> list[Regret]:
    """Compare options draw by draw.

    Parameters
    ----------
    options
        Their names.
    outcomes
        Outcome of each option, shape (draw, option).
    lower
        Whether lower outcomes are better.
    seed, draws
        Of the bootstrap over draws.

    Returns
    -------
    list
        In the order of the options.
    """
    loss = outcomes if lower else -outcomes
    cost = loss - loss.min(axis=1, keepdims=True)
    # Rounding must not decide who is best.
    tie = cost <= 1e-12 * np.maximum(np.abs(loss).max(axis=1, keepdims=True), 1e-300)
    best = (tie / tie.sum(axis=1, keepdims=True)).mean(axis=0)
    weights = draw_again(len(cost), seed=seed, draws=draws) / len(cost)
    samples = weights @ cost
    return [
        Regret(
            option, percentiles(float(cost[:, k].mean()), samples[:, k]),
            float(np.quantile(cost[:, k], 0.9)), float(best[k]),
        )
        for k, option in enumerate(options)
    ]  # fmt: skip
