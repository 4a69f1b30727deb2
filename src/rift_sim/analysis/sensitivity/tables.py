"""A study as tables: effects and shares by factor, variances by quantity, ties of parameters."""

from __future__ import annotations

import math

from rift_sim.analysis.resample import Estimate
from rift_sim.analysis.sensitivity.study import Result, Study
from rift_sim.outputs import csv_text
from rift_sim.vocabulary import SERIES

__all__ = ["factors_csv", "ties_csv", "unit_of", "variances_csv"]

_NONE = Estimate(math.nan, math.nan, math.nan)


def unit_of(result: Result) -> str:
    """Return the unit of a quantity."""
    return SERIES[result.quantity.series].units


def factors_csv(study: Study) -> str:
    """Write a row for each quantity and factor.

    Effects are in the unit of the quantity, shares are of the variance that parameters make.
    """
    bounds = ("", "_low", "_high")
    head = [
        "quantity", "unit", "factor", "parameters", "section", "mechanisms", "history",
        *(f"effect{end}" for end in bounds), "mean_effect", "spread", "noise",
        *(f"{name}{end}" for name in ("first", "total") for end in bounds),
    ]  # fmt: skip
    sections = {parameter.name: parameter.section for parameter in study.inputs.parameters}
    rows = []
    for result in study.results:
        effects = {effect.factor: effect for effect in result.effects}
        shares = {share.factor: share for share in result.indices.shares} if result.indices else {}
        for factor in dict.fromkeys([*shares, *effects]):
            effect, share = effects.get(factor), shares.get(factor)
            members = study.members[factor]
            numbers = [*(effect.size if effect else _NONE)]
            numbers += [effect.mean, effect.spread, effect.noise] if effect else [math.nan] * 3
            numbers += [*share.first, *share.total] if share else [math.nan] * 6
            words = [sections[members[0]], " ".join(study.claims(factor)), study.said(factor)]
            named = [str(result.quantity), unit_of(result), factor, len(members), *words]
            rows.append([*named, *numbers])
    return csv_text(head, rows)


def variances_csv(study: Study) -> str:
    """Write a row for each quantity: mean, standard deviation, chance, parameters not varied."""
    head = [
        "quantity", "unit", "mean", "standard_deviation", "chance", "chance_low", "chance_high",
        "others", "others_low", "others_high",
    ]  # fmt: skip
    rows = []
    for result in study.results:
        if result.indices is not None:
            found = result.indices
            numbers = (found.mean, found.deviation, *found.chance, *found.others)
            rows.append([str(result.quantity), unit_of(result), *numbers])
    return csv_text(head, rows)


def ties_csv(study: Study) -> str:
    """Write the rank correlations that varying parameters one by one leaves out."""
    rows = [[tie.first, tie.second, tie.correlation] for tie in study.inputs.ties()]
    return csv_text(["first", "second", "rank_correlation"], rows)
