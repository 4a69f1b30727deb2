"""One number of each replicate, named in a word: ``control``, ``members[EGC]@2028-12``.

A name is a series, or an array that a run has (``control_department``). A label in brackets takes
one department (code or name), group (id or any alias), pillar or line of aid. What follows ``@`` is
a month, a year (a stock at its last month, a flow summed), ``sum``, or ``end``, the last month,
which holds if nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from rift_sim.analysis.conditions.layout import Layout
from rift_sim.calendar import Month
from rift_sim.errors import InputError, nearest
from rift_sim.initial.outputs import output_variables
from rift_sim.physics.arrays import Floats
from rift_sim.seeds import load_ledger
from rift_sim.seeds.ledger import fold_name
from rift_sim.vocabulary import SERIES

__all__ = ["Found", "Quantity", "parse_quantity", "refusal"]

END, SUM = "end", "sum"
_YEAR = re.compile(r"\d{4}")
_QUANTITY = re.compile(
    r"\s*(?P<name>[A-Za-z_]\w*)\s*(?:\[(?P<label>[^\]]*)\]\s*)?(?:@\s*(?P<when>[\w-]+)\s*)?"
)


class Found(NamedTuple):
    """Where a quantity stands in a run.

    Attributes
    ----------
    array
        Name of the array.
    label
        Position along its last dimension; None for a national series.
    first, stop
        Months of it, counted from the start.
    total
        Whether the months are summed; else the last of them counts.
    """

    array: str
    label: int | None
    first: int
    stop: int
    total: bool

    def read(self, arrays: Mapping[str, Any]) -> Floats:
        """Return the number of each replicate.

        Parameters
        ----------
        arrays
            Arrays of a run by name, time last or before the label's dimension, shape
            (..., time) or (..., time, label).

        Returns
        -------
        ndarray
            Shape (...), so (replicate,) for a run and () for a single replicate.
        """
        values = np.asarray(arrays[self.array], dtype=np.float64)
        if self.label is not None:
            values = values[..., self.label]
        values = values[..., self.first : self.stop]
        return np.asarray(values.sum(axis=-1) if self.total else values[..., -1])


@dataclass(frozen=True)
class Quantity:
    """One number of each replicate, as it is written.

    Attributes
    ----------
    name
        Series, or array of a run.
    label
        What stands in brackets; None without.
    when
        ``end``, ``sum``, a month or a year.
    text, column, key
        The text it stands in, from which column on (from 1), and the option that brought it, for
        messages.
    """

    name: str
    label: str | None = None
    when: str = END
    text: str = field(default="", compare=False)
    column: int = field(default=1, compare=False)
    key: str = field(default="--variable", compare=False)

    def __str__(self) -> str:
        label = f"[{self.label}]" if self.label is not None else ""
        return f"{self.name}{label}{'' if self.when == END else f'@{self.when}'}"

    @property
    def series(self) -> str:
        """Name of the series that a scenario must observe.

        Raises
        ------
        InputError
            When no run has such an array.
        """
        if self.name in SERIES:
            return self.name
        if self.name not in output_variables(()):
            raise self._wrong(f"there is no series '{self.name}'", list(SERIES), self.name)
        return max((s for s in SERIES if self.name.startswith(f"{s}_")), key=len, default="") or (
            "relationship_index"  # Whose phases have a name of their own.
        )

    def find(self, layout: Layout) -> Found:
        """Look the quantity up in a run.

        Raises
        ------
        InputError
            When the run has no such series, label or month.
        """
        _ = self.series
        if self.label is None:
            array, label = self._national(layout), None
        else:
            array, label = self._labelled(layout, self.label)
        return Found(array, label, *self._months(layout, layout.kinds[array]))

    def _national(self, layout: Layout) -> str:
        if self.name not in layout.dims:
            raise self._unobserved(layout)
        if layout.dims[self.name] != ("time",):
            *_, dim = layout.dims[self.name]
            first = next(iter(layout.labels.get(dim, ("LABEL",))))
            raise self._wrong(f"which {dim} of '{self.name}'?", f"{self.name}[{first}] and so on")
        return self.name

    def _labelled(self, layout: Layout, label: str) -> tuple[str, int]:
        own = (self.name, *(f"{self.name}_{dim}" for dim in layout.labels))
        arrays = [
            name for name in own if len(layout.dims.get(name, ())) == 2
            and layout.dims[name][0] == "time"
        ]  # fmt: skip
        if not arrays:
            if self.name not in layout.dims:
                raise self._unobserved(layout)
            raise self._wrong(
                f"'{self.name}' is observed for the country only", f"{self.name} alone"
            )
        for array in arrays:
            dim = layout.dims[array][1]
            place = _place(label, dim, layout)
            if place is not None:
                return array, place
        dims = [layout.dims[array][1] for array in arrays]
        known = [
            *(code for dim in dims for code in layout.labels[dim]),
            *(name for dim in dims for name in layout.names.get(dim, ())),
        ]
        wanted, like = " or ".join(dims), nearest(label, known)
        hint = f"; did you mean '{like}'?" if like else ""
        raise self._wrong(f"there is no {wanted} '{label}'", f"code or name of a {wanted}{hint}")

    def _months(self, layout: Layout, kind: str) -> tuple[int, int, bool]:
        if self.when in (END, SUM):
            return 0, layout.months, self.when == SUM
        if _YEAR.fullmatch(self.when):
            january = Month(int(self.when), 1).index - layout.start.index
            first, stop = max(january, 0), min(january + 12, layout.months)
        else:
            try:
                first = Month.parse(self.when).index - layout.start.index
            except ValueError as error:
                allowed = "end, sum, a month (YYYY-MM) or a year (YYYY)"
                raise self._wrong(str(error), allowed) from None
            stop = first + 1
        if not 0 <= first < stop <= layout.months:
            raise self._wrong(f"{self.when} is not in the run", f"{layout.start} to {layout.last}")
        return first, stop, kind == "flow"

    def _unobserved(self, layout: Layout) -> InputError:
        national = [name for name, dims in layout.dims.items() if dims == ("time",)]
        return self._wrong(f"the run does not observe '{self.name}'", national, self.name)

    def _wrong(
        self, problem: str, allowed: str | list[str], given: str | None = None
    ) -> InputError:
        return refusal(problem, self.text or str(self), self.column, self.key, allowed, given)


def refusal(
    problem: str,
    text: str,
    column: int,
    key: str,
    allowed: str | list[str],
    given: str | None = None,
) -> InputError:
    """Say what is wrong in a text that a user wrote, and at which column of it."""
    where = f"'{text}', column {column}: {problem}"
    return InputError(where, key=key, allowed=allowed, given=given)


def parse_quantity(
    text: str, *, key: str = "--variable", whole: str | None = None, offset: int = 0
) -> Quantity:
    """Read a quantity.

    Parameters
    ----------
    text
        Such as ``newly_displaced[Cauca]@2027``.
    key
        Option that brought it, for messages.
    whole, offset
        The text that `text` is part of, and where it begins there.

    Raises
    ------
    InputError
        When it cannot be read; what it names is looked up by `Quantity.find`.
    """
    full = text if whole is None else whole
    match = _QUANTITY.match(text)
    place = offset + len(text) - len(text.lstrip()) + 1
    if match is None or match.end() < len(text):
        wrong = offset + match.end() + 1 if match else place
        allowed = "NAME, NAME[LABEL], NAME@DATE or NAME[LABEL]@DATE"
        raise refusal("not a quantity", full, wrong, key, allowed)
    label = match["label"]
    return Quantity(
        match["name"], None if label is None else label.strip(), match["when"] or END, full, place,
        key,
    )  # fmt: skip


def _place(label: str, dim: str, layout: Layout) -> int | None:
    """Return the position of a label along a dimension, by code, name or alias."""
    wanted = fold_name(label)
    for words in (layout.labels[dim], layout.names.get(dim, ())):
        folded = [fold_name(word) for word in words]
        if wanted and wanted in folded:
            return folded.index(wanted)
    if dim == "group" and (group := load_ledger().group_id(label)) in layout.labels[dim]:
        return layout.labels[dim].index(str(group))
    return None
