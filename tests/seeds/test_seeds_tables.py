"""The ledger as the terminal shows it."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console, RenderableType

from rift_sim.errors import InputError
from rift_sim.seeds import load_ledger
from rift_sim.seeds.tables import KINDS, entry

GOOD = Path(__file__).parent / "good"


def shown(item: RenderableType) -> str:
    console = Console(width=240, color_system=None)
    with console.capture() as capture:
        console.print(item)
    return capture.get()


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_has_a_row_for_every_entry(kind: str) -> None:
    ledger = load_ledger()
    table = KINDS[kind](ledger)
    entries = getattr(ledger, kind)
    assert table.row_count == len(entries)
    text = shown(table)
    assert all(key in text for key in entries)


def test_cells() -> None:
    ledger = load_ledger(GOOD)
    facts = shown(KINDS["facts"](ledger))
    assert "144,807 (2001) ... 86,340 (2003)" in facts
    assert "table, 2 rows, 3 numbers" in facts
    parameters = shown(KINDS["parameters"](ledger))
    assert "normal(mean 0.5, sd 0.2, low 0, high 1)" in parameters
    assert "judgement" in parameters
    groups = shown(KINDS["groups"](ledger))
    assert "2020-05 to 2024-12" in groups
    assert "coca 50%" in groups


@pytest.mark.parametrize(
    ("kind", "key", "expected"),
    [
        ("facts", "coca", ("2002: 102,071", "A table. An office. not kept", "used by", "C01")),
        ("facts", "PRESENCE", ("05: ONE 13, TWO 12",)),
        ("facts", "E001", ("aid -> attacks", "0.5", "2.5", "C01, aid_elasticity")),
        ("facts", "EV001", ("One attacks Two",)),
        ("claims", "c01", ("aid -> attacks: 1.5 elasticity", "stays at its start value")),
        ("parameters", "pace", ("1/month", "lognormal(", "nothing measures it", "end of aid")),
        ("groups", "Clan Uno", ("Ejército Primero", "2025-12: total 100, armed 60")),
        ("sources", "office", ("CC BY 4.0", "Seen in print.")),
    ],
)
def test_one_entry_with_what_it_rests_on(kind: str, key: str, expected: tuple[str, ...]) -> None:
    text = shown(entry(load_ledger(GOOD), kind, key))
    for part in expected:
        assert part in text


@pytest.mark.parametrize("kind", KINDS)
def test_every_shipped_entry_can_be_shown(kind: str) -> None:
    ledger = load_ledger()
    for key in getattr(ledger, kind):
        assert key in str(getattr(entry(ledger, kind, key), "title", ""))


def test_unknown_names_are_refused_with_the_nearest() -> None:
    ledger = load_ledger(GOOD)
    with pytest.raises(InputError, match=r"there is no 'SHAR' among the facts.*'SHARE'"):
        entry(ledger, "facts", "SHAR")
    with pytest.raises(InputError, match=r"'fact' is not a part of the ledger.*'facts'"):
        entry(ledger, "fact", "SHARE")
