"""``rift validate``: forecasts from rolling origins beside the record and naive forecasts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rift_sim.cli.console import echo
from rift_sim.cli.options import Workers
from rift_sim.drafts import make_folder, write_whole
from rift_sim.errors import InputError
from rift_sim.outputs import check_folder, check_output

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rift_sim.analysis.forecasts.forecast import Mode
    from rift_sim.analysis.onset.trial import OnsetRow
    from rift_sim.analysis.validation.origins import Plan
    from rift_sim.analysis.validation.skill import ScoreRow, ShareRow
    from rift_sim.cli.console import Progress
    from rift_sim.ensemble.run import Run
    from rift_sim.observed import Record

__all__ = ["validate"]

_COVERAGE = 0.67
"""Share of the places with groups that the survey of 2019 covered. The Ombudsman named 213, 149 and
124 places for EGC, ELN and dissidents in that year, the survey 107, 106 and 111 (facts
PRESENCE_DEFENSORIA, PRESENCE_PARES): 0.67 in all. Nothing later is in it."""
_ONSET_REPLICATES = 1000
"""So many at least, because chances of single places are shares of replicates."""


def validate(
    directory: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DIR]", help="Folder of data files; RIFT_DATA, or the ledger alone."
        ),
    ] = None,
    origins: Annotated[
        str, typer.Option(help="First years of the forecasts: 2020-2024, or 2020,2022.")
    ] = "2020-2024",
    last: Annotated[int, typer.Option(help="Last year that is forecast.")] = 2024,
    horizon: Annotated[int, typer.Option(min=1, help="Years from each origin at most.")] = 5,
    replicates: Annotated[
        int, typer.Option("-n", "--replicates", min=20, help="Members of each ensemble.")
    ] = 200,
    parameters: Annotated[
        str, typer.Option(help="prior, a shipped table of posterior draws, or the file of one.")
    ] = "prior",
    waves: Annotated[
        str,
        typer.Option(
            help="Two waves of presence between which onset is scored, by 1,000 replicates or "
            "more; none: skip."
        ),
    ] = "2019,2022",
    coverage: Annotated[
        float, typer.Option(min=0.05, max=1.0, help="Share of places the first wave covered.")
    ] = _COVERAGE,
    municipal: Annotated[
        bool,
        typer.Option(
            "--municipal",
            help="Also score municipalities, single groups, and what agents add; takes minutes.",
        ),
    ] = False,
    out: Annotated[
        Path, typer.Option("-o", "--out", help="Folder for runs, tables and figures.")
    ] = Path("validation"),
    scores_file: Annotated[
        Path | None,
        typer.Option(
            "--scores",
            help="Also write the main scores here, as reports show them (seeds/scores.csv).",
        ),
    ] = None,
    workers: Workers = None,
) -> None:
    """Score forecasts from rolling origins against history, beside naive forecasts.

    Each origin is run twice: given the dated events of history (conditional), and without any
    event after the origin (forecast). What is interrupted goes on where it stopped, but for the
    runs by municipality (--municipal), which are not kept. Needs the extra 'validate'.

    Example: rift validate data --origins 2020-2024 --parameters posterior-2019 -n 400
    """
    from rift_sim.analysis.extras import need
    from rift_sim.analysis.onset.start import check_waves
    from rift_sim.analysis.validation.origins import Plan, hindsight, run_origins
    from rift_sim.analysis.validation.own_scores import scores_text
    from rift_sim.cli.console import Progress
    from rift_sim.cli.municipal import municipal_part
    from rift_sim.observed import data_directory, load_record

    need("scoringrules")
    need("sklearn.ensemble")
    check_folder(out, "--out")
    if scores_file is not None:
        check_output(scores_file, force=True, key="--scores")
    plan = Plan(_years(origins), last, horizon, replicates, parameters)
    pair = None if waves == "none" else _pair(waves)
    record = load_record(directory if directory is not None else data_directory())
    notes = [*record.warnings, *hindsight(plan, record)]
    if pair is not None and not record.waves:
        notes.append("onset is not scored: there are no surveys of presence among the data files")
        pair = None
    if pair is not None:
        check_waves(record, *pair)
    with Progress() as progress:
        for note in notes:
            progress.say(f"Note: {note}")
        runs = run_origins(record, plan, out / "runs", workers=workers, progress=progress)
        scores, shares = _rolling(record, runs, out)
        finished, onset = list(runs.values()), []
        if pair is not None:
            trial = _run_onset(record, plan, pair, coverage, out, workers, progress)
            onset = _score_onset(record, pair, trial, out)
            finished += trial.values()
        more: dict[str, str] = {}
        if municipal:
            more, rivals = municipal_part(record, plan, pair, coverage, out, workers, progress)
            finished += rivals
    _print(scores, onset)
    _write(out, scores, shares, onset, more)
    if scores_file is not None:
        write_whole(scores_file, scores_text(scores, onset, plan))
        echo(f"{scores_file} written.", err=True)
    _report_failures(finished, out / "runs")


def _rolling(
    record: Record, runs: Mapping[tuple[Mode, int], Run], out: Path
) -> tuple[list[ScoreRow], list[ShareRow]]:
    """Score the runs from rolling origins, and draw."""
    from rift_sim.analysis.validation.origins import forecasts, scored_targets
    from rift_sim.analysis.validation.skill import score_rows, share_rows
    from rift_sim.plots.validation import draw_coverage, draw_ranks, draw_skill

    cases = forecasts(record, scored_targets(record), runs)
    scores = [row for (mode, _), some in cases.items() for row in score_rows(some, mode)]
    shares = [row for (mode, _), some in cases.items() for row in share_rows(some, mode)]
    folder = out / "figures"
    make_folder(folder)
    draw_skill(scores, folder / "skill.png")
    draw_coverage(scores, folder / "coverage.png")
    draw_ranks(cases, folder / "ranks.png")
    return scores, shares


def _run_onset(
    record: Record,
    plan: Plan,
    pair: tuple[int, int],
    coverage: float,
    out: Path,
    workers: int | None,
    progress: Progress,
) -> dict[str, Run]:
    """Run from the first wave to the second, without and with later events."""
    from rift_sim.analysis.forecasts.forecast import forecast_scenario
    from rift_sim.analysis.onset.start import write_initial
    from rift_sim.analysis.onset.trial import OURS
    from rift_sim.ensemble.run import run

    first, last = pair
    initial = write_initial(record, first + 1, coverage, out / "inputs")
    runs = {}
    for mode, name in OURS.items():
        scenario = forecast_scenario(
            record,
            first + 1,
            last,
            mode,
            parameters=plan.parameters,
            initial=initial,
            observe=("presence_survey",),
        )
        progress.say(f"onset {first}-{last}, {mode}")
        runs[name] = run(
            scenario,
            replicates=max(plan.replicates, _ONSET_REPLICATES),
            out=out / "runs" / f"onset-{mode}",
            workers=workers,
            municipal=True,
            progress=progress,
        )
    return runs


def _score_onset(
    record: Record, pair: tuple[int, int], runs: Mapping[str, Run], out: Path
) -> list[OnsetRow]:
    """Score the runs between two waves, and draw."""
    from rift_sim.analysis.onset.trial import curves, onset_rows
    from rift_sim.plots.validation import draw_onset
    from rift_sim.territory import load_territory

    rows = onset_rows(record, load_territory(), runs, *pair)
    draw_onset(rows, curves(record, runs, *pair), out / "figures" / "onset.png")
    return rows


def _print(scores: list[ScoreRow], onset: list[OnsetRow]) -> None:
    from rift_sim.analysis.validation.tables import onset_table, score_table
    from rift_sim.cli.console import make_console

    console = make_console()
    if not scores:
        console.print("Nothing that was forecast is on record.")
        return
    console.print(
        "The model; naive forecasts stand in scores.csv. In band: share of observations within the "
        "90 % band. Skill is that in CRPS, 1 for a perfect forecast and 0 for one as good as "
        "persistence, with a 95 % interval."
    )
    console.print(score_table(scores))
    if onset:
        console.print(
            "Chances of municipalities between the waves: area under the ROC curve, 95 %."
        )
        console.print(onset_table(onset))


def _write(
    out: Path,
    scores: list[ScoreRow],
    shares: list[ShareRow],
    onset: list[OnsetRow],
    more: dict[str, str],
) -> None:
    from rift_sim.analysis.validation.tables import to_csv, to_markdown

    texts = {
        "scores.csv": to_csv(scores),
        "scores.md": to_markdown(scores),
        "shares.csv": to_csv(shares),
    }
    if onset:
        texts |= {"onset.csv": to_csv(onset), "onset.md": to_markdown(onset)}
    texts |= more
    for name, text in texts.items():
        write_whole(out / name, text)
    echo(f"{', '.join(texts)} and figures written to {out}.", err=True)


def _report_failures(finished: list[Run], folder: Path) -> None:
    """Name the runs in which replicates failed, by their folders; the exit code is 1 then."""
    failed = {run.directory: len(run.failures) for run in finished if run.failures}
    if failed:
        listed = ", ".join(
            f"{many} of {path.relative_to(folder).as_posix()}" for path, many in failed.items()
        )
        echo(f"Failed replicates (see the manifests): {listed}", err=True)
        raise typer.Exit(1)


def _years(text: str) -> list[int]:
    """Read ``2020-2024`` or ``2020,2022``."""
    try:
        if "-" in text:
            first, last = (int(part) for part in text.split("-"))
            return list(range(first, last + 1))
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise InputError(
            f"'{text}' are no years", key="--origins", allowed="2020-2024, or 2020,2022"
        ) from None


def _pair(text: str) -> tuple[int, int]:
    years = [int(part) if part.strip().isdecimal() else 0 for part in text.split(",")]
    if len(years) != 2 or not 0 < years[0] < years[1]:
        raise InputError(
            f"'{text}' are no two waves", key="--waves", allowed="two years, as 2019,2022; or none"
        )
    return years[0], years[1]
