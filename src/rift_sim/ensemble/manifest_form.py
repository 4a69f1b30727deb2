"""What ``manifest.json`` of a run must look like for those who read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

__all__ = ["has_form"]


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

    scenario: str
    seed: int
    identity: _Identity
    versions: dict[str, str]
    title: str = ""
    finished: bool = False
    axes: dict[str, list[str]] = {}
    extensions: dict[str, str] = {}
    sessions: list[_Session] = []
    parameters: str | _Table = ""
    files: dict[str, str] = {}
    store: dict[str, int] = {}
    hash: str = ""


def has_form(manifest: Mapping[str, Any]) -> bool:
    """Whether every key that some reader takes for granted is there and of its type."""
    try:
        _Manifest.model_validate(manifest)
    except ValidationError:
        return False
    return True
