"""Lists of footholds for kernels called by hand."""

from typing import Any

import numpy as np

from rift_sim.physics.reach import Cells, Lodgers, footholds_of, new_cells, scout


def scratch(places: int) -> np.ndarray:
    """Return the working space that kernels take, all zero."""
    return np.zeros((4, places))


def overwritten(places: int) -> np.ndarray:
    """Return working space of kernels that overwrite it: whoever reads it first spoils a result."""
    return np.full((4, places), np.nan)


def everywhere(groups: int, places: int) -> tuple[Cells, Lodgers]:
    """List every group in every place."""
    return footholds_of(np.ones((groups, places), dtype=np.uint8))


def listed(present: np.ndarray) -> tuple[np.ndarray, Cells, Lodgers]:
    """Return what entry and exit keep up to date, for a map of footholds."""
    return present.copy(), *footholds_of(present)


def prospects_of(present: np.ndarray, *graph_numbers_key_highest: Any) -> Cells:
    """List the places that groups might enter."""
    found = new_cells(*present.shape)
    mark = np.zeros(present.shape[1], dtype=np.uint8)
    scout(footholds_of(present)[0], present, *graph_numbers_key_highest, found, mark)
    assert not mark.any()
    return found


def rows(cells: Cells) -> list[list[int]]:
    """Return the places of each group as plain lists."""
    return [row[:number].tolist() for number, row in zip(cells.number, cells.place, strict=True)]
