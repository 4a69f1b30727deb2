"""Run the blocks of one page from top to bottom, in a folder of their own."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from page_blocks import ROOT, Block, blocks_of, commands_of, words_of
from page_sizes import BY_HAND, FULL, NEEDS_DATA, NEVER, NEVER_PYTHON, reason, smaller, smaller_text
from ruamel.yaml import YAML

from rift_sim.cli import main
from rift_sim.errors import InputError
from rift_sim.observed import data_directory
from rift_sim.scenario import load_scenario

NO_DATA = "needs RIFT_DATA"
SHIM = '#!/bin/sh\nexec "{python}" {what} "$@"\n'


class Page:
    """A page, the folder it runs in, and what its blocks have left behind.

    Parameters
    ----------
    page
        Path of the page in the clone.
    folder
        Empty folder; the working directory while the page runs.
    """

    def __init__(self, page: str, folder: Path) -> None:
        self.page = page
        self.folder = folder
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self.variables: dict[str, str] = {}
        self.left_out: list[str] = []
        self.said = ""
        self.done: set[str] = set()
        for name in ("scenarios", "seeds", "tools"):
            shutil.copytree(ROOT / name, folder / name)  # A page may write there.
        self.data = data_directory()
        for name in ("data", "my-data"):
            if self.data is not None:
                (folder / name).symlink_to(self.data)
        if page.startswith("examples/"):
            shutil.copytree((ROOT / page).parent, folder, dirs_exist_ok=True)
        tools = folder / ".bin"
        tools.mkdir()
        for name, what in (("rift", "-m rift_sim.cli"), ("python", "")):
            script = SHIM.format(python=sys.executable, what=what)
            (tools / name).write_text(script, encoding="utf-8")
            (tools / name).chmod(0o755)

    def run(self) -> None:
        """Run and check every block."""
        for block in blocks_of(self.page):
            try:
                self.run_block(block)
            except Exception as error:
                error.add_note(f"in {block.where}:\n{block.content}")
                raise

    def run_block(self, block: Block) -> None:
        """Run or check one block; its title is the file it is written to."""
        kinds: dict[str, Callable[[Block], object]] = {
            "python": self._python,
            "sh": self._shell,
            "yaml": self._yaml,
            "csv": _csv,
            "json": lambda block: json.loads(block.content),
            "toml": lambda block: tomllib.loads(block.content),
            "text": self._text,
        }
        if block.title:
            self._write(block)
        kinds[block.language](block)

    def _write(self, block: Block) -> None:
        """Put a block with a title where its page says it is."""
        path = self.folder / block.title
        assert path.resolve().is_relative_to(self.folder.resolve()), block.where
        path.parent.mkdir(parents=True, exist_ok=True)
        text = block.content if FULL else smaller_text(block.content)
        path.write_text(text, encoding="utf-8")

    def _needs_data(self, text: str, where: str) -> bool:
        if self.data is None and re.search(NEEDS_DATA, text):
            self.left_out.append(f"{where}: {NO_DATA}")
            return True
        return False

    def _repeated(self, words: list[str], where: str) -> bool:
        """Say whether a command has become the same as one before it, by its smaller sizes."""
        if FULL or words[0] != "rift" or smaller(words) == words:
            return False
        small = " ".join(smaller(words))
        if small in self.done:
            self.left_out.append(f"{where}: the same as above in the sizes of tests")
            return True
        self.done.add(small)
        return False

    def _python(self, block: Block) -> None:
        text = block.content if FULL else smaller_text(block.content)
        code = compile("\n" * (block.line - 1) + text, block.page, "exec")
        if reason(text, NEVER_PYTHON) or block.title or self._needs_data(text, block.where):
            return
        begun = time.monotonic()
        exec(code, self.names)
        _say(block.where, "python block", begun)

    def _shell(self, block: Block) -> None:
        for line, command in commands_of(block):
            where = f"{block.page}:{line}"
            plain = " ".join(words_of(command))  # without the comment behind it
            if why := reason(plain, NEVER) or (None if FULL else reason(plain, BY_HAND)):
                self.left_out.append(f"{where}: {why}")
                continue
            if self._needs_data(plain, where) or self._repeated(words_of(command), where):
                continue
            begun = time.monotonic()
            code, self.said = self._command(command)
            _say(where, command, begun)
            wanted = 2 if command.endswith("# refused") else 0
            assert code == wanted, f"{where}: exit code {code}: {command}\n{self.said}"

    def _command(self, command: str) -> tuple[int, str]:
        """Run a command and return its exit code and what it said on stderr."""
        words = words_of(command)
        if words[0] == "export":
            name, _, value = words[1].partition("=")
            self.variables[name] = value
            return 0, ""
        if words[0] == "rift" and not FULL:
            words = smaller(words)
        # A ledger is read once in a process: another one needs another process.
        if words[0] == "rift" and "RIFT_SEEDS" not in self.variables and not FULL:
            said = io.StringIO()
            with contextlib.redirect_stderr(said):
                return main(words[1:]), said.getvalue()
        path = f"{self.folder / '.bin'}{os.pathsep}{os.environ['PATH']}"
        python = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
        done = subprocess.run(
            words if words[0] == "rift" else ["bash", "-euo", "pipefail", "-c", command],
            env={**os.environ, "PYTHONPATH": python, **self.variables, "PATH": path},
            stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stderr

    def _text(self, block: Block) -> None:
        """Compare an error on a page with what the command before it said."""
        if block.content.startswith("error: "):
            assert " ".join(block.content.split()) == " ".join(self.said.split()), self.said

    def _yaml(self, block: Block) -> None:
        text = block.content
        path = self.folder / (block.title or "block.yaml")
        plain = YAML(typ="safe").load(text)
        if isinstance(plain, list):  # Events: a timeline of the reference scenario.
            indented = "\n".join("  " + line for line in text.splitlines())
            text = f"name: example\nextends: reference\ntimeline:\n{indented}\n"
        elif "groups" in plain or "window" in plain:
            return  # A ledger or a calibration: the command of the page reads the file.
        if not block.title:
            path.write_text(text, encoding="utf-8")
        if block.title.startswith("wrong-"):
            with pytest.raises(InputError):
                load_scenario(path)
        else:
            load_scenario(path)


def _csv(block: Block) -> None:
    widths = {len(row) for row in csv.reader(io.StringIO(block.content), strict=True) if row}
    assert len(widths) == 1, block.where


def _say(where: str, what: str, begun: float) -> None:
    if FULL:
        print(f"{time.monotonic() - begun:8.1f} s  {where}  {what}", flush=True)
