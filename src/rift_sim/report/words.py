"""What a scenario assumes, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from rift_sim.extension.registry import event_kind
from rift_sim.scenario.values import EVERYONE
from rift_sim.seeds.text import number
from rift_sim.vocabulary import AID_LINES, COUNTRIES

if TYPE_CHECKING:
    from rift_sim.scenario.events import Event
    from rift_sim.seeds.ledger import Ledger

__all__ = ["assumption_in_words", "event_in_words", "percent"]

_PRESIDENTS = {
    "left": "of the left",
    "left_learning": "of the left who learns",
    "centre": "of the centre",
    "right": "of the right",
}
_CERTIFICATIONS = {
    "certified": "Colombia is certified",
    "waiver": "Colombia is decertified, with a waiver",
    "decertified": "Colombia is decertified, without a waiver",
}
_REGIMES = {
    "chavista": "Venezuela is governed as under Maduro",
    "interim": "Venezuela has an interim regime",
    "transition": "Venezuela moves to democracy",
}


def percent(share: float) -> str:
    """Write a share."""
    return f"{100.0 * share:.3g} %"


def event_in_words(event: Event, ledger: Ledger) -> str:
    """Say what an event does; its date, note and source are left out."""
    told = (
        _ACTIONS[kind](action, ledger) if kind in _ACTIONS else _added(kind, action)
        for kind, action in event.actions
    )
    text = "; ".join(told)
    return text[0].upper() + text[1:]


def _added(kind: str, action: Any) -> str:
    """Say what an event of an extension does, in its own words if it has any."""
    words = event_kind(kind).words
    if words is not None:
        return words(action)
    given = action.model_dump(mode="json", exclude_none=True)
    return f"{kind.replace('_', ' ')}: " + ", ".join(f"{k} {v}" for k, v in given.items())


def assumption_in_words(name: str, belief: Any, ledger: Ledger) -> str:
    """Say what value or distribution a scenario gives to a parameter."""
    parameter = ledger.parameters[name]
    unit = "" if parameter.unit == "1" else f" {parameter.unit}"
    said = number(belief) if isinstance(belief, int | float) else belief.describe()
    return f"{parameter.meaning} ({name}): {said}{unit}"


def _listed(names: Iterable[str]) -> str:
    found = list(names)
    return " and ".join(filter(None, (", ".join(found[:-1]), found[-1])))


def _group(name: str, ledger: Ledger) -> str:
    if name == EVERYONE:
        return "all groups"
    return ledger.groups[name].name if name in ledger.groups else name


def _proper(name: str) -> str:
    return name.capitalize() if name in (*COUNTRIES, "china") else name


def _groups(action: Any, ledger: Ledger) -> str:
    names = action.groups if action.groups is not None else (action.group,)
    return "all groups" if EVERYONE in names else _listed(_group(name, ledger) for name in names)


def _over(months: int) -> str:
    return f", over {months} months" if months else ""


def _aid(action: Any, _: Ledger) -> str:
    by_level: dict[float, list[str]] = {}
    for line, level in action.levels.items():
        by_level.setdefault(level, []).append(line.replace("_", " "))
    parts = [
        f"{'all lines' if len(lines) == len(AID_LINES) else _listed(lines)} at {percent(level)}"
        for level, lines in by_level.items()
    ]
    held = ", held until a further event" if action.hold else ""
    told = "; ".join(parts)
    return f"U.S. aid: {told} of fiscal year 2024{_over(action.over_months)}{held}"


def _commanders(action: Any, _: Ledger) -> str:
    parts = {
        "commanders lose {} of their experience": action.retire,
        "{} of the missing experience of commanders returns": action.rebuild,
        "police intelligence loses {} of its experience": action.intelligence_officers,
    }
    told = [text.format(percent(share)) for text, share in parts.items() if share is not None]
    if action.stop:
        told.append("yearly changes of commanders end")
    every = ", every year" if action.every == "year" else ""
    return _listed(told) + every


def _force_size(action: Any, _: Ledger) -> str:
    over = _over(action.over_months)
    if action.level is not None:
        return f"the army has {percent(action.level)} of its size of 2021{over}"
    grows = "grows" if action.change >= 0 else "shrinks"
    return f"the army {grows} by {percent(abs(action.change))}{over}"


def _posture(action: Any, _: Ledger) -> str:
    told = []
    if action.pressure is not None:
        told.append(f"pressure on groups {action.pressure:g} times that of 2023 to 2025")
    if action.eradication is not None:
        told.append(f"{number(action.eradication)} hectares of coca to be eradicated a year")
    if action.talks is not None:
        told.append("talks with groups" if action.talks else "no talks with groups")
    return f"the government orders {_listed(told)}"


def _inauguration(action: Any, _: Ledger) -> str:
    mix: Mapping[str, float] = action.mix
    if len(mix) == 1:
        return f"a president {_PRESIDENTS[next(iter(mix))]} takes office"
    chances = (f"{_PRESIDENTS[kind]} in {percent(chance)}" for kind, chance in mix.items())
    return f"a president takes office: {_listed(chances)} of the replicates"


def _ceasefire(action: Any, ledger: Ledger) -> str:
    if not action.on:
        return f"the ceasefire with {_groups(action, ledger)} ends"
    months = f" for {action.months} months" if action.months is not None else ""
    return f"ceasefire with {_groups(action, ledger)}{months}"


def _tariff(action: Any, _: Ledger) -> str:
    by = "the United States" if action.by == "us" else "Ecuador"
    if not action.rate:
        return f"{by} ends the tariff on Colombian goods"
    return f"{by} puts a tariff of {action.rate:g} percent on Colombian goods"


def _strike(action: Any, ledger: Ledger) -> str:
    target = f" on {_group(action.group, ledger)}" if action.group is not None else ""
    return f"U.S. strike{target}, severity {action.severity:g} of 1"


def _demobilisation(action: Any, ledger: Ledger) -> str:
    told = f"{percent(action.share)} of {_group(action.group, ledger)} lay down their arms"
    if action.dissident is None:
        return told
    refuse = percent(action.dissident_share)
    return f"{told}; {refuse} of those go over to {_group(action.dissident, ledger)}"


def _split(action: Any, ledger: Ledger) -> str:
    one, other = _group(action.group, ledger), _group(action.into, ledger)
    return f"{percent(action.share)} of {one} break away into {other}"


def _pair(words: str) -> Callable[[Any, Ledger], str]:
    return lambda action, ledger: words.format(*(_group(name, ledger) for name in action))


_ACTIONS: Mapping[str, Callable[[Any, Ledger], str]] = {
    "aid": _aid,
    "commanders": _commanders,
    "force_size": _force_size,
    "eradication": lambda action, _: (
        f"{number(action.hectares_per_year)} hectares of coca eradicated a year ({action.method})"
    ),
    "intelligence_sharing": lambda action, _: f"intelligence is shared at {percent(action)}",
    "extradition": lambda action, _: f"extraditions at {percent(action)} of what they were",
    "designation": lambda action, ledger: (
        f"{_group(action.group, ledger)} "
        f"{'is listed as' if action.kind == 'fto' else 'is no longer listed as'} terrorist"
    ),
    "sanctuary": lambda action, _: (
        f"refuge for groups in {_proper(action.country)} at {percent(action.level)}"
    ),
    "diplomacy": lambda action, _: (
        f"{action.kind} between the governments, effect {action.effect:+g} on a scale of -1 to 1"
    ),
    "cooperation": lambda action, _: (
        f"work with the United States on {_proper(action.interest)}, "
        f"{percent(action.effort)} of what is possible"
    ),
    "posture": _posture,
    "talks": lambda action, ledger: (
        f"talks with {_groups(action, ledger)} {'open' if action.open else 'end'}"
    ),
    "ceasefire": _ceasefire,
    "inauguration": _inauguration,
    "certification": lambda action, _: _CERTIFICATIONS[action],
    "tariff": _tariff,
    "sanction": lambda action, _: (
        f"U.S. sanctions on {action.target}, severity {action.severity:g} of 1"
    ),
    "threat": lambda action, _: f"U.S. threat, severity {action.severity:g} of 1",
    "strike": _strike,
    "venezuela": lambda action, _: _REGIMES[action.regime],
    "demobilisation": _demobilisation,
    "split": _split,
    "pact": _pair("{} and {} make a pact"),
    "war": _pair("{} and {} go to war"),
    "coexistence": _pair("{} and {} leave each other alone"),
}
"""How each kind of action is told."""
