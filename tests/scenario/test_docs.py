"""The reference of the format says nothing that the code does not accept."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rift_sim.scenario import ACTIONS, load_scenario
from rift_sim.scenario.schema import ScenarioFile

TEXT = (Path(__file__).parents[2] / "docs" / "scenarios.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", TEXT, flags=re.DOTALL)


def _as_scenario(block: str) -> str:
    if block.startswith("name:"):
        return block
    indented = "\n".join("  " + line for line in block.splitlines())
    return f"name: example\nextends: reference\ntimeline:\n{indented}\n"


@pytest.mark.parametrize("block", BLOCKS)
def test_examples_load(block: str, tmp_path: Path) -> None:
    path = tmp_path / "example.yaml"
    path.write_text(_as_scenario(block), encoding="utf-8")
    load_scenario(path)


@pytest.mark.parametrize("kind", ACTIONS)
def test_every_kind_has_an_example(kind: str) -> None:
    assert any(re.search(rf"^\s+{kind}: ", block, flags=re.MULTILINE) for block in BLOCKS)


def test_the_table_names_every_key() -> None:
    table = TEXT.partition("## Keys")[2].partition("\n### ")[0]
    named = set(re.findall(r"`([a-z]+)`", table))
    assert set(ScenarioFile.model_fields) <= named
