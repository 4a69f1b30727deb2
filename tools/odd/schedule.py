"""The month in order: what `RiftModel.step` calls, followed through agents and kernels."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from .code import Code, Function, calls_in, last_name
from .reading import claim_uses, field_claims, stream_uses

__all__ = ["Step", "schedule"]

_TYPES = {
    "model": "rift_sim.model.RiftModel",
    "rift": "rift_sim.model.RiftModel",
    "government": "rift_sim.agents.government.Government",
    "united_states": "rift_sim.agents.partners.UnitedStates",
    "states": "rift_sim.agents.partners.UnitedStates",
    "china": "rift_sim.agents.partners.China",
    "neighbour": "rift_sim.agents.partners.Neighbour",
    "stakeholders": "rift_sim.agents.stakeholders.Stakeholders",
    "relationship": "rift_sim.agents.relationship.Relationship",
    "certification": "rift_sim.agents.certification.Certification",
    "group": "rift_sim.agents.armed_group.ArmedGroup",
    "self_defence": "rift_sim.agents.self_defence.SelfDefence",
    "ground": "rift_sim.month.Ground",
}
"""Class of what goes by a name, the same all through the model."""

_EVENTS = "rift_sim.agents.politics.apply_event"
_FOLLOWED = ("rift_sim.model", "rift_sim.month", "rift_sim.agents", "rift_sim.physics")
_TOOLS = ("streams", "quantiles", "elementary", "kernel")
_HELPERS = ("on", "month", "index", "lose", "group", "coca_hectares", "guard_row")


@dataclass
class Step:
    """One function of the month, at its place.

    Attributes
    ----------
    part
        Method of `RiftModel.step` that leads to it.
    path, says
        Where it is, and the first line of its docstring.
    streams, claims
        Streams that it draws from, and claims that switch it.
    """

    part: str
    path: str
    says: str
    streams: list[str] = field(default_factory=list)
    claims: list[str] = field(default_factory=list)


def schedule(code: Code) -> list[Step]:
    """List the functions of the month in the order in which they are first reached."""
    walker = _Walker(code)
    start = code.functions["rift_sim.model.RiftModel.step"]
    for path in walker.called(start):
        walker.follow(path, ".".join(path.split(".")[-2:]))
    return list(walker.steps.values())


class _Walker:
    def __init__(self, code: Code) -> None:
        self.code = code
        self.steps: dict[str, Step] = {}
        self.streams, self.claims = stream_uses(code), claim_uses(code)
        self.fields = field_claims(code)

    def follow(self, path: str, part: str) -> None:
        if path in self.steps:
            return
        function = self.code.functions[path]
        says = function.says or function.node.name.strip("_").replace("_", " ")
        streams = [name for name, places in self.streams.items() if path in places]
        claims = [claim for claim, places in self.claims.items() if path in places]
        self.steps[path] = Step(part, path, says, streams, claims)
        if path == _EVENTS:
            self._gather_events(self.steps[path])
        for called in self.called(function):
            self.follow(called, part)

    def _gather_events(self, step: Step) -> None:
        """Book on one step what all kinds of dated events draw and ask."""
        inner = _Walker(self.code)
        for path, function in self.code.functions.items():
            if function.module == _EVENTS.rpartition(".")[0] and path != _EVENTS:
                inner.follow(path, step.part)
        for other in inner.steps.values():
            step.streams += [name for name in other.streams if name not in step.streams]
            step.claims += [claim for claim in other.claims if claim not in step.claims]
        step.claims.sort()

    def called(self, function: Function) -> list[str]:
        """List the functions and properties of the model that a function uses, in order."""
        found = [self._target(function, node) for node in calls_in(function.body)]
        return list(dict.fromkeys(path for path in found if path and self._counts(path)))

    def _target(self, function: Function, node: ast.Call | ast.Attribute) -> str | None:
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                path = self.code.named(function.module, node.func.id)
                return path if path in self.code.functions else None
            return None  # A method: its attribute has been looked at.
        name = last_name(node.value)
        owner = function.owner if name == "self" else _TYPES.get(name)
        return self.code.method(owner, node.attr) if owner else None

    def _counts(self, path: str) -> bool:
        module = self.code.functions[path].module
        name = path.rpartition(".")[2]
        return (
            module.startswith(_FOLLOWED)
            and module.rpartition(".")[2] not in _TOOLS
            and name not in _HELPERS
            and not (module.endswith(".reach") and name.startswith(("_", "add_", "drop_")))
        )
