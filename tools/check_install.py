"""Install the built wheel as strangers do, with no checkout, and use what each extra brings.

``python tools/check_install.py`` builds the wheel, makes an empty environment for each choice of
extras, installs the wheel there and runs commands in an empty folder. Without names it tries the
wheel alone; ``--extra NAME`` (repeatable) or ``--all`` tries extras, each alone and then together.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Months of 2026 only: what is tried is the installation, not the model.
SHORT = (
    "name: short\nextends: reference\nend: 2026-12\nobserve: [control, newly_displaced, coca_ha]\n"
)
PAST = (
    "name: past\nextends: reference\nstart: 2018-01\nend: 2019-12\n"
    "observe: [newly_displaced, coca_ha]\n"
)
FIT = (
    "scenario: past.yaml\nwindow: to-2019\nparameters: {ids: [displacement_level, coca_growth]}\n"
    "summaries: {displaced_register: 1, coca_national: 1}\n"
    "population: 10\ngenerations: 1\nseed: 4\nbatch: 8\npredictive: 20\n"
)
SERVE = """\
import os, signal, subprocess, sys, urllib.request
page = subprocess.Popen(["rift", "explore", "short.yaml", "--no-browser", "--port", "0"],
                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
for line in page.stdout:
    address = next((word for word in line.split() if word.startswith("http://")), None)
    if address:
        break
else:
    sys.exit("the page gave no address")
status = urllib.request.urlopen(address.rstrip(".,"), timeout=60).status
os.kill(page.pid, signal.SIGINT)
page.communicate(timeout=60)
sys.exit(status != 200)
"""
DASK = """\
import rift_sim
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:
        run = rift_sim.run("short.yaml", replicates=2, scheduler=cluster.scheduler_address,
                           out="runs/cluster", force=True)
        assert run.dataset.sizes["replicate"] == 2
"""
RUN = "rift run short.yaml -n 4 -o runs/short --no-figures --force"
USES = {
    "": [
        "rift run reference -n 2",
        RUN,
        "rift list",
        "rift plot runs/short",
        "rift seeds parameters loss_rate",
    ],
    "bench": ["python -c 'import flee'"],
    "calibrate": ["rift calibrate fit.yaml -o runs/fit -j 1"],
    "cluster": ["python cluster.py"],
    "dev": ["ruff --version", "mypy --version"],
    "discover": ["rift discover short.yaml --when 'control > 0.31' -n 100 -o runs/boxes"],
    "docs": ["mkdocs --version"],
    "explore": ["python serve.py"],
    "export": [
        "rift export runs/short --to netcdf -o short.nc --force",
        "rift export runs/short --to parquet -o short.parquet --force",
    ],
    "maps": ["python -c 'import locatepy, shapely'"],
    "report": ["rift report runs/short -o report.html --force"],
    "sensitivity": [
        "rift sensitivity short.yaml --variable control --method morris --trajectories 4 "
        "--parameter loss_rate --parameter coca_growth -o runs/shares"
    ],
    "test": ["python -m pytest --version"],
    "validate": ["rift validate --origins 2023 -n 20 -o runs/validation"],
}
"""What is run in an environment with one extra; the empty name stands for none."""


def main() -> int:
    """Try the installations asked for, and say how each went."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--extra", action="append", default=[], help="try this extra, too")
    parser.add_argument("--all", action="store_true", help="try every extra, then all together")
    asked = parser.parse_args()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    if unknown := [name for name in (*asked.extra, *extras) if name not in USES or not name]:
        parser.error(f"nothing to try for {', '.join(unknown)}; known: {', '.join(USES)}")
    choices = [[""], *([name] for name in (sorted(extras) if asked.all else asked.extra))]
    if asked.all:
        choices.append(sorted(extras))
    with tempfile.TemporaryDirectory(prefix="rift_sim-install.") as work:
        failed = [names for names in choices if not tried(Path(work), names)]
    return 1 if failed else 0


def tried(work: Path, names: list[str]) -> bool:
    """Install the wheel with some extras into an environment that has nothing else; use them.

    The environment with the wheel alone is made first and kept: the others begin as copies of
    it in the same place, so that kernels are compiled once.
    """
    begin = time.monotonic()
    environment, alone, folder = work / "environment", work / "alone", work / "empty"
    for place in (environment, folder):
        shutil.rmtree(place, ignore_errors=True)
    folder.mkdir()
    for name, text in _FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    commands = [c for name in names for c in USES[name]]
    if names == [""]:
        wheel = build(work)
        venv.create(environment, with_pip=True)
        commands = [installation(wheel), *commands]
    else:
        wheel = next(work.glob("rift_sim-*.whl"))
        shutil.copytree(alone, environment, symlinks=True)
        commands = [installation(wheel, names), RUN, *commands]
    problem = next(filter(None, (run(c, folder, environment, work) for c in commands)), None)
    if names == [""]:
        shutil.copytree(environment, alone, symlinks=True)
    label, took = "+".join(names) or "the wheel alone", time.monotonic() - begin
    told = "failed" if problem else "works"
    print(f"{label}: {told} ({len(commands)} commands, {took:.0f} s)", flush=True)
    if problem:
        print(problem, flush=True)
    return problem is None


def build(work: Path) -> Path:
    """Build the wheel into `work`."""
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(work), str(ROOT)]
    subprocess.run(command, check=True)
    return next(work.glob("rift_sim-*.whl"))


def installation(wheel: Path, extras: list[str] | None = None) -> str:
    """Return the command that installs the wheel with extras."""
    wanted = f"{wheel}[{','.join(extras)}]" if extras else str(wheel)
    return f"python -m pip install -q -c '{ROOT / 'constraints.txt'}' '{wanted}'"


_FILES = {
    "short.yaml": SHORT,
    "past.yaml": PAST,
    "fit.yaml": FIT,
    "serve.py": SERVE,
    "cluster.py": DASK,
}


def run(command: str, folder: Path, environment: Path, work: Path) -> str | None:
    """Run a command in an environment; return what it said if it failed."""
    own = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "RIFT_"))
    }
    own["PATH"] = f"{environment / 'bin'}:{own['PATH']}"
    own["RIFT_CACHE"] = str(work / "cache")
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=own,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return f"$ {command}\n{done.stdout[-3000:]}" if done.returncode else None


if __name__ == "__main__":
    sys.exit(main())
