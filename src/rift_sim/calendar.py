"""Months: the model's unit of time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Month", "month_axis", "months_between"]

_PATTERN = re.compile(r"([0-9]{4})-([0-9]{2})(?:-([0-9]{2}))?")
_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month, written ``2026-01``; a day after it is accepted and dropped."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Month:
        """Read ``YYYY-MM`` or ``YYYY-MM-DD``.

        Raises
        ------
        ValueError
            When the text is neither, or names a month or day that does not exist.
        """
        match = _PATTERN.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"'{text}' is not a date; write YYYY-MM or YYYY-MM-DD")
        year, month = int(match[1]), int(match[2])
        if not 1 <= month <= 12:
            raise ValueError(f"'{text}' has no such month; write YYYY-MM or YYYY-MM-DD")
        if match[3] is not None and not 1 <= int(match[3]) <= _DAYS[month - 1]:
            raise ValueError(f"'{text}' has no such day; write YYYY-MM or YYYY-MM-DD")
        return cls(year, month)

    @property
    def index(self) -> int:
        """Months since year 0; differences of indices are numbers of months."""
        return self.year * 12 + self.month - 1

    @staticmethod
    @lru_cache(maxsize=1024)
    def from_index(index: int) -> Month:
        """Invert `index`."""
        return Month(index // 12, index % 12 + 1)

    def shift(self, months: int) -> Month:
        """Return the month that lies `months` later (earlier if negative)."""
        return Month.from_index(self.index + months)

    @property
    def name(self) -> str:
        """Its name without the year, ``January``, in English whatever the machine speaks."""
        return _NAMES[self.month - 1]

    @property
    def in_words(self) -> str:
        """Name and year, ``January 2026``."""
        return f"{self.name} {self.year}"

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[Any], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        def read(value: object) -> Month:
            if isinstance(value, Month):
                return value
            if isinstance(value, str):
                return cls.parse(value)
            raise ValueError(f"{value!r} is not a date; write YYYY-MM or YYYY-MM-DD")

        return core_schema.no_info_plain_validator_function(
            read, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^\d{4}-\d{2}(-\d{2})?$", "examples": ["2026-01"]}


def months_between(start: Month, end: Month) -> int:
    """Count the months from `start` to `end`, both included."""
    return end.index - start.index + 1


def month_axis(start: Month, months: int) -> NDArray[np.datetime64]:
    """Return the first days of `months` consecutive months as ``datetime64[ns]``."""
    import numpy as np

    first = np.datetime64(str(start), "M")
    return (first + np.arange(months)).astype("datetime64[ns]")
