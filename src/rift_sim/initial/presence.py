"""Which group is where at the start: department counts spread over municipalities."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["assign_presence", "smooth_noise"]

Floats = NDArray[np.float64]
Flags = NDArray[np.uint8]


def smooth_noise(
    noise: Floats, indptr: NDArray[np.int32], indices: NDArray[np.int32], weight: float = 0.7
) -> Floats:
    """Blend noise with the mean of its neighbours, so that footholds form clusters.

    `noise` has shape (..., place); the variance is brought back to about 1.
    """
    degree = np.maximum(np.diff(indptr), 1)
    sums = np.add.reduceat(
        np.concatenate([noise[..., indices], np.zeros((*noise.shape[:-1], 1))], axis=-1),
        np.minimum(indptr[:-1], indices.size),
        axis=-1,
    )
    near = np.where(np.diff(indptr) > 0, sums, 0.0) / degree
    blend = (1.0 - weight) * noise + weight * near * np.sqrt(degree)
    return np.asarray(blend / np.sqrt((1.0 - weight) ** 2 + weight**2))


def assign_presence(
    counts: NDArray[np.int64],
    any_group: NDArray[np.int64],
    department: NDArray[np.int32],
    place_score: Floats,
    group_score: Floats,
) -> Flags:
    """Choose municipalities so that every department count is met exactly.

    In each department the `any_group` places with the highest scores are affected; each
    group takes the best of them by its own score; affected places left without a group
    are then given to the group with the most doubly held places, which leaves one of
    those. A department whose counts contradict each other keeps the group counts.

    Parameters
    ----------
    counts
        Municipalities by group, shape (department, group).
    any_group
        Municipalities with at least one group, shape (department,).
    department
        Department of each place, -1 outside the country, shape (place,).
    place_score, group_score
        Shapes (place,) and (group, place).

    Returns
    -------
    ndarray
        1 where a group has a foothold, shape (group, place).
    """
    groups = counts.shape[1]
    present = np.zeros((groups, department.size), dtype=np.uint8)
    for d in range(counts.shape[0]):
        wanted = counts[d]
        if not wanted.any():
            continue
        here = np.flatnonzero(department == d)
        size = min(max(int(any_group[d]), int(wanted.max())), here.size)
        affected = here[np.argsort(-place_score[here], kind="stable")[:size]]
        chosen = np.zeros((groups, size), dtype=bool)
        for g in np.flatnonzero(wanted):
            best = np.argsort(-group_score[g, affected], kind="stable")
            chosen[g, best[: min(int(wanted[g]), size)]] = True
        _cover(chosen, group_score[:, affected])
        present[:, affected] = chosen
    return present


def _cover(chosen: NDArray[np.bool_], score: Floats) -> None:
    """Hand doubly held places over until none is left without a group."""
    while True:
        held = chosen.sum(axis=0)
        empty = np.flatnonzero(held == 0)
        if empty.size == 0:
            return
        spare = chosen & (held > 1)
        if not spare.any():
            return
        place = int(empty[0])
        g = int(np.argmax(np.where(spare.any(axis=1), score[:, place], -np.inf)))
        candidates = np.flatnonzero(spare[g])
        worst = int(candidates[np.argmin(score[g, candidates])])
        chosen[g, worst] = False
        chosen[g, place] = True
