"""The fuzzer of ``tools/fuzz.py`` is not installed; tests find it in the clone."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
