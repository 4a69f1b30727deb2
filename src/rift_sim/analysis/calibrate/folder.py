"""The folder of a calibration: what it may hold, and what it says about itself."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rift_sim.analysis.calibrate.trials import method_digest
from rift_sim.ensemble.identity import code_digest, versions
from rift_sim.ensemble.lock import LOCK_FILE
from rift_sim.ensemble.storage.layout import read_json, write_json
from rift_sim.errors import InputError

if TYPE_CHECKING:
    from rift_sim.analysis.calibrate.config import Calibration
    from rift_sim.analysis.calibrate.problem import Fit
    from rift_sim.analysis.calibrate.trials import Summaries

__all__ = ["MANIFEST", "SIMULATIONS", "begin", "check_folder", "finish", "identity"]

MANIFEST = "calibration.json"
SIMULATIONS = "simulations"
_KIND = "rift_sim calibration"
_WORDS = {
    "scenario": "another scenario",
    "seeds": "other figures in seeds/",
    "code": "another version of the model",
    "method": "another version of the method",
    "targets": "other targets, or another record",
    "weights": "other weights",
    "parameters": "other parameters",
    "population": "another population",
}


def identity(calibration: Calibration, summaries: Summaries) -> dict[str, Any]:
    """Return what two calibrations share when one may go on where the other stopped.

    Generations, reasons to stop, batch and predictive draws may differ.
    """
    from rift_sim.scenario import digest
    from rift_sim.seeds import load_ledger

    return {
        "scenario": digest(calibration.scenario),
        "seeds": load_ledger().digest,
        "code": code_digest(),
        "method": method_digest(),
        "targets": summaries.digest,
        "weights": dict(calibration.weights),
        "parameters": list(calibration.names),
        "population": [calibration.effort.population, calibration.effort.accept],
    }


def check_folder(folder: Path, own: Mapping[str, Any]) -> None:
    """Look, without writing, whether a calibration may go into `folder`.

    Raises
    ------
    InputError
        When it holds another calibration, or anything else.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError("is not a folder", file=folder, key="-o/--out")
    if not folder.exists() or not {entry.name for entry in folder.iterdir()} - {LOCK_FILE}:
        return
    manifest = _manifest(folder)
    if manifest.get("kind") != _KIND:
        raise InputError(
            "the folder is not empty and holds no calibration",
            file=folder,
            allowed="an empty or new folder, or one with this calibration",
        )
    found = manifest.get("identity", {})
    different = [words for part, words in _WORDS.items() if found.get(part) != own[part]]
    if different:
        raise InputError(
            f"the folder holds a different calibration ({', '.join(different)})",
            file=folder,
            allowed="another folder, or this one emptied",
        )


def begin(folder: Path, calibration: Calibration, own: Mapping[str, Any]) -> list[str]:
    """Write down what is calibrated; return the versions that changed since it began."""
    earlier = _manifest(folder)
    now = _versions()
    then: dict[str, str] = earlier.get("versions", now)
    manifest = {
        "kind": _KIND,
        "config": calibration.document.path.name,
        "window": calibration.window,
        "identity": dict(own),
        "versions": then,
        "finished": None,
    }
    write_json(folder / MANIFEST, manifest)
    text = calibration.document.path.read_text(encoding="utf-8-sig")
    (folder / "config.yaml").write_text(text, encoding="utf-8")
    changed = [name for name in then if then[name] != now.get(name)]
    return [f"{name} {then[name]} -> {now.get(name)}" for name in changed]


def finish(folder: Path, fit: Fit) -> None:
    """Write down that it came to its end."""
    manifest = _manifest(folder)
    manifest["finished"] = {
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "reason": fit.reason,
        "generations": len(fit.generations),
        "effective_sample_size": fit.effective,
    }
    write_json(folder / MANIFEST, manifest)


def _versions() -> dict[str, str]:
    import importlib.metadata

    return {**versions(), "pyabc": importlib.metadata.version("pyabc")}


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        return read_json(folder / MANIFEST)
    except (OSError, ValueError):
        return {}
