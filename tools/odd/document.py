"""The document: its equations, read as written, and its generated parts, filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rift_sim.seeds.ledger import Ledger
from rift_sim.seeds.records import Parameter

__all__ = ["Equation", "equations", "fill", "fill_parameters", "sources_of"]

_HEADING = re.compile(r"^#### Equation (\d+)\. (.+)$", re.MULTILINE)
_NEXT = re.compile(r"^#{1,4} ", re.MULTILINE)
_BULLETS = re.compile(r"^- \*\*Parameters:\*\*.*\n(?:    - .*\n)*", re.MULTILINE)
_PART = re.compile(
    r"^<!-- generated: ([a-z ]+) -->\n.*?^<!-- /generated -->$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True)
class Equation:
    """One numbered equation, with what stands below it.

    Attributes
    ----------
    number, title
        From the heading.
    text
        Everything below the heading.
    """

    number: int
    title: str
    text: str

    def line(self, name: str) -> str:
        """Return what follows ``- **name:**``, over all its lines; empty if it is not there."""
        found = re.search(rf"^- \*\*{name}:\*\* (.*(?:\n  \S.*)*)", self.text, re.MULTILINE)
        return " ".join(found[1].split()) if found else ""

    @property
    def code(self) -> list[str]:
        """Dotted paths of the functions that compute it."""
        return re.findall(r"`(rift_sim\.[\w.]+)`", self.line("Code"))

    @property
    def claims(self) -> list[str]:
        """Claims whose mechanisms switch it."""
        return re.findall(r"C\d\d", self.line("Claims"))

    @property
    def parameters(self) -> list[str]:
        """Ids of its parameters."""
        found = _BULLETS.search(self.text)
        return re.findall(r"^    - .*?`(\w+)`", found[0], re.MULTILINE) if found else []

    @property
    def anchor(self) -> str:
        """Anchor of the heading, as Markdown renderers make it."""
        words = re.sub(r"[^\w\s-]", "", f"Equation {self.number} {self.title}".lower())
        return "-".join(words.split())


def equations(text: str) -> list[Equation]:
    """Read the equations of a document, in order."""
    found = []
    for heading in _HEADING.finditer(text):
        after = _NEXT.search(text, heading.end())
        body = text[heading.end() : after.start() if after else len(text)]
        found.append(Equation(int(heading[1]), heading[2].strip(), body))
    return found


def fill(text: str, parts: Mapping[str, str]) -> str:
    """Put generated parts between their marks.

    Raises
    ------
    KeyError
        When a mark names a part that there is not.
    """
    return _PART.sub(
        lambda m: f"<!-- generated: {m[1]} -->\n\n{parts[m[1]]}\n\n<!-- /generated -->", text
    )


def fill_parameters(text: str, ledger: Ledger) -> str:
    """Write symbol, unit and origin beside every id below ``- **Parameters:**``.

    Raises
    ------
    KeyError
        When a bullet names something that is not in the ledger.
    """

    def written(match: re.Match[str]) -> str:
        ids = re.findall(r"^    - .*?`(\w+)`", match[0], re.MULTILINE)
        if not ids:
            return match[0]
        lines = [f"    - {_bullet(ledger.parameters[name], ledger)}\n" for name in ids]
        return "- **Parameters:**\n" + "".join(lines)

    return _BULLETS.sub(written, text)


def _bullet(parameter: Parameter, ledger: Ledger) -> str:
    origin = parameter.source
    basis: str = origin.kind
    if origin.id:
        sources = ", ".join(sources_of(parameter, ledger))
        basis = f"{origin.kind} {', '.join(origin.id)} of {sources}"
    return f"`{parameter.id}` = **{parameter.symbol}** ({parameter.unit}): {basis}"


def sources_of(parameter: Parameter, ledger: Ledger) -> list[str]:
    """Return the ids of the sources that a parameter rests on; none for a judgement."""
    return list(dict.fromkeys(_sources(parameter, ledger)))


def _sources(parameter: Parameter, ledger: Ledger) -> Iterator[str]:
    for key in parameter.source.id:
        if key in ledger.facts:
            yield ledger.facts[key].source
            yield from ledger.facts[key].also
        elif key in ledger.effects:
            yield ledger.effects[key].source
