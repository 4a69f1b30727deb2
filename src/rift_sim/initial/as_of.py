"""Figures of the ledger as they stand in the first month of a run.

Nothing dated in or after that month is looked at: what a run starts from was known before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from rift_sim.calendar import Month
from rift_sim.physics.contest import COEXISTENCE, PACT, WAR
from rift_sim.vocabulary import SELF_DEFENCE

if TYPE_CHECKING:
    from rift_sim.initial.map_file import PresenceMap
    from rift_sim.seeds.groups import Talks
    from rift_sim.seeds.ledger import Ledger
    from rift_sim.territory import Territory

__all__ = [
    "Coca",
    "counts_of",
    "department_counts",
    "groups_of",
    "has_table",
    "homelands",
    "map_members",
    "members_of",
    "most_coca",
    "newest",
    "pair_states",
    "stand_ins",
    "surveyed_coca",
    "talks_of",
    "usual_members",
]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]
T = TypeVar("T")
Coca = tuple[Floats, float]
"""Hectares by department, and the years since that survey."""

_TABLE_FROM = Month(2025, 12)
"""First month of a run that takes presence by department from the survey of 2025."""

_TALKS_FROM = Month(2026, 1)
"""First month of a run that takes talks from the ledger."""

_PAIR_STATE = {"war": WAR, "pact": PACT, "coexistence": COEXISTENCE}


def newest(dated: Mapping[str, T], start: Month) -> T | None:
    """Return the newest figure dated before the start, or None if there is none."""
    past = {Month.parse(date): figure for date, figure in dated.items()}
    past = {month: figure for month, figure in past.items() if month < start}
    return past[max(past)] if past else None


def groups_of(ledger: Ledger, start: Month, named: Iterable[str]) -> tuple[str, ...]:
    """Find the groups of a run, in the order of the ledger.

    Those with members at the start, those that a map or an event names, and self-defence
    groups, which form by themselves.
    """
    wanted = {*named}
    found = []
    for name, group in ledger.groups.items():
        members = newest(group.members, start)
        lives = group.active(start) and (name == SELF_DEFENCE or bool(members and members.total))
        if lives or name in wanted:
            found.append(name)
    return tuple(found)


def members_of(ledger: Ledger, groups: tuple[str, ...], start: Month) -> Floats:
    """Return total and armed members at the start, shape (group, 2); 0 for who is not there."""
    rows = np.zeros((len(groups), 2))
    for row, name in enumerate(groups):
        group = ledger.groups[name]
        figure = newest(group.members, start) if group.active(start) else None
        if figure is not None:
            rows[row] = figure.total, figure.armed
    return rows


def map_members(
    ledger: Ledger, groups: tuple[str, ...], members: Floats, footholds: PresenceMap
) -> str | None:
    """Give members to groups that a user's map has and the ledger has no figure for.

    They get the usual members of a foothold (effect E034), armed like all groups together.

    Parameters
    ----------
    members
        From `members_of`; changed in place.

    Returns
    -------
    str or None
        A warning that names the groups with members that are not on the map.
    """
    total, armed = members.sum(axis=0)
    for row, name in enumerate(groups):
        held = footholds.count(name)
        if members[row, 0] == 0.0 and held:
            many = held * usual_members(ledger)
            members[row] = many * np.array([1.0, armed / total if total else 0.5])
    absent = [
        f"{name} ({figure:,.0f} members)"
        for name, figure in zip(groups, members[:, 0], strict=True)
        if figure and not footholds.count(name)
    ]
    return f"not on the map and left out: {', '.join(absent)}" if absent else None


def usual_members(ledger: Ledger) -> float:
    """Return the members for each municipality with presence (effect E034)."""
    usual = ledger.effects["E034"].value
    assert isinstance(usual, float | int)
    return usual


def has_table(start: Month) -> bool:
    """Say whether presence at the start is known by department (fact D_PRESENCE_2025)."""
    return start >= _TABLE_FROM


def department_counts(
    ledger: Ledger, groups: tuple[str, ...], departments: tuple[str, ...]
) -> tuple[Counts, Counts]:
    """Return municipalities by (department, group) and with any group, in the survey of 2025."""
    table = ledger.table("D_PRESENCE_2025")
    rows = [table.get(code, {}) for code in departments]
    counts = [[int(row.get(name, 0)) for name in groups] for row in rows]
    shape = len(departments), len(groups)
    any_group = np.array([int(row.get("any", 0)) for row in rows], dtype=np.int64)
    return np.array(counts, dtype=np.int64).reshape(shape), any_group


def counts_of(ledger: Ledger, groups: tuple[str, ...], members: Floats, start: Month) -> Counts:
    """Return municipalities with presence over the country at the start, shape (group,).

    A group with members and without a count has one for every 32 members (effect E034).
    """
    found = np.zeros(len(groups), dtype=np.int64)
    for row, name in enumerate(groups):
        if members[row, 0] > 0.0:
            counted = newest(ledger.groups[name].municipalities, start)
            usual = max(1, round(members[row, 0] / usual_members(ledger)))
            found[row] = usual if counted is None else counted
    return found


def homelands(ledger: Ledger, groups: tuple[str, ...], territory: Territory) -> Flags:
    """Say where a department is of the core of a group, shape (group, place)."""
    index = territory.department_index
    codes = np.array([*territory.departments, ""])[index]  # -1 is outside the country
    core = [np.isin(codes, ledger.groups[name].homeland) for name in groups]
    return np.array(core, dtype=bool).reshape(len(groups), index.size)


def stand_ins(ledger: Ledger, groups: tuple[str, ...], members: Floats) -> Counts:
    """Say whose places and habits stand for each group at the start, shape (group,).

    Its own; for a group without members those of the nearest forebear that has some, from
    which it will arise; -1 if there is none.
    """
    row_of = {name: row for row, name in enumerate(groups)}
    found = np.full(len(groups), -1, dtype=np.int64)
    for row, name in enumerate(groups):
        elder: str | None = name
        while elder is not None and found[row] < 0:
            other = row_of.get(elder, -1)
            if other >= 0 and members[other, 0] > 0.0:
                found[row] = other
            elder = ledger.groups[elder].parent
    return found


def pair_states(ledger: Ledger, groups: tuple[str, ...], start: Month) -> Counts:
    """Return war, pact or coexistence of each pair at the start, shape (group, group)."""
    state = np.full((len(groups), len(groups)), COEXISTENCE, dtype=np.int64)
    order = {name: n for n, name in enumerate(groups)}
    for relation in ledger.relations:
        a, b = relation.pair
        if a in order and b in order and relation.holds(start):
            state[order[a], order[b]] = state[order[b], order[a]] = _PAIR_STATE[relation.state]
    return state


def talks_of(ledger: Ledger, group: str, start: Month) -> Talks | None:
    """Return the talks of a group at the start; earlier than 2026 events alone open them."""
    return ledger.groups[group].talks if start >= _TALKS_FROM else None


def surveyed_coca(ledger: Ledger, departments: tuple[str, ...], start: Month) -> Coca:
    """Return the coca of the last survey (31 December) before the start.

    Before the first year by department (2010), its shares are applied to the national area
    (fact COCA_HA).
    """
    table, national = ledger.table("D_COCA"), ledger.series("COCA_HA")
    years = sorted({int(year) for row in table.values() for year in row})
    last = min(start.year - 1, years[-1])
    shown = str(max(last, years[0]))
    hectares = np.array([table.get(code, {}).get(shown, 0.0) for code in departments])
    if last < years[0]:
        last = max(last, min(map(int, national)))
        hectares *= national[str(last)] / sum(row[shown] for row in table.values())
    return hectares, max(0, start.index - Month(last + 1, 1).index) / 12.0


def most_coca(ledger: Ledger, departments: tuple[str, ...], start: Month) -> Floats:
    """Return the largest area that a survey before the start found, shape (department,).

    Before there are surveys by department, the shares of the first one of the largest national
    area (fact COCA_HA).
    """
    table, national = ledger.table("D_COCA"), ledger.series("COCA_HA")
    first = min(int(year) for row in table.values() for year in row)
    shares = np.array([table.get(code, {}).get(str(first), 0.0) for code in departments])
    before = [area for year, area in national.items() if int(year) < min(start.year, first)]
    known = [shares / (shares.sum() or 1.0) * max(before, default=0.0)]
    known += [
        np.array([table.get(code, {}).get(str(year), 0.0) for code in departments])
        for year in range(first, start.year)
    ]
    return np.asarray(np.max(known, axis=0))
