"""The fenced blocks of the pages: where each stands, and what it is."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("README.md", "CONTRIBUTING.md", "docs/**/*.md", "examples/*/README.md")
    for path in ROOT.glob(pattern)
)
LANGUAGES = ("python", "sh", "yaml", "csv", "json", "toml", "text")
"""What a fence may say it holds; all but ``text`` is run or checked."""


@dataclass(frozen=True)
class Block:
    """One fenced block; `line` is that of its first line of content, from 1."""

    page: str
    line: int
    language: str
    title: str
    content: str

    @property
    def where(self) -> str:
        return f"{self.page}:{self.line}"


def blocks_of(page: str) -> list[Block]:
    """Find the fenced blocks of a page, also those within lists, tabs and notes."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found = []
    for token in MarkdownIt().parse(text):
        if token.type != "fence":
            continue
        assert token.map is not None
        language, _, rest = token.info.partition(" ")
        title = re.search(r'title="([^"]+)"', rest)
        found.append(
            Block(page, token.map[0] + 2, language, title[1] if title else "", token.content)
        )
    return found


def loose_commands(page: str) -> list[str]:
    """Find commands that stand in code by indentation, where nothing runs them."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [
        line
        for token in MarkdownIt().parse(text)
        if token.type == "code_block"
        for line in token.content.splitlines()
        if re.match(r"(rift|python3?|pip) ", line)
    ]


def inline_commands(page: str) -> Iterator[str]:
    """Find ``rift ...`` in the running text."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for token in MarkdownIt().enable("table").parse(text):
        for child in token.children or ():
            if child.type == "code_inline" and re.match(r"rift [a-z]", child.content):
                yield child.content


def commands_of(block: Block) -> Iterator[tuple[int, str]]:
    """Yield line and text of each command of a ``sh`` block, continued lines joined."""
    begun, parts = 0, []
    for number, line in enumerate(block.content.splitlines(), block.line):
        begun = begun or number
        parts.append(line.removesuffix("\\").strip())
        if line.endswith("\\"):
            continue
        command = " ".join(parts)
        if command and not command.startswith("#"):
            yield begun, command
        begun, parts = 0, []


def words_of(command: str) -> list[str]:
    """Split a command into words, without the comment behind it."""
    return shlex.split(command, comments=True)
