"""What commands of the pages run as in tests, and what tests never run. All of it stands here.

``RIFT_DOCS=full`` runs every command as it is written; see CONTRIBUTING.md.
"""

from __future__ import annotations

import os
import re
import shlex

FULL = os.environ.get("RIFT_DOCS") == "full"

SMALLER: tuple[tuple[str, str], ...] = (
    (r"run factorial", "-n 1 -j 1 --no-figures"),
    (r"run", "-n 2 -j 1 --no-figures"),
    (r"claims .*C\d\d", "-n 2 -j 1"),
    (r"claims", "-n 2 -j 1 C05 C09"),
    (r"explain", "-n 2 -j 1 --set end=2026-03"),
    (r"levers .*--from-priors", "-n 2 -j 1 --lever pressure --lever aid.police"),
    (r"levers", "-n 2 -j 1"),
    (r"threshold", "-n 10 -j 1 --grid 3 --set end=2026-12"),
    (r"uncertainty", "--parameters 2 -j 1"),
    (r"sensitivity .*--by", "--trajectories 2 --points 2 -n 2 -j 1 --top 2 --set end=2028-12"),
    (r"sensitivity", "--trajectories 2 --points 2 -n 2 -j 1 --parameter deterrence --top 1"),
    (r"discover reference", "-n 100 -j 1 --when 'control@2028-12 > 0.335'"),
    (r"discover", "-n 100 -j 1 --when 'control > 0.335'"),
    (r"validate", "--origins 2020 --last 2020 --horizon 1 -n 20 --waves none -j 1"),
    (r"calibrate", "-j 1"),
    (r"compare .*--figures", "--variable control"),
)
"""Options in tests, in place of those that are written: a pattern of what follows ``rift``, the
first that fits, and the options. What is not named stays as it is. A command that is then the same
as one before it on the page is not run again."""

SMALLER_TEXT: tuple[tuple[str, str], ...] = (
    (r"\breplicates=\d+", "replicates=2"),
    (r"(?m)^population: \d+", "population: 10\npredictive: 20\nbatch: 20"),
    (r"(?m)^generations: \d+", "generations: 1"),
    (r"simulations: \d+", "simulations: 40"),
)
"""The same in Python blocks and in files of settings: pattern and what stands in its place."""

NEVER: tuple[tuple[str, str], ...] = (
    (r"python3? -m venv", "installs; .ci/run reads the README's line and runs it"),
    (r"\bpip install", "installs"),
    (r"pre-commit install", "changes the clone"),
    (r"--scheduler|dask (scheduler|worker|ssh)|python cluster\.py", "needs a cluster; "
     "tests/ensemble/test_ensemble_cluster.py runs one on this machine"),
    (r"rift explore", "serves until it is stopped; tests/browser/test_explore.py drives it"),
    (r"python -m benchmarks", "measures for minutes; tests/benchmarks runs it"),
    (r"tools/build_territory\.py", "downloads 90 MB and needs a file that is not shipped"),
    (r"pytest|\.ci/run|mkdocs serve", "runs the tests, or serves"),
    (r"tools/check_install\.py", "installs; .ci/run runs it for the wheel alone"),
    (r"tools/(fuzz|mutate)\.py|tools/cover", "takes from minutes to hours, and reads the clone"),
    (r"^\. \.venv/bin/activate", "of what was not installed"),
)  # fmt: skip
"""Commands that are read but never run: pattern and reason. Their options are checked."""

NEVER_PYTHON: tuple[tuple[str, str], ...] = (
    (r"SLURMCluster", "needs a batch system; the block is compiled"),
)

BY_HAND: tuple[tuple[str, str], ...] = (
    (r"rift calibrate .*--sbc", "twenty calibrations at least; tests/calibrate has small ones"),
    (r"rift validate .*--municipal", "minutes at any size; tests/cli/test_cli_municipal.py"),
)
"""Commands that run with ``RIFT_DOCS=full`` only."""

NEEDS_DATA = r"rift (data|calibrate)\b|rift validate (my-)?data\b|data_directory"
"""Commands and Python blocks that need third-party data (``RIFT_DATA``)."""

_SAME = {"--replicates": "-n", "--cases": "-n", "--workers": "-j"}


def reason(command: str, table: tuple[tuple[str, str], ...]) -> str | None:
    """Return why a command is not run, or None where the table does not name it."""
    return next((why for pattern, why in table if re.search(pattern, command)), None)


def smaller(words: list[str]) -> list[str]:
    """Return the words of a ``rift`` command with the sizes of tests."""
    text = " ".join(words[1:])
    more = next((more for what, more in SMALLER if re.match(rf"{what}\b", text)), "")
    extra = shlex.split(more)
    named = {word for word in extra if word.startswith("-") and word != "--set"}
    kept: list[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif _SAME.get(word, word) in named:
            skip = True
        else:
            kept.append(word)
    return kept + extra


def smaller_text(text: str) -> str:
    """Return a Python block or a file with the sizes of tests."""
    for pattern, instead in SMALLER_TEXT:
        text = re.sub(pattern, instead, text)
    return text
