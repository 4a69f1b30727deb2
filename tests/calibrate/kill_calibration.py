"""A calibration of the toy in a process of its own, for tests that kill it.

python kill_calibration.py FOLDER PAUSE WORKERS
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from toy import toy_fit, toy_problem


def main() -> None:
    # A shell that runs tests in the background has interrupts ignored, for children too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    problem = toy_problem(pause=float(sys.argv[2]))
    toy_fit(Path(sys.argv[1]), problem, workers=int(sys.argv[3]), batch=8)


if __name__ == "__main__":
    main()
