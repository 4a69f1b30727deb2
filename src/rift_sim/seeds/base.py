"""What every entry of the ledger shares: strictness, frozen mappings, forgiving text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    model_validator,
)

__all__ = [
    "FROZEN",
    "Frozen",
    "Grounded",
    "Loose",
    "Record",
    "Series",
    "Table",
    "Text",
    "Texts",
    "in_order",
    "listed",
]

K = TypeVar("K")
V = TypeVar("V")


class Frozen(Mapping[K, V]):
    """A mapping that cannot be changed, keeps its order and can be pickled."""

    __slots__ = ("_data",)

    def __init__(self, data: Mapping[K, V]) -> None:
        self._data = dict(data)

    def __getitem__(self, key: K) -> V:
        return self._data[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)

    def __repr__(self) -> str:
        return repr(self._data)


def _as_text(value: object) -> object:
    """Take a bare number for text where text is meant: ``unit: 1``, ``period: 2024``."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:g}" if isinstance(value, float) else str(value)
    return value


FROZEN = (AfterValidator(Frozen), PlainSerializer(dict))
"""Freeze a mapping after it was read; write it out as a plain one."""

Text = Annotated[str, Field(min_length=1)]
Loose = Annotated[Text, BeforeValidator(_as_text)]
Texts = Annotated[tuple[Loose, ...], Field(strict=False)]
Series = Annotated[Mapping[str, float], Field(min_length=1), *FROZEN]
Table = Annotated[Mapping[str, Series], Field(min_length=1), *FROZEN]


class Record(BaseModel):
    """Base of every entry: frozen, strict, no unknown keys."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, populate_by_name=False
    )


class Grounded(Record):
    """Rests on a source or on a judgement, at least one of them."""

    source: Text | None = None
    judgement: Text | None = None

    @model_validator(mode="after")
    def _grounded(self) -> Self:
        if self.source is None and self.judgement is None:
            raise ValueError("needs a source id or a judgement")
        return self


def listed(value: object) -> object:
    """Take one id for a list of one."""
    return [value] if isinstance(value, str) else value


def in_order(low: float | None, value: float | None, high: float | None) -> None:
    """Refuse bounds that do not hold the value between them.

    Raises
    ------
    ValueError
        When those that are given do not ascend.
    """
    given = [number for number in (low, value, high) if number is not None]
    if given != sorted(given):
        raise ValueError("low, value and high are not in this order")
