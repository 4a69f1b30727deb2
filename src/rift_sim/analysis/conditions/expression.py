"""Conditions on a run: ``control > 0.4 and members[EGC]@2028-12 >= 12000``.

A condition compares quantities (`rift_sim.analysis.conditions.quantity`) with numbers or with each
other, and joins comparisons by ``and``, ``or``, ``not`` and parentheses. It is read by a small
parser of its own; nothing that a user writes is executed.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rift_sim.analysis.conditions.bounds import beyond_share
from rift_sim.analysis.conditions.layout import Layout
from rift_sim.analysis.conditions.quantity import Found, Quantity, parse_quantity, refusal
from rift_sim.analysis.conditions.tokens import SIGNS, Token, tokens
from rift_sim.errors import InputError
from rift_sim.physics.arrays import Floats

__all__ = ["Condition", "Expression", "parse_expression"]

Booleans = NDArray[np.bool_]
_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_OPERAND = "a quantity (control, members[EGC], control@2028-12) or a number"
_DEEPEST = 50
_Operand = Quantity | float


@dataclass(frozen=True)
class Comparison:
    """Two sides, of which one at least is a quantity."""

    left: _Operand
    sign: str
    right: _Operand


@dataclass(frozen=True)
class Joined:
    """Conditions joined by ``and`` or ``or``, or one that ``not`` turns round."""

    word: str
    parts: tuple[Comparison | Joined, ...]


@dataclass(frozen=True)
class Expression:
    """A condition as it is written.

    Attributes
    ----------
    text
        As the user wrote it.
    root
        What it says.
    quantities
        All quantities in it, in the order of the text.
    """

    text: str
    root: Comparison | Joined
    quantities: tuple[Quantity, ...]

    @property
    def series(self) -> tuple[str, ...]:
        """Names of the series that a scenario must observe.

        Raises
        ------
        InputError
            When there is no such series.
        """
        return tuple(dict.fromkeys(quantity.series for quantity in self.quantities))

    def bind(self, layout: Layout) -> Condition:
        """Look up all quantities in a run.

        Raises
        ------
        InputError
            When the run has no such series, label or month.
        """
        return Condition(self, {q: q.find(layout) for q in self.quantities})

    def holds(self, values: Mapping[Quantity, Floats]) -> Booleans:
        """Say for each replicate whether the condition holds, given all its quantities.

        A comparison with what is not a number does not hold.
        """
        return _holds(self.root, values)


@dataclass(frozen=True)
class Condition:
    """A condition on the replicates of a run.

    Attributes
    ----------
    expression
        What it says.
    found
        Where each quantity stands.
    """

    expression: Expression
    found: Mapping[Quantity, Found]

    @property
    def arrays(self) -> tuple[str, ...]:
        """Names of the arrays that are read."""
        return tuple(dict.fromkeys(found.array for found in self.found.values()))

    def holds(self, arrays: Mapping[str, Any]) -> Booleans:
        """Say for each replicate whether the condition holds.

        Parameters
        ----------
        arrays
            As in `rift_sim.analysis.conditions.quantity.Found.read`; a dataset will do.

        Returns
        -------
        ndarray
            Shape (replicate,), or as what stands before time in the arrays.
        """
        return self.expression.holds({q: found.read(arrays) for q, found in self.found.items()})


def parse_expression(text: str, *, key: str = "--when") -> Expression:
    """Read a condition.

    Parameters
    ----------
    text
        Such as ``control > 0.4``.
    key
        Option that brought it, for messages.

    Raises
    ------
    InputError
        When it cannot be read; the message has the column. Names are looked up later, by
        `Expression.bind`.
    """
    reader = _Reader(text, key)
    root = reader.either(0)
    if reader.token is not None:
        raise reader.wrong("does not belong here", "and, or, or the end")
    return Expression(text, root, tuple(dict.fromkeys(_quantities(root))))


class _Reader:
    """Reads a text from left to right; ``or`` binds less than ``and``, and that than ``not``."""

    def __init__(self, text: str, key: str) -> None:
        self.text, self.key = text, key
        self._tokens = tokens(text, key)
        self._next = 0

    @property
    def token(self) -> Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def take(self, kind: str, *texts: str) -> Token | None:
        """Step over the next token if it is one of these."""
        token = self.token
        if token is None or token.kind != kind or (texts and token.text not in texts):
            return None
        self._next += 1
        return token

    def wrong(self, problem: str, allowed: str) -> InputError:
        """Complain about the next token."""
        token = self.token
        subject = f"'{token.text.strip()}' " if token else ""
        column = token.column if token else len(self.text.rstrip()) + 1
        if token is None:
            problem = "something is missing"
        return refusal(subject + problem, self.text, column, self.key, allowed)

    def either(self, depth: int) -> Comparison | Joined:
        parts = [self._both(depth)]
        while self.take("word", "or"):
            parts.append(self._both(depth))
        return parts[0] if len(parts) == 1 else Joined("or", tuple(parts))

    def _both(self, depth: int) -> Comparison | Joined:
        parts = [self._single(depth)]
        while self.take("word", "and"):
            parts.append(self._single(depth))
        return parts[0] if len(parts) == 1 else Joined("and", tuple(parts))

    def _single(self, depth: int) -> Comparison | Joined:
        if depth > _DEEPEST:
            raise self.wrong("is nested too deep", f"{_DEEPEST} levels")
        if self.take("word", "not"):
            return Joined("not", (self._single(depth + 1),))
        if self.take("parenthesis", "("):
            inner = self.either(depth + 1)
            if not self.take("parenthesis", ")"):
                raise self.wrong("does not belong here", "and, or, or a closing parenthesis")
            return inner
        return self._comparison()

    def _comparison(self) -> Comparison:
        begin = self.token
        left = self._operand()
        sign = self.take("compare")
        if sign is None:
            raise self.wrong("is no comparison", SIGNS)
        middle = self.token
        right = self._operand()
        if self.token is not None and self.token.kind == "compare":
            raise self.wrong("compares twice", "two comparisons joined by and")
        if not isinstance(left, Quantity) and not isinstance(right, Quantity):
            assert begin is not None
            raise refusal(
                "compares two numbers", self.text, begin.column, self.key, f"{_OPERAND} on one side"
            )
        for side, other, token in ((left, right, middle), (right, left, begin)):
            if isinstance(side, Quantity) and isinstance(other, float):
                allowed = beyond_share(side, other)
                if allowed is not None:
                    assert token is not None
                    problem = f"{side} is a share and cannot be {token.text}"
                    raise refusal(problem, self.text, token.column, self.key, allowed)
        return Comparison(left, sign.text, right)

    def _operand(self) -> _Operand:
        number = self.take("number")
        if number is not None:
            return float(number.text)
        quantity = self.take("quantity")
        if quantity is None:
            raise self.wrong("is no quantity", _OPERAND)
        return parse_quantity(
            quantity.text, key=self.key, whole=self.text, offset=quantity.column - 1
        )


def _quantities(node: Comparison | Joined) -> list[Quantity]:
    if isinstance(node, Comparison):
        return [side for side in (node.left, node.right) if isinstance(side, Quantity)]
    return [quantity for part in node.parts for quantity in _quantities(part)]


def _holds(node: Comparison | Joined, values: Mapping[Quantity, Floats]) -> Booleans:
    if isinstance(node, Comparison):
        left, right = (
            values[side] if isinstance(side, Quantity) else side for side in (node.left, node.right)
        )
        return np.asarray(_COMPARE[node.sign](left, right), dtype=np.bool_)
    parts = [_holds(part, values) for part in node.parts]
    if node.word == "not":
        return ~parts[0]
    return np.asarray(
        np.logical_and.reduce(parts) if node.word == "and" else np.logical_or.reduce(parts)
    )
