"""``python -m rift_sim.cli`` is ``rift``."""

from __future__ import annotations

import sys

from rift_sim.cli import main

if __name__ == "__main__":
    sys.exit(main())
