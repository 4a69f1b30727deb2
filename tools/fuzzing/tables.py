"""Damage to tables: comma-separated files."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from .words import mild, nasty, near_number

__all__ = ["Rows", "damage_rows", "write_rows"]

Rows = list[list[str]]
"""Cells by line; the header is one of them."""

_LONG = "z" * 140_000
"""Longer than Python's own reader takes a cell to be."""


def damage_rows(rows: Rows, random: Random, pool: Sequence[str], times: int = 1) -> Rows:
    """Return a copy of `rows` after one or several accidents; `pool` are names that count."""
    rows = [list(row) for row in rows]
    for _ in range(times):
        if not rows:
            return rows
        _one(rows, random, pool)
    return rows


def _one(rows: Rows, random: Random, pool: Sequence[str]) -> None:
    line = random.randrange(len(rows))
    row = rows[line] or rows[0]
    if not row:
        row.append("")
    at = random.randrange(len(row))
    kind = random.random()
    if kind < 0.4:
        if line and random.random() < 0.5:
            rows[1:] = random.sample(rows[1:], len(rows) - 1)
        else:
            row[at] = mild(random, row[at])
    elif kind < 0.7:
        row[at] = _cell(row[at], rows, random, pool)
    elif kind < 0.75:
        row[at : at + 1] = random.choice(([], ["", ""], [row[at], row[at]], ["x"] * 40))
    elif kind < 0.82:
        _columns(rows, at, random)
    else:
        _lines(rows, line, random, pool)


def _cell(cell: str, rows: Rows, random: Random, pool: Sequence[str]) -> str:
    """Return what stands in a cell instead."""
    number = near_number(random, cell)
    if number != cell and random.random() < 0.5:
        return number
    blank = ("", " ", '"', '""', "a,b", "a\nb", "'", ";", "\t", "nan", "-inf", "1e400")
    choices = (nasty(random), random.choice(pool), random.choice(random.choice(rows) or [""]))
    return random.choice((*choices, random.choice(blank)))


def _lines(rows: Rows, line: int, random: Random, pool: Sequence[str]) -> None:
    """Drop, double or move a line, rename a column, or make the table far too large."""
    match random.randrange(6):
        case 0:
            rows.insert(random.randrange(len(rows) + 1), list(rows[line]))
        case 1:
            del rows[line]
        case 2:
            rows[0], rows[line] = rows[line], rows[0]
        case 3 if rows[0]:
            rows[0][random.randrange(len(rows[0]))] = random.choice(pool)
        case 4:
            rows[:] = rows[: random.choice((0, 1, 1, 2))]
        case _ if random.random() < 0.1:
            rows[line].append(_LONG)
        case _ if random.random() < 0.1:
            rows[:] = rows[:1] + [list(row) for row in rows[1:] * (2_000 // len(rows))]
        case _:
            rows[:] = [cells + [f"c{n}" for n in range(1_500)] for cells in rows[:3]]


def _columns(rows: Rows, at: int, random: Random) -> None:
    """Drop, double, rename or move a column."""
    kind, there = random.randrange(4), random.randrange(len(rows[0]) or 1)
    for cells in rows:
        if at >= len(cells):
            continue
        cell = cells[at]
        if kind == 0:
            del cells[at]
        elif kind == 1:
            cells.append(cell)
        elif kind == 2:
            cells.insert(min(there, len(cells)), cells.pop(at))
        else:
            cells.insert(0, "")


def write_rows(rows: Rows, random: Random) -> bytes:
    """Write a table, now and then with another separator, or quoted too much or too little."""
    separator = random.choice((";", "\t", "|", ", ", " ")) if random.random() < 0.06 else ","
    style = random.random()
    lines = []
    for row in rows:
        cells = row
        if style < 0.05:
            cells = [f'"{cell}"' for cell in row]
        elif style < 0.9:
            cells = [_quoted(cell) for cell in row]
        lines.append(separator.join(cells))
    end = "\r\n" if random.random() < 0.05 else "\n"
    return (end.join(lines) + end).encode("utf-8", "surrogateescape")


def _quoted(cell: str) -> str:
    doubled = cell.replace('"', '""')
    return f'"{doubled}"' if any(sign in cell for sign in ',"\n\r') else cell
