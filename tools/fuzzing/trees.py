"""Damage to trees of keys and values: YAML and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from .words import KEYS, date, mild, nasty, near_number

__all__ = ["Leaf", "Many", "Pairs", "Tree", "block", "damage_tree", "flow", "read_tree"]


@dataclass
class Leaf:
    """A value, as it is written."""

    text: str


@dataclass
class Many:
    """A list."""

    items: list[Tree] = field(default_factory=list)


@dataclass
class Pairs:
    """A mapping, in which a key may stand twice."""

    items: list[tuple[str, Tree]] = field(default_factory=list)


Tree: TypeAlias = "Leaf | Many | Pairs"


def read_tree(text: str) -> Tree:
    """Read YAML (or JSON, which is YAML) that is in order."""
    return _tree(YAML(typ="safe", pure=False).compose(text))


def _tree(node: Node) -> Tree:
    if isinstance(node, MappingNode):
        return Pairs([(str(key.value), _tree(value)) for key, value in node.value])
    if isinstance(node, SequenceNode):
        return Many([_tree(item) for item in node.value])
    assert isinstance(node, ScalarNode)
    text = str(node.value)
    # Over several lines, or read as text only because it is quoted.
    return Leaf(json.dumps(text) if node.style in ("'", '"', "|", ">") or "\n" in text else text)


def _copy(tree: Tree) -> Tree:
    if isinstance(tree, Leaf):
        return Leaf(tree.text)
    if isinstance(tree, Many):
        return Many([_copy(item) for item in tree.items])
    return Pairs([(key, _copy(value)) for key, value in tree.items])


def block(tree: Tree, indent: int = 0) -> str:
    """Write a tree as YAML in blocks."""
    pad = "  " * indent
    if isinstance(tree, Leaf) or not tree.items:
        return f"{pad}{flow(tree)}\n"
    if isinstance(tree, Many):
        items = [("-", value) for value in tree.items]
    else:
        items = [(f"{key}:", value) for key, value in tree.items]
    lines = []
    for head, value in items:
        if isinstance(value, Leaf) or not value.items:
            lines.append(f"{pad}{head} {flow(value)}\n")
        else:
            lines.append(f"{pad}{head}\n{block(value, indent + 1)}")
    return "".join(lines)


def flow(tree: Tree, quote: bool = False) -> str:
    """Write a tree on one line; with `quote` keys are quoted, as in JSON."""
    if isinstance(tree, Leaf):
        return tree.text
    if isinstance(tree, Many):
        return "[" + ", ".join(flow(item, quote) for item in tree.items) + "]"
    named = ((json.dumps(key) if quote else key, value) for key, value in tree.items)
    return "{" + ", ".join(f"{key}: {flow(value, quote)}" for key, value in named) + "}"


def _inner(tree: Tree) -> Iterator[Many | Pairs]:
    if not isinstance(tree, Leaf):
        yield tree
        for item in tree.items:
            yield from _inner(item[1] if isinstance(item, tuple) else item)


def damage_tree(tree: Tree, random: Random, pool: Sequence[str], times: int = 1) -> Tree:
    """Return a copy of `tree` after one or several accidents.

    Parameters
    ----------
    tree
        Left as it is.
    random
        Says what happens, and where.
    pool
        Names that mean something to the reader.
    times
        Number of accidents.
    """
    tree = _copy(tree)
    for _ in range(times):
        places = [inner for inner in _inner(tree) if inner.items]
        if not places:
            return tree
        place = random.choice(places)
        _one(place, random.randrange(len(place.items)), random, pool, places)
    return tree


def _one(
    place: Many | Pairs, at: int, random: Random, pool: Sequence[str], places: list[Many | Pairs]
) -> None:
    """Let one accident happen to the item `at` of `place`."""
    key, value = _item(place, at)
    if random.random() < 0.45:
        if isinstance(value, Leaf):
            _set(place, at, Leaf(mild(random, value.text)))
        else:
            random.shuffle(value.items)
        return
    match random.randrange(12):
        case 0:
            del place.items[at]
        case 1:
            _double(place, at, random.randrange(len(place.items) + 1))
        case 2 if isinstance(place, Pairs):
            place.items[at] = (_renamed(key, random, pool), value)
        case 3 | 4:
            _swap(place, at, random.choice(places), random)
        case 5:
            _set(place, at, _wrapped(value, random))
        case 6 if isinstance(place, Pairs):
            place.items.append((_renamed(key, random, pool), Leaf(nasty(random))))
        case 7:
            _set(place, at, _special(value, random))
            if random.random() < 0.5:
                _set(place, random.randrange(len(place.items)), Leaf("*a"))
        case _:
            _set(place, at, _another(value, random, pool))


def _another(value: Tree, random: Random, pool: Sequence[str]) -> Tree:
    """Return what stands in place of a value."""
    if not isinstance(value, Leaf):
        return random.choice((Leaf(nasty(random)), Pairs(), Many()))
    if random.random() < 0.2:
        return Leaf(random.choice((random.choice(pool), date(random))))
    number = near_number(random, value.text)
    return Leaf(number if number != value.text and random.random() < 0.75 else nasty(random))


def _swap(place: Many | Pairs, at: int, other: Many | Pairs, random: Random) -> None:
    """Take a value from elsewhere; half the time that place gets ours for it."""
    there = random.randrange(len(other.items))
    found, value = _copy(_item(other, there)[1]), _copy(_item(place, at)[1])
    if random.random() < 0.5:
        _set(other, there, value)
    _set(place, at, found)


def _item(place: Many | Pairs, at: int) -> tuple[str, Tree]:
    return place.items[at] if isinstance(place, Pairs) else ("", place.items[at])


def _double(place: Many | Pairs, at: int, there: int) -> None:
    key, value = _item(place, at)
    if isinstance(place, Pairs):
        place.items.insert(there, (key, _copy(value)))
    else:
        place.items.insert(there, _copy(value))


def _set(place: Many | Pairs, at: int, value: Tree) -> None:
    if isinstance(place, Pairs):
        place.items[at] = (place.items[at][0], value)
    else:
        place.items[at] = value


def _renamed(key: str, random: Random, pool: Sequence[str]) -> str:
    kind = random.randrange(4)
    if kind == 0 and key:
        place = random.randrange(len(key))
        return (
            key[:place]
            + random.choice(("", "x", key[place] * 2, key[place].swapcase()))
            + key[place + 1 :]
        )
    return random.choice(KEYS) if kind == 1 else random.choice(pool)


def _wrapped(value: Tree, random: Random) -> Tree:
    """Put a value inside something, a few or very many levels deep."""
    if random.random() < 0.05:
        deep = random.choice((200, 600, 100_000))
        return Leaf(
            random.choice(("[" * deep + "]" * deep, "{a: " * deep + "}" * deep, "- " * deep))
        )
    for _ in range(random.choice((1, 1, 1, 2, 29, 31))):
        value = Many([value]) if random.random() < 0.5 else Pairs([("a", value)])
    return value


def _special(value: Tree, random: Random) -> Tree:
    """Anchors, tags, merge keys, and very many of something."""
    kind, text = random.randrange(6), flow(value)
    if kind == 0:
        return Leaf(f"&a {text}")
    if kind == 1:
        return Leaf(
            f"{random.choice(('!!str', '!!int', '!!map', '!!seq', '!x', '!!python/tuple'))} {text}"
        )
    if kind == 2:
        return Leaf("{<<: {a: 1}, b: 2}")
    many = random.choice((20, 200)) if random.random() < 0.9 else 3_000
    if kind == 3:
        return Pairs([(f"k{n}", Leaf("1")) for n in range(many)])
    if kind == 4:
        return Many([_copy(value) if isinstance(value, Leaf) else Leaf("x") for _ in range(many)])
    return Leaf("[" * many + "]" * many)
