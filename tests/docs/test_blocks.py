"""Every block and command of README and docs runs, or is checked, or is listed with a reason."""

from __future__ import annotations

import re
import shutil
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import pytest
from page_blocks import (
    LANGUAGES,
    PAGES,
    Block,
    blocks_of,
    commands_of,
    inline_commands,
    loose_commands,
    words_of,
)
from page_run import NO_DATA, Page
from page_sizes import BY_HAND, FULL, NEVER, NEVER_PYTHON, SMALLER, SMALLER_TEXT, smaller

import rift_sim
from rift_sim.cli.app import command
from rift_sim.scenario import ACTIONS
from rift_sim.scenario.schema import ScenarioFile

if TYPE_CHECKING:
    from _pytest.mark import ParameterSet

READY = {
    "reference": {},
    "full-cutoff": {},
    "no-cutoff": {},
    "factorial": {},
    "to-2019": {"scenario": "hindcast-2010-2025", "settings": ["parameters=posterior-2019"]},
}
"""Runs that lie in ``runs/`` before a page begins, where it speaks of them: arguments of run."""


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Make runs on demand, each once."""

    class Made(dict[str, Path]):
        def __missing__(self, name: str) -> Path:
            folder = tmp_path_factory.mktemp("ready") / name
            arguments = {"scenario": name, **READY[name]}
            many = None if FULL else 2
            rift_sim.run(
                arguments["scenario"], replicates=many, out=folder, workers=None if FULL else 1,
                settings=arguments.get("settings", ()),
            )  # fmt: skip
            self[name] = folder
            return folder

    return Made()


LONG = ("README", "calibration", "compare", "report", "running", "sensitivity", "validation")
"""Pages that take more than ten seconds."""


def _marked(page: str) -> ParameterSet:
    long = Path(page).stem in LONG
    return pytest.param(page, marks=pytest.mark.long if long else ())


@pytest.mark.parametrize("page", [_marked(page) for page in PAGES if blocks_of(page)])
def test_page_runs(
    page: str, ready: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    text = "\n".join(block.content for block in blocks_of(page))
    for name in READY:
        if re.search(rf"runs/{name}\b", text):
            shutil.copytree(ready[name], tmp_path / "runs" / name)
    running = Page(page, tmp_path)
    with mpl.rc_context({"figure.max_open_warning": 0}):
        running.run()
    for line in running.left_out:
        print(f"not run: {line}")
    if lacking := [line for line in running.left_out if line.endswith(NO_DATA)]:
        pytest.skip(f"the rest of the page ran; {', '.join(lacking)}")


@pytest.mark.parametrize("page", PAGES)
def test_every_block_says_what_it_is(page: str) -> None:
    unknown = [b.where for b in blocks_of(page) if b.language not in LANGUAGES]
    assert not unknown, f"fences need one of {LANGUAGES}: {unknown}"
    assert not loose_commands(page), "commands belong into a fence that says sh"


def _shell_commands() -> list[str]:
    return [text for b in ALL if b.language == "sh" for _, text in commands_of(b)]


ALL: list[Block] = [block for page in PAGES for block in blocks_of(page)]


@lru_cache
def commands() -> Any:
    return command()


@pytest.mark.parametrize("page", PAGES)
def test_every_command_and_option_exists(page: str) -> None:
    """Also of commands that are not run, and of those in the running text."""
    written = [text for b in blocks_of(page) if b.language == "sh" for _, text in commands_of(b)]
    for text in [*written, *inline_commands(page)]:
        words = words_of(text)
        if words[0] != "rift":
            continue
        known = commands()
        for word in words[1:]:
            if word in getattr(known, "commands", {}):
                known = known.commands[word]
        assert not getattr(known, "commands", {}) or words[1:] == [known.name], text
        options = {name for option in known.params for name in option.opts + option.secondary_opts}
        given = {w.partition("=")[0] for w in words[1:] if re.match(r"--?[a-z]", w)}
        assert given <= options | {"--help", "-h"}, f"{page}: {text}"


def test_no_exception_is_left_over() -> None:
    """What is listed as smaller or never run stands in some page."""
    shell = _shell_commands()
    python = [block.content for block in ALL if block.language == "python"]
    for pattern, _ in (*NEVER, *BY_HAND):
        assert any(re.search(pattern, text) for text in shell), pattern
    for pattern, _ in NEVER_PYTHON:
        assert any(re.search(pattern, text) for text in python), pattern
    for pattern, _ in SMALLER_TEXT:
        assert any(re.search(pattern, block.content) for block in ALL), pattern
    for pattern, _ in SMALLER:
        assert any(re.match(rf"rift {pattern}\b", text) for text in shell), pattern


def test_smaller_replaces_what_is_written() -> None:
    words = ["rift", "run", "reference", "--replicates", "500", "--set", "end=2027-12"]
    assert smaller(words) == ["rift", "run", "reference", "--set", "end=2027-12",
                              "-n", "2", "-j", "1", "--no-figures"]  # fmt: skip
    assert smaller(["rift", "claims", "C07", "-n", "300"])[2:] == ["C07", "-n", "2", "-j", "1"]
    assert smaller(["rift", "list"]) == ["rift", "list"]


def test_a_wrong_block_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = Page("README.md", tmp_path)
    for language, content in (
        ("sh", "rift run no-such-scenario\n"),
        ("sh", "cat no-such-file | sort\n"),
        ("python", "import rift_sim\nrift_sim.no_such_name\n"),
        ("yaml", "name: wrong\nextends: reference\nassumptions: {no_such: 1}\n"),
        ("yaml", "- date: 2027-01\n  no_such_action: 1\n"),
        ("csv", "a,b\n1\n"),
        ("json", "{"),
        ("toml", "= 1"),
    ):
        with pytest.raises(Exception, match=r"."):
            page.run_block(Block("README.md", 1, language, "", content))


SCENARIOS = [b.content for b in ALL if b.page == "docs/scenarios.md" and b.language == "yaml"]


@pytest.mark.parametrize("kind", ACTIONS)
def test_every_kind_of_event_has_an_example(kind: str) -> None:
    assert any(re.search(rf"^\s+{kind}: ", block, flags=re.MULTILINE) for block in SCENARIOS)


def test_the_table_of_keys_names_every_key() -> None:
    text = (Path(__file__).parents[2] / "docs" / "scenarios.md").read_text(encoding="utf-8")
    table = text.partition("## Keys")[2].partition("\n### ")[0]
    named = set(re.findall(r"`([a-z]+)`", table))
    assert set(ScenarioFile.model_fields) <= named
