"""Regression adjustment: what accepted draws would be, had they met history exactly."""

from __future__ import annotations

import numpy as np

from rift_sim.physics.arrays import Floats

__all__ = ["adjusted"]

_RIDGE = 1e-3
_FARTHEST = 4.0
"""Normal scores are held within this many standard deviations of the prior."""


def adjusted(
    scores: Floats, weights: Floats, simulated: Floats, observed: Floats, distances: Floats
) -> tuple[Floats, Floats]:
    """Move accepted draws by local-linear regression to where they would meet what was observed.

    Fits ``score = a + b (s - s_observed)`` among the accepted draws, weighted by an Epanechnikov
    kernel of their distance, and returns ``score - b (s - s_observed)`` with these weights
    (Beaumont, Zhang and Balding 2002, doi:10.1093/genetics/162.4.2025). So a wide threshold costs
    less, and many parameters may be calibrated at once. A small ridge keeps numbers that hardly
    vary among the accepted draws from moving anything far.

    Parameters
    ----------
    scores
        Normal scores of the parameters, shape (draw, parameter).
    weights
        Of the draws, shape (draw,); they sum to 1.
    simulated
        Numbers as they are compared, shape (draw, summary).
    observed
        Shape (summary,).
    distances
        Shape (draw,).

    Returns
    -------
    scores, weights
        As given; unchanged where there are not more draws than numbers.
    """
    gaps = simulated - observed
    spread = gaps.std(axis=0)
    used = spread > 0.0
    if len(scores) <= used.sum() + 1:
        return scores, weights
    gaps = gaps[:, used] / spread[used]
    farthest = float(distances.max())
    near = np.maximum(1.0 - (distances / (1.001 * farthest)) ** 2, 0.0) if farthest > 0.0 else 1.0
    kernel = weights * near
    kernel /= kernel.sum()
    rows = np.column_stack([np.ones(len(gaps)), gaps])
    normal = rows.T @ (kernel[:, None] * rows)
    normal[1:, 1:] += _RIDGE * np.eye(gaps.shape[1])
    slopes = np.linalg.solve(normal, rows.T @ (kernel[:, None] * scores))[1:]
    return np.clip(scores - gaps @ slopes, -_FARTHEST, _FARTHEST), kernel
