"""Figures of a validation: skill, coverage, rank histograms, onset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rift_sim.analysis.cases import MODEL, Cases
from rift_sim.analysis.discrimination import Calibration
from rift_sim.analysis.forecast import Mode
from rift_sim.analysis.onset_trial import OnsetRow
from rift_sim.analysis.validation import BINS, ScoreRow, ranks
from rift_sim.plots.style import BLACK, BLUE, GREY, VERMILLION, add_footer, new_figure, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_coverage", "draw_onset", "draw_ranks", "draw_skill"]

_COLOURS = {"conditional": VERMILLION, "forecast": BLUE}
_FEW = 5
_WIDEST = 1.5
