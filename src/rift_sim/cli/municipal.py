"""The part of ``rift validate`` that looks at municipalities, and at what agents add."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rift_sim.analysis.forecast import Mode
    from rift_sim.analysis.municipal_patterns import PatternRow
    from rift_sim.analysis.municipal_runs import Municipal
    from rift_sim.analysis.municipal_trial import ChangeRow
    from rift_sim.analysis.onset_trial import OnsetRow
    from rift_sim.analysis.validate import Plan
    from rift_sim.cli.console import Progress
    from rift_sim.observed import Record
    from rift_sim.territory import Territory

__all__ = ["municipal_texts"]

_FIRST, _LAST, _HORIZON = 2012, 2019, 3
"""Origins of the ablation: a regression has a past to learn from, and the last year of homicides by
department."""
_EARLIEST = 2010
"""Earliest year that a run can start."""
_SMOOTH = 500
"""Replicates from which on chances of single groups are smooth."""
_STILL = "model, only C11 on"
_NAMES: Mapping[Mode, str] = {"forecast": "model", "conditional": "model, later events known"}


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
        from rift_sim.analysis.municipal_runs import run_municipal

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


def municipal_texts(
    record: Record,
    plan: Plan,
    waves: tuple[int, int] | None,
    coverage: float,
    out: Path,
    workers: int | None,
    progress: Progress,
) -> dict[str, str]:
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
    dict
        Tables by name of the file, CSV and Markdown.
    """
    from rift_sim.analysis.ablation import ablation, ablation_rows
    from rift_sim.analysis.municipal_table import (
        ablation_markdown,
        change_markdown,
        pattern_markdown,
    )
    from rift_sim.analysis.validation_table import to_csv, to_markdown
    from rift_sim.ensemble.executor import available_cores
    from rift_sim.plots.municipal import draw_ablation
    from rift_sim.territory import load_territory

    trial = _Trial(record, load_territory(), plan, out, workers or available_cores(), progress)
    texts: dict[str, str] = {}
    patterns, changes = _history(trial)
    if waves is not None and all(record.presence(year) is not None for year in waves):
        refill, groups = _groups(trial, waves, coverage)
        patterns += refill
        texts |= {"groups.csv": to_csv(groups), "groups.md": to_markdown(groups)}
    if patterns:
        texts |= {"patterns.csv": to_csv(patterns), "patterns.md": pattern_markdown(patterns)}
    if changes:
        texts |= {"changes.csv": to_csv(changes), "changes.md": change_markdown(changes)}
    asked = replace(plan, origins=range(_FIRST, _LAST + 1), last=_LAST, horizon=_HORIZON)
    folder = out / "runs" / "ablation"
    rows = ablation_rows(ablation(record, asked, folder, workers=workers, progress=progress))
    draw_ablation(rows, out / "figures" / "ablation.png")
    return texts | {"ablation.csv": to_csv(rows), "ablation.md": ablation_markdown(rows)}


def _history(trial: _Trial) -> tuple[list[PatternRow], list[ChangeRow]]:
    """Run from 2010, with and without the map of 2008."""
    from rift_sim.analysis.ablation import OFF
    from rift_sim.analysis.known_start import write_figures
    from rift_sim.analysis.municipal_patterns import pattern_rows
    from rift_sim.analysis.municipal_trial import FIRST, LAST, change_rows

    record, territory = trial.record, trial.territory
    if record.panel("newly_displaced_ruv", "municipality") is None:
        trial.progress.say("No patterns and changes of displacement: no register by municipality")
        return [], []
    given = write_figures(record, _EARLIEST, trial.out / "inputs")
    end = max(record.waves, default=LAST)
    blank = trial.run(_EARLIEST, end, "conditional", {})
    known = trial.run(_EARLIEST, end, "conditional", given)
    patterns = pattern_rows(record, territory, [blank], "nothing")
    patterns += pattern_rows(record, territory, [known], f"displacement and coca of {FIRST}")
    runs = {
        _NAMES["forecast"]: trial.run(_EARLIEST, LAST, "forecast", given),
        _NAMES["conditional"]: known,
        _STILL: trial.run(_EARLIEST, LAST, "forecast", given, OFF[_STILL]),
    }
    changes = change_rows(record, territory, runs, "municipality")
    return patterns, changes + change_rows(record, territory, runs, "department")


def _groups(
    trial: _Trial, waves: tuple[int, int], coverage: float
) -> tuple[list[PatternRow], list[OnsetRow]]:
    """Run from the first wave to the second."""
    from rift_sim.analysis.ablation import OFF
    from rift_sim.analysis.group_trial import group_rows
    from rift_sim.analysis.municipal_patterns import pattern_rows
    from rift_sim.analysis.onset_trial import write_initial

    record, territory, (first, last) = trial.record, trial.territory, waves
    given = write_initial(record, first + 1, coverage, trial.out / "inputs")
    runs = {
        name: trial.run(first + 1, last, mode, given, fewest=_SMOOTH)
        for mode, name in _NAMES.items()
    }
    patterns = pattern_rows(record, territory, list(runs.values()), f"presence of {first}")
    runs[_STILL] = trial.run(first + 1, last, "forecast", given, OFF[_STILL], fewest=_SMOOTH)
    return patterns, group_rows(record, territory, runs, first, last)
