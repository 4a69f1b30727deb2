"""The tables of the document, from the ledger and the code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from rift_sim.initial.outputs import output_variables
from rift_sim.physics.books import Living
from rift_sim.physics.streams import Process
from rift_sim.seeds import load_ledger
from rift_sim.yamlfile import read_yaml

from .code import read
from .document import Equation, sources_of
from .reading import claim_uses, parameter_uses, stream_uses
from .schedule import schedule
from .streams import COORDINATES

__all__ = ["MODEL", "Tables"]

MODEL = ("rift_sim.physics", "rift_sim.agents", "rift_sim.initial", "rift_sim.month")
"""Packages whose named numbers the document lists."""

_STATE = "rift_sim.initial.state"
_ENTITIES = (
    ("Government", "rift_sim.agents.government.Government"),
    ("UnitedStates", "rift_sim.agents.partners.UnitedStates"),
    ("China", "rift_sim.agents.partners.China"),
    ("Neighbour", "rift_sim.agents.partners.Neighbour"),
    ("Relationship", "rift_sim.agents.relationship.Relationship"),
    ("Certification", "rift_sim.agents.certification.Certification"),
    ("ArmedGroup, SelfDefence", "rift_sim.agents.armed_group.ArmedGroup"),
)
_CALIBRATIONS = ("2019", "2025")


class Tables:
    """Every generated part, by the name in its mark.

    Parameters
    ----------
    root
        Folder of the repository.
    written
        The equations of the document, to which the tables lead back.
    """

    def __init__(self, root: Path, written: Sequence[Equation]) -> None:
        self.root, self.written = root, written
        self.ledger = load_ledger()
        self.code = read(root / "src" / "rift_sim")

    @cached_property
    def uses(self) -> dict[str, list[str]]:
        """Functions that read each parameter."""
        return parameter_uses(self.code, self.ledger, self.root / "seeds" / "targets.yaml")

    def parts(self) -> dict[str, str]:
        """Return every part as Markdown."""
        return {
            "month": self.month(),
            "state": self.state(),
            "agents": self.agents(),
            "parameters": self.parameters(),
            "claims": self.claims(),
            "streams": self.streams(),
            "series": self.series(),
            "constants": self.constants(),
            "equations": self.equations(),
        }

    def month(self) -> str:
        """Tell the month in order."""
        by_code = self._by_code()
        rows, part = [], ""
        for number, step in enumerate(schedule(self.code), start=1):
            shown = f"**{step.part}**" if step.part != part else ""
            part = step.part
            streams = ", ".join(f"`{name}`" for name in step.streams)
            rows.append(
                (number, shown, step.says, _short(step.path), by_code.get(step.path, ""),
                 streams, ", ".join(step.claims))
            )  # fmt: skip
        heads = ("", "part", "what", "function", "equation", "draws", "switched by")
        return _table(heads, rows)

    def state(self) -> str:
        """List the arrays of the map, and the factors of the start."""
        rows = []
        for name in ("State", "Levels"):
            for names, meaning in self.code.attributes(f"{_STATE}.{name}").items():
                listed = [word.strip() for word in names.split(",")]
                monthly = [word for word in listed if name == "State" and word in Living._fields]
                when = "each month" if monthly else "stays as at the start"
                if monthly and len(monthly) < len(listed):
                    when = f"each month: {_code_list(monthly)}"
                if name == "Levels":
                    listed = [f"levels.{word}" for word in listed]
                rows.append((_code_list(listed), meaning, when))
        return _table(("arrays and numbers", "meaning", "changes"), rows)

    def agents(self) -> str:
        """List what each agent holds."""
        rows = []
        for entity, path in _ENTITIES:
            for place, (names, meaning) in enumerate(self.code.attributes(path).items()):
                shown = f"**{entity}**" if place == 0 else ""
                rows.append((shown, _code_list(names.split(",")), meaning))
        return _table(("agent", "holds", "meaning"), rows)

    def parameters(self) -> str:
        """List every parameter, by section of the ledger."""
        by_parameter = self._linked({e.number: e.parameters for e in self.written})
        fitted = {year: self._fitted(year) for year in _CALIBRATIONS}
        sections: dict[str, list[tuple[object, ...]]] = {}
        for name, parameter in self.ledger.parameters.items():
            years = [year for year in _CALIBRATIONS if name in fitted[year]]
            prior = parameter.prior.describe()
            prior += f"; fitted to {' and '.join(years)}" if years else ""
            origin = parameter.source
            sources = _code_list(sources_of(parameter, self.ledger))
            basis = f"{origin.kind} {', '.join(origin.id)}".strip()
            basis += f" of {sources}" if sources else ""
            basis += f": {origin.note}" if origin.note else ""
            meaning = f"{parameter.meaning} ({parameter.unit})"
            row = (
                f"`{name}`", f"**{parameter.symbol}**", meaning, prior, basis,
                ", ".join(_short(path) for path in self.uses.get(name, ())),
                by_parameter.get(name, "none"),
            )  # fmt: skip
            sections.setdefault(parameter.section, []).append(row)
        heads = ("id", "symbol", "meaning (unit)", "prior", "rests on", "read by", "equations")
        return "\n\n".join(
            f"### {section.capitalize()}\n\n{_table(heads, rows)}"
            for section, rows in sections.items()
        )

    def claims(self) -> str:
        """List every claim, its mechanism and its label."""
        by_claim = self._linked({e.number: e.claims for e in self.written})
        asked = claim_uses(self.code)
        rows = []
        for name, claim in self.ledger.claims.items():
            signs = ", ".join(f"`{e.outcome}` {e.sign}" for e in claim.expected)
            label = {"built_in": "assumed: the sign is built in"}.get(claim.label, claim.label)
            needs = f" Needs {', '.join(claim.needs)}." if claim.needs else ""
            rows.append(
                (f"**{name}**", f"{claim.cause} → {claim.effect}. {claim.statement}",
                 by_claim.get(name, "none"),
                 ", ".join(_short(path) for path in asked.get(name, ())),
                 claim.when_off + needs, signs, label)
            )  # fmt: skip
        heads = (
            "claim", "text", "equations", "code that asks for the switch",
            "switched off (`mechanisms: {C..: off}`)", "expected sign", "emergent or assumed",
        )  # fmt: skip
        return _table(heads, rows)

    def streams(self) -> str:
        """List every random stream."""
        drawn = stream_uses(self.code)
        rows = [
            (process.value, f"`{process.name}`", *COORDINATES[process.name],
             ", ".join(_short(path) for path in drawn.get(process.name, ())))
            for process in Process
        ]  # fmt: skip
        return _table(
            ("number", "stream", "what is drawn", "month", "coordinate", "drawn by"), rows
        )

    def series(self) -> str:
        """List every observed series."""
        rows = [
            (f"`{name}`", variable.attrs["units"], ", ".join(variable.dims),
             variable.attrs["kind"], variable.attrs["long_name"])
            for name, variable in output_variables((), municipal=True).items()
        ]  # fmt: skip
        return _table(("name", "unit", "dimensions, after replicate", "kind", "long name"), rows)

    def constants(self) -> str:
        """List the named numbers in the code of the model."""
        rows = [
            (_short(constant.path), f"{constant.value:g}", constant.says or "code, not a quantity")
            for constant in self.code.constants(*MODEL)
        ]
        return _table(("name", "value", "meaning"), rows)

    def equations(self) -> str:
        """List the equations."""
        rows = [
            (f"[{e.number}](odd.md#{e.anchor})", e.title,
             ", ".join(_short(path) for path in e.code), ", ".join(e.claims))
            for e in self.written
        ]  # fmt: skip
        return _table(("equation", "title", "code", "claims"), rows)

    def _fitted(self, year: str) -> set[str]:
        """Return the ids of the parameters that the calibration up to a year moves."""
        plan = read_yaml(self.root / "seeds" / f"calibration-{year}.yaml").data
        return set(plan["parameters"]["ids"])

    def _linked(self, named: Mapping[int, Iterable[str]]) -> dict[str, str]:
        """Turn names by equation into links to equations by name."""
        found: dict[str, list[str]] = {}
        anchors = {e.number: e.anchor for e in self.written}
        for number, names in named.items():
            for name in dict.fromkeys(names):
                found.setdefault(name, []).append(f"[{number}](odd.md#{anchors[number]})")
        return {name: ", ".join(links) for name, links in found.items()}

    def _by_code(self) -> dict[str, str]:
        found = self._linked({e.number: e.code for e in self.written})
        return {path: links.replace("odd.md#", "#") for path, links in found.items()}


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(content: object) -> str:
    text = " ".join(str(content).split())
    return re.sub(r"`{2,}", "`", text).replace("|", "\\|")


def _short(path: str) -> str:
    """Write a dotted path as code, without the name of the package."""
    return f"`{path.removeprefix('rift_sim.')}`"


def _code_list(names: Iterable[str]) -> str:
    return ", ".join(f"`{name.strip()}`" for name in names if name.strip())
