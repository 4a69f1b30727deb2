"""What history has said about a parameter: something, nothing, or it was not asked."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from rift_sim.analysis.levers.informed import compare_table

if TYPE_CHECKING:
    from rift_sim.seeds.ledger import Ledger
    from rift_sim.seeds.posterior import Posterior

__all__ = ["ASSUMED", "INFORMED", "NOT_FITTED", "SAME", "history_said"]

INFORMED, SAME, NOT_FITTED = "informed", "posterior = prior", "not fitted"
ASSUMED = "assumed"


def history_said(
    table: Posterior | None, ledger: Ledger, assumed: Collection[str] = ()
) -> dict[str, str]:
    """Say of every parameter of the ledger whether history moved it.

    The criterion is that of `rift_sim.analysis.levers.informed`.

    Parameters
    ----------
    table
        Posterior draws; None where parameters come from the priors.
    ledger
        Has the priors.
    assumed
        Ids of parameters of which the scenario believes something of its own.

    Returns
    -------
    dict
        `INFORMED`, `SAME`, `NOT_FITTED` or `ASSUMED` by id.
    """
    said = dict.fromkeys(ledger.parameters, NOT_FITTED)
    own = dict.fromkeys(assumed, ASSUMED)
    if table is None:
        return said | own
    found = compare_table(table, ledger)
    said |= {name: INFORMED if found.informed(name) else SAME for name in found.distances}
    return said | own
