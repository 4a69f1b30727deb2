"""A box in words, and boxes as tables."""

from __future__ import annotations

import math

from rift_sim.analysis.sensitivity.boxes import Box, Fit, Limit
from rift_sim.analysis.sensitivity.discovery import Discovery
from rift_sim.analysis.sensitivity.history import INFORMED
from rift_sim.outputs import csv_text

__all__ = ["box_text", "cases_csv", "fits_csv", "limit_text", "limits_csv", "steps_csv", "unsaid"]

_EACH = {"year": "a year", "month": "a month", "sqrt(year)": "in a year"}


def limit_text(found: Discovery, limit: Limit) -> str:
    """Say a limit in words: ``hazard that a war ends (war_end) above 0.46 a year``."""
    if limit.levels:
        return f"{limit.name} is {' or '.join(limit.levels)}"
    parameter = found.inputs[limit.name]
    first, *rest = parameter.meaning.split(" ")
    # Names keep their capitals.
    first = first if first[1:] != first[1:].lower() or "." in first else first.lower()
    unit = _unit(parameter.unit)
    if limit.low is not None and limit.high is not None:
        bounds = f"between {limit.low:.3g} and {limit.high:.3g}{unit}"
    elif limit.low is not None:
        bounds = f"above {limit.low:.3g}{unit}"
    else:
        bounds = f"below {limit.high:.3g}{unit}"
    return f"{' '.join([first, *rest])} ({limit.name}) {bounds}"


def _unit(unit: str) -> str:
    what, _, each = unit.partition("/")
    words = [] if what == "1" else [what]
    if each:
        words.append(_EACH.get(each, f"for each {each}"))
    return "".join(f" {word}" for word in words)


def box_text(found: Discovery, place: int) -> str:
    """Say a box in words, by the cases that the search did not see."""
    box = found.boxes[place]
    where = ", and ".join(limit_text(found, limit) for limit in box.limits)
    fit = box.unseen
    share, low, high = (_percent(number) for number in fit.density)
    rest = " of the rest" if place else ""
    text = (
        f"Box {place + 1}: where {where}: '{found.expression.text}' holds in {share} % of the "
        f"cases there ({low} to {high} %; {fit.inside:,} cases), against {_percent(fit.base)} % of "
        f"all{rest}; {_percent(fit.coverage)} % of such cases{rest} lie there."
    )
    if not box.stands:
        text += " It does not stand the test: this may be chance of the search."
    weak = [limit.name for limit in box.limits if not limit.quasi_p[1] <= 0.05]
    if box.stands and weak:
        text += f" Not confirmed by unseen cases: the limit of {', '.join(weak)}."
    return text


def unsaid(found: Discovery, box: Box) -> dict[str, str]:
    """Return the parameters of a box of which history says nothing, and why."""
    names = [limit.name for limit in box.limits if limit.name in found.inputs]
    said = {name: found.history[name] for name in names}
    return {name: word for name, word in said.items() if word != INFORMED}


def limits_csv(found: Discovery) -> str:
    """Write a row for each limit of each box."""
    head = [
        "box", "name", "low", "high", "levels", "unit", "quasi_p_seen", "quasi_p_unseen", "section",
        "mechanisms", "history", "meaning",
    ]  # fmt: skip
    rows = []
    for number, box in enumerate(found.boxes, start=1):
        for limit in box.limits:
            own = found.inputs.get(limit.name)
            words = ["", "", "", "axis of the sweep"]
            if own is not None:
                words = [own.section, " ".join(own.claims), found.history[own.name], own.meaning]
            numbers = ["" if b is None else b for b in (limit.low, limit.high)]
            chances = limit.quasi_p
            unit = own.unit if own else ""
            rows.append(
                [number, limit.name, *numbers, " ".join(limit.levels), unit, *chances, *words]
            )
    return csv_text(head, rows)


def fits_csv(found: Discovery) -> str:
    """Write how each box does, on the cases that the search saw and on the others."""
    head = [
        "box", "cases", "seen_by_search", "base", "inside", "coverage", "density", "density_low",
        "density_high", "stands",
    ]  # fmt: skip
    rows = []
    for number, box in enumerate(found.boxes, start=1):
        parts: tuple[tuple[str, Fit], ...] = (("yes", box.seen), ("no", box.unseen))
        for seen, fit in parts:
            shares = (fit.coverage, *fit.density)
            stands = "yes" if box.stands else "no"
            rows.append([number, fit.cases, seen, fit.base, fit.inside, *shares, stands])
    return csv_text(head, rows)


def steps_csv(found: Discovery) -> str:
    """Write the way of the search to each box."""
    rows = [
        [number, step, at.coverage, at.density, at.limits]
        for number, box in enumerate(found.boxes, start=1)
        for step, at in enumerate(box.steps)
    ]
    return csv_text(["box", "step", "coverage", "density", "limits"], rows)


def cases_csv(found: Discovery) -> str:
    """Write every case: what was read, whether the condition holds, and what it differs in."""
    table = found.table
    columns = {**found.values, **table.columns}
    rows = [
        [
            case, "yes" if table.seen[case] else "no", "yes" if table.holds[case] else "no",
            *(value if isinstance(value, str) else float(value) for value in values),
        ]
        for case, values in enumerate(zip(*columns.values(), strict=True))
    ]  # fmt: skip
    return csv_text(["case", "seen_by_search", "holds", *columns], rows)


def _percent(share: float) -> str:
    return "-" if math.isnan(share) else f"{100.0 * share:.0f}"
