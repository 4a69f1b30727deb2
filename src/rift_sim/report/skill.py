"""Validation scores of the version that made the runs of a report."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from rift_sim.analysis.validation.own_scores import OwnScore, OwnScores
from rift_sim.observed import load_targets
from rift_sim.observed.names import MEASURES
from rift_sim.seeds import load_ledger

if TYPE_CHECKING:
    from rift_sim.ensemble.run import Run

__all__ = ["Skill", "SkillRow", "skill_of"]

_MODES = {"forecast": "not known", "conditional": "known"}
_NO_RIVAL = "no rival"
_NAMES = {"code": "hash of the code", "seeds": "hash of the ledger"}
_LEVELS = {"national": "country", "department": "by department"}
_EVENTS = {"onset": "Groups appear in a municipality", "exit": "Groups vanish from a municipality"}


class SkillRow(NamedTuple):
    """Scores of one target.

    Attributes
    ----------
    what, mode, years, cases
        What was forecast, whether later events were known, when, and how often.
    skill, best, inside, verdict
        In words; empty where there is none.
    """

    what: str
    mode: str
    years: str
    cases: str
    skill: str
    best: str
    inside: str
    verdict: str


class Skill(NamedTuple):
    """The scores, and what they are of.

    Attributes
    ----------
    rows, chances
        Of forecasts of figures, and of chances of places (area under the ROC curve).
    provenance
        Names and values.
    same
        Whether all runs were made by the code and the ledger that were scored.
    better, level, worse
        What the model forecast better than persistence, as well, and worse.
    """

    rows: tuple[SkillRow, ...]
    chances: tuple[SkillRow, ...]
    provenance: tuple[tuple[str, str], ...]
    same: bool
    better: tuple[str, ...]
    level: tuple[str, ...]
    worse: tuple[str, ...]


def skill_of(scores: OwnScores | None, runs: Sequence[Run]) -> Skill | None:
    """Put the shipped scores in words; None where there are none."""
    if scores is None:
        return None
    identities = [run.manifest["identity"] for run in runs]
    same = all(
        identity.get(key) == scores.provenance.get(key)
        for identity in identities
        for key in ("code", "seeds")
    )
    by_key: dict[tuple[str, str], dict[str, OwnScore]] = {}
    for row in scores.rows:
        by_key.setdefault((row.target, row.mode), {})[row.measure] = row
    order = list(dict.fromkeys(target for target, _ in by_key))
    keys = sorted(by_key, key=lambda key: (order.index(key[0]), list(_MODES).index(key[1])))
    found = [_row(*key, by_key[key]) for key in keys]
    figures = tuple(row for row in found if row.verdict)
    plain = [row for row in figures if row.mode == _MODES["forecast"]]
    verdicts = {
        verdict: tuple(row.what for row in plain if row.verdict == verdict)
        for verdict in ("better", "not told apart", "worse")
    }
    return Skill(
        figures,
        tuple(row for row in found if not row.verdict),
        tuple((_NAMES.get(name, name), value) for name, value in scores.provenance.items()),
        same,
        *verdicts.values(),
    )


def _row(target: str, mode: str, some: Mapping[str, OwnScore]) -> SkillRow:
    any_one = next(iter(some.values()))
    years = f"{any_one.first} to {any_one.last}"
    head = (_MODES[mode], years, f"{any_one.cases:,}")
    if "auc" in some:
        return SkillRow(
            _EVENTS.get(target, target), *head, _interval(some["auc"], ".2f"), "", "", ""
        )
    skill = some["skill"]
    best = some["skill_best"].value
    return SkillRow(
        _name(target),
        *head,
        _interval(skill, "+.2f"),
        "" if math.isnan(best) else f"{best:+.2f}",
        f"{100.0 * some['inside_90'].value:.0f} %",
        _verdict(skill),
    )


def _name(target: str) -> str:
    """Return a target in words."""
    known = load_targets().targets
    if target not in known:
        return target.replace("_", " ")
    found = known[target]
    groups = load_ledger().groups
    group = f", {groups[found.row].name if found.row in groups else found.row}" if found.row else ""
    return f"{MEASURES[found.measure].long_name}{group}, {_LEVELS[found.level]}"


def _interval(score: OwnScore, form: str) -> str:
    if math.isnan(score.value):
        return "no persistence"
    if math.isnan(score.low):
        return format(score.value, form)
    return f"{score.value:{form}} ({score.low:{form}} to {score.high:{form}})"


def _verdict(skill: OwnScore) -> str:
    if math.isnan(skill.value):
        return _NO_RIVAL
    if math.isnan(skill.low) or skill.low <= 0.0 <= skill.high:
        return "not told apart"
    return "better" if skill.low > 0.0 else "worse"
