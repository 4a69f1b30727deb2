"""Commands that set the model beside the record."""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["crises"]

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
