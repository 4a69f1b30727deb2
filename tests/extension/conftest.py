"""The example package on the path, as an installed one would be; nothing stays behind."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sites import install

from rift_sim.extension import Extension, registry

EXAMPLE = Path(__file__).parents[2] / "examples" / "peacekeeping"


@pytest.fixture
def clean() -> Iterator[None]:
    """Forget what a test registers or uses, and what others left."""
    _forget()
    yield
    _forget()


def _forget() -> None:
    for name in (*registry.in_use(), *registry._registered):
        registry.forget(name)
    for name in [name for name in sys.modules if name.partition(".")[0] in ("rift_peacekeeping",)]:
        del sys.modules[name]


@pytest.fixture
def source(clean: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put the source of the example on the path, without an entry point."""
    monkeypatch.syspath_prepend(str(EXAMPLE / "src"))
    return EXAMPLE / "src" / "rift_peacekeeping"


@pytest.fixture
def installed(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install the example as pip would: with a folder of metadata."""
    site = tmp_path / "site"
    install(site, "rift_peacekeeping", "peacekeeping = rift_peacekeeping:extension")
    monkeypatch.syspath_prepend(str(site))
    return site


@pytest.fixture
def peacekeeping(source: Path) -> Extension:
    """Register the example by hand."""
    import rift_peacekeeping

    found: Extension = rift_peacekeeping.extension
    registry.register(found)
    return found
