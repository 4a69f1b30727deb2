"""Accidents that happen to the text of files: how many, and to which."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from random import Random

from . import samples
from .tables import damage_rows, write_rows
from .text import damage
from .trees import block, damage_tree, flow, read_tree

__all__ = ["damaged_csv", "damaged_yaml", "some_damaged", "times_of"]


def times_of(random: Random) -> int:
    """Say how many accidents: most often one, seldom none, seldom many."""
    return random.choice((0, 1, 1, 1, 1, 1, 1, 2, 2, 3, 6))


def damaged_yaml(text: str, random: Random) -> bytes:
    """Return damaged YAML: in its tree, in its bytes, or both."""
    times = times_of(random)
    if random.random() < 0.75:
        tree = damage_tree(read_tree(text), random, samples.names(), times)
        text = flow(tree) + "\n" if random.random() < 0.15 else block(tree)
        times = random.random() < 0.08
    return damage(text.encode("utf-8", "surrogateescape"), random, times)


def damaged_csv(text: str, random: Random) -> bytes:
    """Return a damaged table; lines that begin with ``#`` are damaged as text."""
    times = times_of(random)
    if random.random() < 0.75:
        lines = text.splitlines()
        notes = "".join(f"{line}\n" for line in lines if line.startswith("#")).encode()
        if random.random() < 0.2:
            notes = damage(notes, random)
        rows = list(csv.reader(line for line in lines if not line.startswith("#")))
        content = notes + write_rows(damage_rows(rows, random, samples.names(), times), random)
        return damage(content, random, random.random() < 0.08)
    return damage(text.encode(), random, times)


def some_damaged(files: Mapping[str, str], random: Random, share: float = 0.15) -> dict[str, bytes]:
    """Return tables of which a few are damaged."""
    return {
        name: damaged_csv(text, random) if random.random() < share else text.encode()
        for name, text in files.items()
    }
