"""The part of ``rift validate`` that looks at municipalities, and at what agents add."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rift_sim.analysis.forecasts.forecast import Mode
    from rift_sim.analysis.municipal.change import ChangeRow
    from rift_sim.analysis.municipal.maps import PatternRow
    from rift_sim.analysis.municipal.runs import Municipal
    from rift_sim.analysis.onset.trial import OnsetRow
    from rift_sim.analysis.validation.origins import Plan
    from rift_sim.cli.console import Progress
    from rift_sim.ensemble.run import Run
    from rift_sim.observed import Record
    from rift_sim.territory import Territory

__all__ = ["municipal_part"]

_FIRST, _LAST, _HORIZON = 2012, 2019, 3
"""Origins of the ablation: a regression has a past to learn from, and the last year of homicides by
department."""
_SMOOTH = 500
"""Replicates from which on chances of single groups are smooth."""
_STILL = "model, only C11 on"


@dataclass(frozen=True)
class _Trial:
    """What the runs by municipality share."""

    record: Record
    territory: Territory
    plan: Plan
    out: Path
    workers: int
    progress: Progress

    def run(
        self,
        origin: int,
        end: int,
        mode: Mode,
        initial: Mapping[str, object],
        mechanisms: Mapping[str, str] | None = None,
        fewest: int = 0,
    ) -> Municipal:
        """Run from an origin, with at least so many replicates."""
        from rift_sim.analysis.municipal.runs import run_municipal

        return run_municipal(
            self.record,
            origin,
            end,
            mode,
            parameters=self.plan.parameters,
            initial=initial,
            mechanisms=mechanisms,
            replicates=max(self.plan.replicates, fewest),
            workers=self.workers,
            progress=self.progress,
        )


def municipal_part(
    record: Record,
    plan: Plan,
    waves: tuple[int, int] | None,
    coverage: float,
    out: Path,
    workers: int | None,
    progress: Progress,
) -> tuple[dict[str, str], list[Run]]:
    """Run what needs single replicates, and the ablation; draw the figure.

    Parameters
    ----------
    record
        What was observed.
    plan
        Replicates and parameters; its origins are not those of the runs here.
    waves, coverage
        Of presence, as for onset; None leaves groups out.
    out
        Folder for inputs, runs and figures.
    workers, progress
        As for every run.

    Returns
    -------
    texts, runs
        Tables by name of the file, CSV and Markdown, of what there is; and the runs that are kept.
    """
    from rift_sim.analysis.validation.ablation import ablation_rows, collected, run_rivals
    from rift_sim.analysis.validation.municipal_tables import (
        ablation_markdown,
        change_markdown,
        pattern_markdown,
    )
    from rift_sim.analysis.validation.origins import hindsight
    from rift_sim.analysis.validation.tables import to_markdown
    from rift_sim.ensemble.execution.executor import available_cores
    from rift_sim.plots.municipal import draw_ablation
    from rift_sim.territory import load_territory

    trial = _Trial(record, load_territory(), plan, out, workers or available_cores(), progress)
    asked = replace(plan, origins=range(_FIRST, _LAST + 1), last=_LAST, horizon=_HORIZON)
    said = hindsight(plan, record)
    for note in hindsight(asked, record):
        if note not in said:
            progress.say(f"Note: what agents add: {note}")
    patterns, changes = _history(trial)
    refill, groups = ([], []) if waves is None else _groups(trial, waves, coverage)
    folder = out / "runs" / "ablation"
    runs = run_rivals(record, asked, folder, workers=workers, progress=progress)
    rows = ablation_rows(collected(record, asked, runs))
    draw_ablation(rows, out / "figures" / "ablation.png")
    texts = _tables("groups", groups, to_markdown)
    texts |= _tables("patterns", patterns + refill, pattern_markdown)
    texts |= _tables("changes", changes, change_markdown)
    texts |= _tables("ablation", rows, ablation_markdown)
    return texts, [run for some in runs.values() for run in some.values()]


def _tables(name: str, rows: Sequence[Any], show: Callable[[Any], str]) -> dict[str, str]:
    """Return rows as CSV and as Markdown, by name of the file; nothing without rows."""
    from rift_sim.analysis.validation.tables import to_csv

    return {f"{name}.csv": to_csv(rows), f"{name}.md": show(rows)} if rows else {}


def _history(trial: _Trial) -> tuple[list[PatternRow], list[ChangeRow]]:
    """Run from the first year of history, with and without the map of 2008."""
    from rift_sim.analysis.forecasts.forecast import FIRST as START
    from rift_sim.analysis.forecasts.known_start import write_figures
    from rift_sim.analysis.municipal.change import EARLIER, FIRST, LAST, change_rows
    from rift_sim.analysis.municipal.maps import pattern_rows
    from rift_sim.analysis.onset.trial import OURS
    from rift_sim.analysis.validation.ablation import OFF

    record, territory = trial.record, trial.territory
    register = record.panel("newly_displaced_ruv", "municipality")
    if register is None or not {EARLIER, FIRST, LAST} <= set(register.years.tolist()):
        trial.progress.say(
            "Note: no patterns and changes of displacement: no register by municipality of "
            f"{EARLIER}, {FIRST} and {LAST}"
        )
        return [], []
    given = write_figures(record, START, trial.out / "inputs")
    end = max([LAST, *record.waves])
    blank = trial.run(START, end, "conditional", {})
    known = trial.run(START, end, "conditional", given)
    patterns = pattern_rows(record, territory, [blank], "nothing")
    patterns += pattern_rows(record, territory, [known], f"displacement and coca of {FIRST}")
    runs = {
        OURS["forecast"]: trial.run(START, LAST, "forecast", given),
        OURS["conditional"]: known,
        _STILL: trial.run(START, LAST, "forecast", given, OFF[_STILL]),
    }
    changes = change_rows(record, territory, runs, "municipality")
    return patterns, changes + change_rows(record, territory, runs, "department")


def _groups(
    trial: _Trial, waves: tuple[int, int], coverage: float
) -> tuple[list[PatternRow], list[OnsetRow]]:
    """Run from the first wave to the second."""
    from rift_sim.analysis.municipal.groups import group_rows
    from rift_sim.analysis.municipal.maps import pattern_rows
    from rift_sim.analysis.onset.start import write_initial
    from rift_sim.analysis.onset.trial import OURS
    from rift_sim.analysis.validation.ablation import OFF

    record, territory, (first, last) = trial.record, trial.territory, waves
    given = write_initial(record, first + 1, coverage, trial.out / "inputs")
    runs = {
        name: trial.run(first + 1, last, mode, given, fewest=_SMOOTH) for mode, name in OURS.items()
    }
    patterns = pattern_rows(record, territory, list(runs.values()), f"presence of {first}")
    runs[_STILL] = trial.run(first + 1, last, "forecast", given, OFF[_STILL], fewest=_SMOOTH)
    return patterns, group_rows(record, territory, runs, first, last)
