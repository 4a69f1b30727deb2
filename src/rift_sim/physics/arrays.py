"""The types of the arrays that kernels work on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["Flags", "Floats", "Indices", "Ints", "Numbers"]

Floats = NDArray[np.float64]
Flags = NDArray[np.uint8]
"""0 or 1."""

Indices = NDArray[np.uint32]
"""Rows and columns of other arrays. Unsigned, because a kernel looks at every signed index
for whether it counts from the end."""

Ints = NDArray[np.int32]
"""Indices among which -1 stands for none."""

Numbers = NDArray[np.int64]
"""Lasting numbers of groups, and states of pairs."""
