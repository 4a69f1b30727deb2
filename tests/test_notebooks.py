"""The notebooks are a series, committed without output; nbmake runs them (`pytest --nbmake`)."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def opened(path: Path) -> NotebookNode:
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    return notebook


def code_cells(path: Path) -> list[NotebookNode]:
    return [cell for cell in opened(path).cells if cell.cell_type == "code"]


def words(path: Path) -> str:
    return "\n".join(cell.source for cell in opened(path).cells if cell.cell_type == "markdown")


@each
def test_it_carries_no_output(path: Path) -> None:
    for cell in code_cells(path):
        assert cell.outputs == []
        assert cell.execution_count is None


@each
def test_it_carries_no_trace_of_who_ran_it(path: Path) -> None:
    notebook = opened(path)
    assert notebook.nbformat == 4
    assert notebook.metadata.kernelspec.name == "python3"
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert all(cell.metadata == {} for cell in notebook.cells)
    # Ids are words, so that an edit changes no other line.
    assert all(re.fullmatch(r"[a-z-]+", cell.id) for cell in notebook.cells)


@each
def test_it_says_what_it_must_not_be_used_for(path: Path) -> None:
    beginning = opened(path).cells[0].source
    assert beginning.startswith("# ")
    assert re.search(r"\bpredict", beginning)
    assert re.search(r"\boperation", beginning)


def test_they_lead_from_one_to_the_next() -> None:
    assert [path.stem[:2] for path in NOTEBOOKS] == ["01", "02", "03", "04", "05", "06"]
    for path, following in pairwise(NOTEBOOKS):
        assert f"Next: `{following.stem}`" in words(path)


@each
def test_documents_that_it_names_are_there(path: Path) -> None:
    root = path.parents[1]
    named = re.findall(r"`(docs/[\w./-]+)`", words(path))
    assert named
    assert all((root / name).exists() for name in named)
