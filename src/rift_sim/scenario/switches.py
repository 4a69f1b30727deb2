"""Switches of mechanisms: one for each claim, one for all, and what they need of each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, TypeVar

from pydantic import BeforeValidator

from rift_sim.extension.registry import mechanism_ids
from rift_sim.scenario.values import Finding, Refusal, Switch, check_known
from rift_sim.seeds import load_ledger

__all__ = [
    "ALL",
    "MECHANISMS",
    "Mechanisms",
    "contradictions",
    "idle",
    "settled",
    "spelled",
    "spread",
]

MECHANISMS = tuple(f"C{number:02d}" for number in range(1, 29))
"""The claims; each is a mechanism that can be switched off."""

ALL = "all"
"""Key that stands for every mechanism; those named beside it are its exceptions."""

T = TypeVar("T")
_NUMBER = re.compile(r"[0-9]{1,3}")


def spread(switches: Mapping[str, T]) -> dict[str, T]:
    """Return switches with `all` written out; what is named beside it wins.

    `all` itself stays, for the mechanisms of extensions: which of them there are is known
    only once the scenario is whole (`settled`).
    """
    return (
        dict.fromkeys(MECHANISMS, switches[ALL]) | dict(switches)
        if ALL in switches
        else (dict(switches))
    )


def settled(switches: Mapping[str, T], own: Iterable[str]) -> dict[str, T]:
    """Write `all` out for the mechanisms of a scenario's extensions, and drop it."""
    rest = {claim: state for claim, state in switches.items() if claim != ALL}
    return dict.fromkeys(own, switches[ALL]) | rest if ALL in switches else rest


def spelled(state: object) -> str:
    """Write a switch as ``on`` or ``off``, whichever way it was given."""
    return ("on" if state else "off") if isinstance(state, bool) else str(state).casefold()


def _known(value: object) -> object:
    if not isinstance(value, dict):
        return value
    if found := check_known(value, (*MECHANISMS, *mechanism_ids(), ALL), "mechanism"):
        raise Refusal(*(_padded(finding) for finding in found))
    if ALL in value and spelled(value[ALL]) not in ("on", "off"):
        raise Refusal.one(
            f"'{value[ALL]}' is neither on nor off",
            at=(ALL,),
            allowed=("on", "off"),
            given=str(value[ALL]),
        )
    return spread(value)


def _padded(finding: Finding) -> Finding:
    """Take C5 for C05 where the nearest name is looked for."""
    number = (finding.given or "")[1:]
    return (
        finding.model_copy(update={"given": f"C{int(number):02d}"})
        if _NUMBER.fullmatch(number)
        else finding
    )


Mechanisms = Annotated[dict[str, Switch], BeforeValidator(_known)]


def contradictions(switches: Mapping[str, bool]) -> Iterator[Finding]:
    """Find claims that are switched on while something they need is switched off.

    Parameters
    ----------
    switches
        By claim, as written: what is on by default is not among them.
    """
    for claim, missing in _lacking(switches).items():
        if claim in switches:
            needs = " and ".join(missing)
            yield Finding(
                at=("mechanisms", claim),
                rather=tuple(("mechanisms", need) for need in missing),
                problem=f"{claim} is on, but what it works with is off: {needs}",
                allowed=f"{claim}: off, or {needs}: on",
            )


def idle(switches: Mapping[str, bool]) -> dict[str, tuple[str, ...]]:
    """Return the living claims that are on by default with nothing to work with.

    Returns
    -------
    dict
        By claim, the claims that are off and that it needs.
    """
    claims = load_ledger().claims
    return {
        claim: missing
        for claim, missing in _lacking(switches).items()
        if claim not in switches and claims[claim].alive
    }


def _lacking(switches: Mapping[str, bool]) -> dict[str, tuple[str, ...]]:
    """Return what is off and needed, directly or not, for every claim that is on."""
    off = [claim for claim, on in switches.items() if not on]
    if not off:
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for claim in MECHANISMS:
        needs = _needs(claim)
        missing = tuple(need for need in off if need in needs)
        if missing and claim not in off:
            found[claim] = missing
    return found


def _needs(claim: str) -> set[str]:
    claims = load_ledger().claims
    found: set[str] = set()
    for need in claims[claim].needs:
        found |= {need} | _needs(need)
    return found
