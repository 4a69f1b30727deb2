"""The words of a condition: numbers, quantities, comparisons, ``and or not``, parentheses."""

from __future__ import annotations

import re
from typing import NamedTuple

from rift_sim.analysis.conditions.quantity import refusal

__all__ = ["SIGNS", "Token", "tokens"]

_TOKEN = re.compile(
    r"""(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.]))
      | (?P<word>(?:and|or|not)\b)
      | (?P<quantity>[A-Za-z_]\w*\s*(?:\[[^\]]*\])?\s*(?:@\s*[\w-]*)?)
      | (?P<compare><=|>=|<|>)
      | (?P<parenthesis>[()])""",
    re.VERBOSE,
)
SIGNS = "< <= > >="
_RUN_ON = re.compile(r"[-+]?[\w.]+")


class Token(NamedTuple):
    """A word of a condition: its kind, its text, and its column from 1."""

    kind: str
    text: str
    column: int


def tokens(text: str, key: str) -> list[Token]:
    """Cut a condition into tokens.

    Raises
    ------
    InputError
        At the first sign that has no meaning here.
    """
    found, place = [], 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        match = _TOKEN.match(text, place)
        if match is None:
            run_on = _RUN_ON.match(text, place)
            word = run_on[0] if run_on else text[place]
            raise refusal(f"'{word}' cannot be read", text, place + 1, key, _hint(word))
        assert match.lastgroup is not None
        found.append(Token(match.lastgroup, match[0], place + 1))
        place = match.end()
    return found


def _hint(sign: str) -> str:
    """Say what to write instead of what has no meaning here."""
    if len(sign) > 1:
        return "a number, and a space before what follows it"
    hints = {"%": "shares as numbers, 0.4 for 40 %", "&": "and", "|": "or", "=": SIGNS, "!": SIGNS}
    return hints.get(sign, f"quantities, numbers, {SIGNS} and or not ( )")
