"""The three headline assumptions as sliders and a list, each with its meaning in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import solara

from rift_sim.explore.style import block, text
from rift_sim.scenario.headline import Headline, has_election, in_words

if TYPE_CHECKING:
    from rift_sim.scenario import Scenario

__all__ = ["AID", "FORCES", "PRESIDENTS", "Assumptions", "ends"]

OWN = "as in the scenario"
AID: dict[str, float | None] = {OWN: None} | {f"{k} %": k / 100 for k in range(0, 101, 10)}
"""Stops of the slider for aid."""
FORCES = {f"{k:+d} %" if k else OWN: k / 100 for k in range(-100, 101, 25)}
"""Stops of the slider for the forces."""
PRESIDENTS = {
    OWN: None,
    "left, as before": "left",
    "left that learns": "left_learning",
    "centre": "centre",
    "right": "right",
}


@solara.component
def Assumptions(base: Scenario, chosen: solara.Reactive[Headline], current: Headline) -> None:
    """Let the reader choose; `current` is what the run on the page assumes."""
    headline = chosen.value

    def change(**what: Any) -> None:
        chosen.set(chosen.peek().model_copy(update=what))

    aid, forces, president = (
        words if taken else ""
        for words, taken in zip(
            in_words(base, headline),
            (headline.aid is not None, headline.forces, headline.president),
            strict=True,
        )
    )
    with solara.Card("Assumptions"):
        with solara.Div(classes=["rift-control"]):
            _Stops("U.S. aid left", AID, headline.aid, lambda level: change(aid=level))
            block("p", aid, "rift-words")
        with solara.Div(classes=["rift-control"]):
            _Stops("Course of the forces", FORCES, headline.forces, lambda x: change(forces=x))
            block("p", forces, "rift-words")
        with solara.Div(classes=["rift-control"]):
            if has_election(base):
                names = {value: name for name, value in PRESIDENTS.items()}
                solara.Select(
                    "President of 2026",
                    values=list(PRESIDENTS),
                    value=names[headline.president],
                    on_value=lambda name: change(president=PRESIDENTS[name]),
                )
            block("p", president, "rift-words")
        if headline != current:
            block("p", "Changed. Reset starts a run that assumes this.", "rift-changed")


@solara.component
def _Stops(label: str, stops: dict[str, Any], value: Any, choose: Callable[[Any], None]) -> None:
    """Show a slider with named stops.

    The name of the stop it stands at is written above it, where it can go to below it: a slider
    that stands at the far left would else look as if it stood at zero.
    """
    names = list(stops)
    place = list(stops.values()).index(value)
    solara.v.Slider(
        label=f"{label}: {names[place]}",
        v_model=place,
        on_v_model=lambda k: choose(stops[names[k]]),
        min=0,
        max=len(names) - 1,
        step=1,
        hide_details=True,
    )
    with solara.Div(classes=["rift-ends"]):
        for words in ends(list(stops)):
            text(words)


def ends(names: list[str]) -> list[str]:
    """Say where a slider can go to, from left to right: its range, and where the scenario stands.

    Where the scenario's own stop is the first, the range begins at the stop after it.
    """
    if names[0] == OWN:
        return [f"{OWN} | {names[1]}", names[-1]]
    return [names[0], OWN, names[-1]]
