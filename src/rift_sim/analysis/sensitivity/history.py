"""What history has said about a parameter: something, nothing, or it was not asked."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from rift_sim.analysis.calibrate.results import CRITICAL, LEAST_DISTANCE, ks_distance
from rift_sim.physics.arrays import Floats

if TYPE_CHECKING:
    from rift_sim.seeds import Distribution
    from rift_sim.seeds.ledger import Ledger
    from rift_sim.seeds.posterior import Posterior

__all__ = ["ASSUMED", "INFORMED", "NOT_FITTED", "SAME", "history_said", "prior_shares"]

INFORMED, SAME, NOT_FITTED = "informed", "posterior = prior", "not fitted"
ASSUMED = "assumed"
_LEVELS = 2000


def history_said(
    table: Posterior | None, ledger: Ledger, assumed: Collection[str] = ()
) -> dict[str, str]:
    """Say of every parameter of the ledger whether history moved it.

    The criterion is that of a calibration's report: the distribution functions of posterior and
    prior differ by more than 0.1 somewhere, and by more than chance gives with the effective
    sample size of the table.

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
    size = len(table.draws)
    effective = float(table.provenance.get("effective_sample_size", size))
    threshold = max(LEAST_DISTANCE, CRITICAL / effective**0.5)
    for name, values in zip(table.names, table.rows.T, strict=True):
        scores = ndtri(prior_shares(ledger.parameters[name].prior, values))
        distance = ks_distance(scores, np.full(size, 1.0 / size))
        said[name] = INFORMED if distance > threshold else SAME
    return said | own


def prior_shares(prior: Distribution, values: Floats) -> Floats:
    """Return the prior's probability below each value, shape as `values`.

    Priors have quantile functions only, so that it is read off a fine grid of them; good to
    half a thousandth.
    """
    shares = (np.arange(_LEVELS) + 0.5) / _LEVELS
    grid = np.array([prior.quantile(float(share)) for share in shares])
    return np.interp(values, grid, shares)
