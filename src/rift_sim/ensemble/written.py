"""What ``manifest.json`` of a run must look like to be believed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from rift_sim.ensemble.layout import read_json

__all__ = ["MANIFEST", "read_manifest"]

MANIFEST = "manifest.json"


class _Loose(BaseModel):
    """Strict in what is known, silent about what is not."""

    model_config = ConfigDict(strict=True, extra="allow")


class _Identity(_Loose):
    scenario: str
    seed: int
    seeds: str
    code: str
    municipal: bool


class _Table(_Loose):
    """A table of posterior draws."""

    file: str
    sha256: str
    draws: int
    provenance: dict[str, str]


class _Session(_Loose):
    started: str


class _Manifest(_Loose):
    """Keys that some reader takes for granted; those with a default may be missing."""

    kind: str
    scenario: str
    seed: int
    identity: _Identity
    versions: dict[str, str]
    title: str = ""
    finished: bool = False
    axes: dict[str, list[str]] = {}
    sessions: list[_Session] = []
    parameters: str | _Table = ""


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a run.

    Parameters
    ----------
    folder
        Of the run.

    Returns
    -------
    dict
        As it was written; empty where there is none, or something in it is not what it must be.
    """
    try:
        found = read_json(folder / MANIFEST)
        _Manifest.model_validate(found)
    except (OSError, ValueError):  # A `ValidationError` is a `ValueError`.
        return {}
    return found
