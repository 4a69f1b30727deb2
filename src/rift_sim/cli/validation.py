"""``rift validate``: forecasts from rolling origins beside the record and naive forecasts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rift_sim.errors import InputError

if TYPE_CHECKING:
    from rift_sim.analysis.onset_trial import OnsetRow
    from rift_sim.analysis.validate import Plan
    from rift_sim.analysis.validation import ScoreRow, ShareRow
    from rift_sim.cli.console import Progress
    from rift_sim.observed import Record

__all__ = ["validate"]

_COVERAGE = 0.65
"""Share of the places with groups that the survey of 2019 covered. The Ombudsman named 213, 149 and
124 places for EGC, ELN and dissidents in that year, the survey 107, 106 and 111 (facts
PRESENCE_DEFENSORIA, PRESENCE_PARES): 0.67 in all. Nothing later is in it."""


def validate(
    directory: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DIR]", help="Folder of data files; RIFT_DATA, or the ledger alone."
        ),
    ] = None,
    origins: Annotated[
        str, typer.Option(help="First years of the forecasts: 2020-2024, or 2016,2019.")
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
        str, typer.Option(help="Two waves of presence between which onset is scored; none: skip.")
    ] = "2019,2022",
    coverage: Annotated[
        float, typer.Option(min=0.05, max=1.0, help="Share of places the first wave covered.")
    ] = _COVERAGE,
    municipal: Annotated[
        bool, typer.Option(help="Also score municipalities, single groups, and what agents add.")
    ] = True,
    out: Annotated[
        Path, typer.Option("-o", "--out", help="Folder for runs, tables and figures.")
    ] = Path("validation"),
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; one for each core if not given.")
    ] = None,
) -> None:
    """Score forecasts from rolling origins against history, beside naive forecasts.

    Each origin is run twice: given the dated events of history (conditional), and without any
    event after the origin (forecast). What is interrupted goes on where it stopped, but for the
    single replicates of the municipal part, which are run anew. Needs the extra 'validate'.

    Example: rift validate data --origins 2020-2024 --parameters posterior-2019 -n 400
    """
    from rift_sim.analysis.extras import need
    from rift_sim.analysis.validate import Plan
    from rift_sim.cli.console import Progress
    from rift_sim.cli.municipal import municipal_texts
    from rift_sim.observed import data_directory, load_record

    need("scoringrules")
    need("sklearn.ensemble")
    plan = Plan(_years(origins), last, horizon, replicates, parameters)
    record = load_record(directory if directory is not None else data_directory())
    pair = None if waves == "none" else _pair(waves)
    with Progress() as progress:
        for warning in record.warnings:
            progress.say(f"Note: {warning}")
        scores, shares = _rolling(record, plan, out, workers, progress)
        onset = [] if pair is None else _onset(record, plan, pair, coverage, out, workers, progress)
        more: dict[str, str] = {}
        if municipal:
            more = municipal_texts(record, plan, pair, coverage, out, workers, progress)
    _print(scores, onset)
    _write(out, scores, shares, onset, more)


def _rolling(
    record: Record, plan: Plan, out: Path, workers: int | None, progress: Progress
) -> tuple[list[ScoreRow], list[ShareRow]]:
    from rift_sim.analysis.validate import forecasts, run_origins, scored_targets
    from rift_sim.analysis.validation import score_rows, share_rows

    runs = run_origins(record, plan, out / "runs", workers=workers, progress=progress)
    cases = forecasts(record, scored_targets(record), runs)
    scores = [row for (mode, _), some in cases.items() for row in score_rows(some, mode)]
    shares = [row for (mode, _), some in cases.items() for row in share_rows(some, mode)]
    from rift_sim.plots.validation import draw_coverage, draw_ranks, draw_skill

    folder = out / "figures"
    folder.mkdir(parents=True, exist_ok=True)
    draw_skill(scores, folder / "skill.png")
    draw_coverage(scores, folder / "coverage.png")
    draw_ranks(cases, folder / "ranks.png")
    return scores, shares


def _onset(
    record: Record,
    plan: Plan,
    pair: tuple[int, int],
    coverage: float,
    out: Path,
    workers: int | None,
    progress: Progress,
) -> list[OnsetRow]:
    """Run from the first wave to the second, with and without later events, and score."""
    from rift_sim.analysis.forecast import forecast_scenario
    from rift_sim.analysis.onset_trial import curves, onset_rows, write_initial
    from rift_sim.ensemble.run import run
    from rift_sim.plots.validation import draw_onset
    from rift_sim.territory import load_territory

    first, last = pair
    missing = [year for year in pair if record.presence(year) is None]
    if missing:
        progress.say(f"Onset is not scored: no survey of presence of {missing[0]}")
        return []
    initial = write_initial(record, first + 1, coverage, out / "inputs")
    runs = {}
    for mode in ("forecast", "conditional"):
        scenario = forecast_scenario(
            record,
            first + 1,
            last,
            mode,
            parameters=plan.parameters,
            initial=initial,
            observe=("presence_survey",),
        )
        name = "model" if mode == "forecast" else "model, later events known"
        folder = out / "runs" / f"onset-{mode}"
        many = max(plan.replicates, 1000)
        progress.say(f"onset {first}-{last}, {mode}")
        runs[name] = run(
            scenario,
            replicates=many,
            out=folder,
            workers=workers,
            municipal=True,
            progress=progress,
        )
    rows = onset_rows(record, load_territory(), runs, first, last)
    draw_onset(rows, curves(record, runs, first, last), out / "figures" / "onset.png")
    return rows


def _print(scores: list[ScoreRow], onset: list[OnsetRow]) -> None:
    from rift_sim.analysis.validation_table import onset_table, score_table
    from rift_sim.cli.console import make_console

    console = make_console()
    console.print(score_table(scores))
    if onset:
        console.print(onset_table(onset))


def _write(
    out: Path,
    scores: list[ScoreRow],
    shares: list[ShareRow],
    onset: list[OnsetRow],
    more: dict[str, str],
) -> None:
    from rift_sim.analysis.validation_table import to_csv, to_markdown

    texts = {
        "scores.csv": to_csv(scores),
        "scores.md": to_markdown(scores),
        "shares.csv": to_csv(shares),
    }
    if onset:
        texts |= {"onset.csv": to_csv(onset), "onset.md": to_markdown(onset)}
    texts |= more
    for name, text in texts.items():
        (out / name).write_text(text, encoding="utf-8")
    typer.echo(f"{', '.join(texts)} and figures written to {out}.", err=True)


def _years(text: str) -> list[int]:
    """Read ``2020-2024`` or ``2016,2019``."""
    try:
        if "-" in text:
            first, last = (int(part) for part in text.split("-"))
            return list(range(first, last + 1))
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise InputError(
            f"'{text}' are no years", key="--origins", allowed="2020-2024, or 2016,2019"
        ) from None


def _pair(text: str) -> tuple[int, int]:
    years = [part for part in text.split(",") if part.strip().isdigit()]
    if len(years) != 2 or int(years[0]) >= int(years[1]):
        raise InputError(
            f"'{text}' are no two waves", key="--waves", allowed="two years, as 2019,2022; or none"
        )
    return int(years[0]), int(years[1])
