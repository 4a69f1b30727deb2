"""How to repeat a run: commands, seed, versions and hashes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rift_sim.errors import InputError

if TYPE_CHECKING:
    from rift_sim.analysis.compare.arms import Arm
    from rift_sim.ensemble.run import Run
    from rift_sim.scenario import Scenario

__all__ = ["Recipe", "parameters_of", "recipe"]


@dataclass(frozen=True)
class Recipe:
    """What repeats a run.

    Attributes
    ----------
    label
        Name of the scenario.
    command
        What makes the run.
    file, yaml
        Name and content of the scenario file that the command needs; both empty where the
        scenario is shipped.
    facts
        Names and values: seed, replicates, versions, hashes.
    """

    label: str
    command: str
    file: str
    yaml: str
    facts: tuple[tuple[str, str], ...]


def recipe(arm: Arm) -> Recipe:
    """Say how a run is repeated."""
    from rift_sim.scenario import named_files, resolved_yaml

    scenario = arm.point
    replicates = int(arm.replicates.max()) + 1
    shipped = _is_shipped(scenario)
    name = scenario.name if shipped else re.sub(r"[^a-z0-9]+", "-", arm.label.lower()).strip("-")
    file = name if shipped else f"{name}.yaml"
    municipal = " --municipal" if arm.run.manifest["identity"].get("municipal") else ""
    outside = " --allow-outside" if not shipped and named_files(scenario) else ""
    command = (
        f"rift run {file}{outside} -n {replicates} --seed {arm.seed}{municipal} --out runs/{name}"
    )
    return Recipe(
        arm.label,
        command,
        "" if shipped else file,
        "" if shipped else resolved_yaml(scenario),
        tuple(_facts(arm)),
    )


def _is_shipped(scenario: Scenario) -> bool:
    """Say whether the shipped scenario of that name gives the same numbers."""
    from rift_sim.scenario import digest, load_scenario

    try:
        own = load_scenario(scenario.name)
        own = own.model_copy(update={"seed": scenario.seed})
        return digest(own) == digest(scenario)
    except InputError:
        return False


def _facts(arm: Arm) -> list[tuple[str, str]]:
    manifest = arm.run.manifest
    identity = manifest["identity"]
    versions = ", ".join(f"{name} {version}" for name, version in manifest["versions"].items())
    return [
        ("Seed", str(arm.seed)),
        ("Replicates", f"{arm.replicates.size:,}"),
        ("Parameters", parameters_of(arm.run)),
        ("Versions", versions),
        ("Hash of the scenario", str(identity["scenario"])),
        ("Hash of the ledger", str(identity["seeds"])),
        ("Hash of the code", str(identity["code"])),
        ("Made", ", ".join(s["started"] for s in manifest.get("sessions", ())) or "not recorded"),
    ]


def parameters_of(run: Run) -> str:
    """Say what the parameters of a run were drawn from."""
    table: Any = run.manifest.get("parameters", "prior")
    if not isinstance(table, dict):
        return "the priors of the ledger" if table == "prior" else str(table)
    window = table.get("provenance", {}).get("window")
    fitted = f", fitted to history {window.replace('-', ' ')}" if window else ""
    return (
        f"{Path(table['file']).name} ({table['draws']:,} draws{fitted}; SHA-256 {table['sha256']})"
    )
