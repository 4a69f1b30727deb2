"""Commands that set the model beside the record."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rift_sim.cli.console import echo
from rift_sim.cli.options import AllowOutside, Force, Workers

__all__ = ["claims", "crises", "explain"]

_SEED = 1


def crises(
    draws: Annotated[
        int, typer.Option("-n", "--draws", min=1, help="Draws from the priors of the model.")
    ] = 1000,
) -> None:
    """Compare accounts of the crises between the two governments since 2000.

    Prints the crises by year, the log-likelihood of each account, and how far the record
    says whether one crisis brings the next.

    Example: rift crises
    """
    from rich.table import Table

    from rift_sim.analysis.crises import accounts, crisis_record, echo_profile
    from rift_sim.cli.console import make_console
    from rift_sim.parameters import Beliefs
    from rift_sim.seeds import load_ledger

    console, ledger = make_console(), load_ledger()
    record, beliefs = crisis_record(ledger), Beliefs(ledger)
    years = ", ".join(f"{n} in {year}" for year, n in record.by_year.items() if n)
    console.print(
        f"Crises from {record.months[0]} to {record.months[-1]}: {years}; none in other years."
    )
    values = {name: parameter.value for name, parameter in ledger.parameters.items()}
    found = accounts(record, values, [beliefs.draw(_SEED, k) for k in range(draws)])
    table = Table("account", "what it says", "fitted", "monthly", "yearly", "AIC")
    for account in found:
        yearly = "" if account.yearly is None else f"{account.yearly:.2f}"
        table.add_row(
            account.name,
            account.meaning,
            str(account.fitted),
            f"{account.monthly:.2f}",
            yearly,
            f"{account.aic:.1f}",
        )
    console.print(table)
    console.print(
        "monthly, yearly: log-likelihood of the counts; higher is better. The priors of the model "
        "were written down by people who knew this record: not fitted does not mean unseen."
    )
    profile = echo_profile(record, values)
    low, high = (pick(value for _, value in profile) for pick in (min, max))
    verdict = "hardly says" if high - low < 1.92 else "says"
    console.print(
        f"Between no echo and one crisis bringing {profile[-1][0]:.1f} more, the log-likelihood "
        f"moves by {high - low:.2f}: the record {verdict} how strong the echo is."
    )


def claims(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Claims; all if none is named.")
    ] = None,
    replicates: Annotated[
        int, typer.Option("-n", "--replicates", min=2, help="Pairs for each claim.")
    ] = 100,
    theory: Annotated[
        str, typer.Option(help="Under which theory: document, rival or both.")
    ] = "both",
    workers: Workers = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "-o", "--out", help="Write the table as CSV and Markdown: this name with both endings."
        ),
    ] = None,
    force: Force = False,
) -> None:
    """Test the causal claims: the same replicates with the cause and without it.

    Each claim is tested under two theories side by side, the scenarios reference and
    rival-theory. With the mechanism switched off the difference has to be exactly zero.
    Verdicts are what came out; label says whether the sign was built in.

    Example: rift claims -n 300 --out claims
    """
    from rift_sim.analysis.claims.table import columns, sources, to_csv, to_markdown
    from rift_sim.analysis.claims.trials import choose_claims, choose_theories
    from rift_sim.analysis.claims.verdicts import try_claims
    from rift_sim.cli.console import Progress, make_console
    from rift_sim.drafts import write_whole
    from rift_sim.ensemble.execution.executor import available_cores
    from rift_sim.outputs import check_output
    from rift_sim.seeds import load_ledger

    ledger = load_ledger()
    chosen, theories = choose_claims(ledger, ids or ()), choose_theories(theory)
    files = [] if out is None else [out.with_suffix(end) for end in (".csv", ".md")]
    for file in files:
        check_output(file, force=force)
    with Progress() as progress:
        found = try_claims(
            ledger,
            chosen,
            replicates,
            theories=theories,
            workers=workers if workers is not None else available_cores(),
            progress=progress,
        )
    make_console().print(columns(found))
    texts = (to_csv(found), to_markdown(found) + sources(ledger, found))
    for file, text in zip(files, texts, strict=False):
        write_whole(file, text)
        echo(f"{file} written.", err=True)


def explain(
    first: Annotated[str, typer.Argument(help="A scenario file, or a shipped scenario by name.")],
    second: Annotated[str, typer.Argument(help="The scenario it is compared with.")],
    variable: Annotated[str, typer.Option(help="National series.")] = "control",
    when: Annotated[str, typer.Option(help="end, sum, or a month (YYYY-MM).")] = "end",
    replicates: Annotated[
        int, typer.Option("-n", "--replicates", min=2, help="Pairs of replicates.")
    ] = 100,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change one value in both scenarios."),
    ] = None,
    allow_outside: AllowOutside = False,
    workers: Workers = None,
    figure: Annotated[
        Path | None, typer.Option(help="Also draw a waterfall chart into this file.")
    ] = None,
) -> None:
    """Break the difference of two scenarios down by mechanism.

    One part of the mechanisms is switched off at a time; its contribution is what the
    difference loses. What contributions leave over is stated.

    Example: rift explain full-cutoff no-cutoff --variable control
    """
    from rich.table import Table

    from rift_sim.analysis.explain import explain as break_down
    from rift_sim.cli.console import Progress, make_console
    from rift_sim.ensemble.execution.executor import available_cores
    from rift_sim.outputs import check_figure

    if figure is not None:
        check_figure(figure, force=True, key="--figure")
    with Progress() as progress:
        found = break_down(
            first,
            second,
            variable,
            when,
            replicates=replicates,
            settings=settings or (),
            allow_outside=allow_outside,
            workers=workers if workers is not None else available_cores(),
            progress=progress,
        )
    unit = "" if found.unit == "1" else f", {found.unit}"
    table = Table(f"{found.first} minus {found.second}", f"{variable} ({when}{unit})", "95 %")
    rows = {"difference": found.difference, **found.parts, "left over": found.rest}
    for name, value in rows.items():
        table.add_row(name, f"{value.mean:+.3g}", f"{value.low:+.3g} to {value.high:+.3g}")
    make_console().print(table)
    if figure is not None:
        from rift_sim.plots.waterfall import draw_waterfall

        draw_waterfall(found, figure)
        echo(f"{figure} written.", err=True)
