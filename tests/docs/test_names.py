"""Names of code that pages give are names of code that is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from code_names import resolve

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("src/**/*.py")])
NAME = re.compile(r"`(rift_sim(?:\.\w+)+)(?:\(\))?`")
NOT_CODE = {"rift_sim.extensions"}
"""A group of entry points."""


def there(name: str) -> bool:
    """Say whether a dotted name is a module, or something in one."""
    try:
        resolve(name)
    except (AttributeError, ModuleNotFoundError):
        return False
    return True


def test_names_of_code_lead_somewhere() -> None:
    pytest.importorskip("bokeh", reason="no bokeh (extra 'report')")
    names: dict[str, set[str]] = {}
    for page in PAGES:
        for name in NAME.findall(page.read_text(encoding="utf-8")):
            names.setdefault(name, set()).add(page.relative_to(ROOT).as_posix())
    assert len(names) > 100
    lost = {name: pages for name, pages in names.items() if not there(name)}
    assert set(lost) == NOT_CODE & set(names), lost
