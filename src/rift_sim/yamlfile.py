"""Read YAML strictly, and remember the line of every key.

Scenarios and seeds are data: Python tags, aliases, duplicate keys, bottomless nesting, numbers
without end and characters that nobody sees are refused here, before anything else looks at the
values.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from rift_sim.errors import InputError
from rift_sim.plaintext import hidden, read_text

__all__ = ["MAX_DEPTH", "Document", "KeyPath", "dotted", "parse_yaml", "read_yaml"]

KeyPath = tuple[str | int, ...]

MAX_BYTES = 2_000_000
MAX_DEPTH = 30
_COMPOSED = 3 * MAX_DEPTH
"""What the parser in C is given: it calls itself for each level, and too many end the process."""
MAX_DIGITS = 40
_TAG = "tag:yaml.org,2002:"
_PLAIN = frozenset(
    _TAG + kind for kind in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq")
)


@dataclass(frozen=True)
class Document:
    """A parsed YAML file: plain data, and the line on which each path begins.

    Attributes
    ----------
    path
        The file as the user named it.
    data
        Nested dicts, lists, str, int, float, bool and None. Dates stay text.
    lines
        Line (from 1) of every key and list item, by path from the root.
    """

    path: Path
    data: dict[str, Any]
    lines: Mapping[KeyPath, int] = field(repr=False)

    def line(self, path: KeyPath) -> int | None:
        """Return the line of `path`, or of its nearest parent that has one."""
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path[:-1]
        return None

    def error(self, path: KeyPath, problem: str, **details: Any) -> InputError:
        """Build the error that points at `path` in this file."""
        return InputError(
            problem, file=self.path, line=self.line(path), key=dotted(path), **details
        )


def dotted(path: KeyPath) -> str:
    """Write a path the way users do: ``timeline[0].aid.security``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def read_yaml(path: str | Path) -> Document:
    """Read one YAML file into plain data.

    Raises
    ------
    InputError
        When the file is missing, empty, not UTF-8 or too large, is not a mapping at
        the top, has a syntax error, a duplicate or non-text key, a tag, an alias, an
        infinite or endless number, a character that nobody sees, or nests too deeply.
    """
    return parse_yaml(read_text(Path(path), limit=MAX_BYTES), path)


def parse_yaml(text: str, path: str | Path) -> Document:
    """Read YAML text as `read_yaml` does; `path` is what errors call it."""
    path = Path(path)
    try:
        _check_depth(text, path)
        node = YAML(typ="safe", pure=False).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = " ".join(str(error.problem or error.context).split())
        raise InputError(
            f"not valid YAML: {problem}", file=path, line=mark.line + 1 if mark else None
        ) from None
    except (YAMLError, RecursionError, ValueError) as error:
        raise InputError(
            f"not valid YAML: {' '.join(str(error).split())[:200]}", file=path
        ) from None
    if node is None:
        raise InputError("the file is empty", file=path, allowed="a YAML mapping")
    lines: dict[KeyPath, int] = {}
    data = _Reader(path, lines).read(node, ())
    if not isinstance(data, dict):
        raise InputError("the top level is not a mapping", file=path, line=1, allowed="key: value")
    return Document(path, data, lines)


def _check_depth(text: str, path: Path) -> None:
    """Refuse what nests so deeply that composing it would exhaust the stack."""
    depth = 0
    for event in YAML(typ="safe", pure=False).parse(text):
        if isinstance(event, CollectionStartEvent):
            depth += 1
        elif isinstance(event, CollectionEndEvent):
            depth -= 1
        if depth > _COMPOSED:
            raise InputError(
                "nested too deeply",
                file=path,
                line=event.start_mark.line + 1,
                allowed=f"{MAX_DEPTH} levels",
            )


class _Reader:
    """Turn composed nodes into plain data, one visit to each node."""

    def __init__(self, path: Path, lines: dict[KeyPath, int]) -> None:
        self.path = path
        self.lines = lines
        self.seen: set[int] = set()

    def fail(self, node: Node, at: KeyPath, problem: str, **details: Any) -> InputError:
        # An alias carries the mark of its anchor, which stands earlier: no value begins
        # before its key.
        line = max(self.lines.get(at, 1), node.start_mark.line + 1)
        return InputError(problem, file=self.path, line=line, key=dotted(at), **details)

    def read(self, node: Node, at: KeyPath) -> Any:
        if len(at) > MAX_DEPTH:
            raise self.fail(node, at, "nested too deeply", allowed=f"{MAX_DEPTH} levels")
        # Anchors alone do no harm, and the C parser does not report them.
        if id(node) in self.seen:
            raise self.fail(node, at, "aliases are not accepted", allowed="write the value out")
        self.seen.add(id(node))
        tag = str(node.tag)
        if tag not in _PLAIN:
            short = tag.replace(_TAG, "!!")
            raise self.fail(node, at, f"the tag {short} is not accepted", allowed="plain values")
        if isinstance(node, MappingNode):
            return self.mapping(node, at)
        if isinstance(node, SequenceNode):
            items = []
            for position, item in enumerate(node.value):
                self.lines[(*at, position)] = max(self.lines.get(at, 1), item.start_mark.line + 1)
                items.append(self.read(item, (*at, position)))
            return items
        assert isinstance(node, ScalarNode)
        return self.scalar(node, tag.removeprefix(_TAG), at)

    def mapping(self, node: MappingNode, at: KeyPath) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                raise self.fail(key_node, at, "a key must be text")
            key = str(key_node.value)
            here = (*at, key)
            self.refuse_hidden(key_node, key, at)
            if key == "<<":
                raise self.fail(
                    key_node, at, "merge keys are not accepted", allowed="write the value out"
                )
            if key in result:
                first = self.lines[here]
                raise self.fail(key_node, here, f"duplicate key (first on line {first})")
            self.lines[here] = key_node.start_mark.line + 1
            result[key] = self.read(value_node, here)
        return result

    def scalar(self, node: ScalarNode, kind: str, at: KeyPath) -> Any:
        text = str(node.value)
        self.refuse_hidden(node, text, at)
        if kind in ("int", "float") and len(text) > MAX_DIGITS:
            raise self.fail(node, at, "the number is too long", allowed=f"{MAX_DIGITS} digits")
        try:
            if kind == "null":
                return None
            if kind == "bool":
                return text.casefold() == "true"
            if kind == "int":
                return int(text.replace("_", ""), 0 if text[:2].casefold() in ("0x", "0o") else 10)
            if kind == "float":
                number = float(text.replace("_", "").replace(".inf", "inf").replace(".nan", "nan"))
                if not math.isfinite(number):
                    raise self.fail(node, at, f"'{text}' is not a finite number")
                return number
        except ValueError:
            raise self.fail(node, at, f"'{text}' is not a number") from None
        return text

    def refuse_hidden(self, node: Node, text: str, at: KeyPath) -> None:
        r"""Refuse what an escape such as ``\e`` has put into a text; the file itself has none."""
        if found := hidden(text):
            raise self.fail(
                node, at, f"the text holds {found}", allowed="text without control characters"
            )
