"""The formats of data files that others publish: columns, units, sources, what absence means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rift_sim.errors import InputError, nearest

__all__ = ["CODE", "FORMATS", "Format", "identify"]

CODE = ("mpio_code", "code")
"""Names of the column with the municipality; the first that is there counts."""


@dataclass(frozen=True)
class Format:
    """One kind of data file.

    Attributes
    ----------
    id, title
        Short name, also in targets, and what the file holds.
    stem
        How its file name begins; years may follow.
    shape
        ``panel``: a number by municipality and year. ``presence``: a line for each group
        seen in a municipality in a year. ``wide``: a line for each municipality, years in
        columns. ``pairs``: a line for each pair of neighbours.
    columns
        Columns that must be there besides the municipality; a name such as ``pop_YYYY``
        stands for all years.
    labels
        Columns that tell rows of one municipality and year apart.
    value, unit, measure
        Column with the number, its unit, and the measure it is (`names.MEASURES`).
    whole
        Whether the numbers are counts.
    flag
        Column with 1 where the scale of the number is not certain.
    fact
        National series of the ledger that the sum of a year must meet.
    source
        Id in ``seeds/sources.yaml``, or a public name.
    publisher, address, how
        Who publishes it, where (None if no page is known), and how to get it.
    absent
        What a municipality is that a covered year does not list: ``zero`` or ``missing``.
    rule
        Why.
    """

    id: str
    title: str
    stem: str
    shape: Literal["panel", "presence", "wide", "pairs"]
    columns: tuple[str, ...]
    unit: str
    source: str
    publisher: str
    address: str | None
    how: str
    absent: Literal["zero", "missing"]
    rule: str
    labels: tuple[str, ...] = ()
    value: str | None = None
    measure: str | None = None
    whole: bool = True
    flag: str | None = None
    fact: str | None = None

    @property
    def code_columns(self) -> int:
        """Number of columns with municipality codes."""
        return 0 if self.shape == "pairs" else 1

    def missing(self, header: Sequence[str]) -> tuple[str, ...]:
        """Return the columns that `header` lacks."""
        lacking = [name for name in self.columns if not _has(header, name)]
        if self.code_columns and not any(name in header for name in CODE):
            lacking.insert(0, CODE[0])
        return tuple(lacking)


def _has(header: Sequence[str], name: str) -> bool:
    if name.endswith("_YYYY"):
        return any(re.fullmatch(name[:-4] + r"\d{4}", column) for column in header)
    return name in header


_ALL = (
    Format(
        id="municipalities",
        title="Municipalities and their population",
        stem="municipalities",
        shape="wide",
        columns=("pop_YYYY",),
        value="pop",
        measure="population",
        unit="people",
        whole=False,
        source="dane_2023",
        publisher="DANE",
        address="https://www.dane.gov.co",
        how="population projections by municipality; one column pop_YYYY for each year",
        absent="missing",
        rule="a place that is not listed has no known population",
    ),
    Format(
        id="adjacency",
        title="Municipalities that share a border",
        stem="adjacency_mpio",
        shape="pairs",
        columns=("mpio_a", "mpio_b"),
        value="shared_border_km",
        unit="km",
        whole=False,
        source="DANE, Marco Geoestadístico Nacional 2020",
        publisher="DANE",
        address="https://www.dane.gov.co",
        how="borders of the municipal polygons of the geostatistical frame",
        absent="zero",
        rule="a pair that is not listed shares no border",
    ),
    Format(
        id="presence",
        title="Armed groups by municipality",
        stem="pares_presence",
        shape="presence",
        columns=("year", "group"),
        labels=("group",),
        measure="presence_survey",
        unit="presence",
        source="pares_2026",
        publisher="Fundación Paz y Reconciliación (Pares)",
        address="https://www.pares.com.co/wp-content/uploads/2026/09/PARTE-2.pdf",
        how="municipal lists of the reports; research use, rights reserved",
        absent="zero",
        rule="a group that is not listed was not seen; a wave with partial coverage saw less",
    ),
    Format(
        id="ruv",
        title="People displaced, by year of event",
        stem="ruv_displacement_mpio",
        shape="panel",
        columns=("year", "displaced_ruv"),
        value="displaced_ruv",
        measure="newly_displaced_ruv",
        unit="people",
        flag="scale_ambiguous",
        fact="IDP_NEW_RUV",
        source="ruv_2023",
        publisher="Unidad para las Víctimas",
        address="https://www.unidadvictimas.gov.co",
        how="reports of the victims' register by municipality of expulsion and year of event",
        absent="missing",
        rule="zeros are written out, so a place that is not listed was not observed",
    ),
    Format(
        id="coca",
        title="Coca under cultivation on 31 December",
        stem="coca_mpio",
        shape="panel",
        columns=("year", "coca_ha"),
        value="coca_ha",
        measure="coca_ha",
        unit="ha",
        whole=False,
        fact="COCA_HA",
        source="simci_2026",
        publisher="UNODC and SIMCI",
        address="https://www.unodc.org/colombia/",
        how="municipal totals of the yearly survey",
        absent="zero",
        rule="the survey covers the country and lists places that ever had coca",
    ),
    Format(
        id="homicides",
        title="Homicides",
        stem="homicides_mpio",
        shape="panel",
        columns=("year", "homicides"),
        value="homicides",
        measure="homicides",
        unit="victims",
        fact="HOMICIDES",
        source="siedco_2026",
        publisher="Policía Nacional de Colombia",
        address="https://github.com/Angelsistemas7/angel-info-co",
        how="crime statistics (SIEDCO) on datos.gov.co, summed by municipality and year",
        absent="zero",
        rule="only places with a homicide are listed; they sum to the national total",
    ),
    Format(
        id="vipaa",
        title="Violent events by actor",
        stem="vipaa_mpio_year_actor",
        shape="panel",
        columns=("year", "actor_main", "actor_sub", "events"),
        labels=("actor_main", "actor_sub"),
        value="events",
        measure="conflict_events",
        unit="events",
        source="ViPAA, Osorio et al. 2019",
        publisher="Osorio, Mohamed, Pavon and Brewer-Osorio, University of Arizona",
        address="https://www.colombiaarmedactors.org/",
        how="download of events by municipality, year and actor (MIT licence)",
        absent="zero",
        rule="an actor that is not listed had no recorded violent event",
    ),
)
FORMATS: dict[str, Format] = {format.id: format for format in _ALL}
"""The formats by id, in the order in which reports list them."""


def identify(path: Path, header: Sequence[str]) -> Format | None:
    """Say which format a file has, by its columns and by its name.

    Columns decide, so that a file with other years or another name is found too. A name
    that begins like a format's asks for its columns.

    Parameters
    ----------
    path
        The file.
    header
        Its columns, in lower case.

    Returns
    -------
    Format or None
        None when neither columns nor name are known.

    Raises
    ------
    InputError
        When the name is that of a format and its columns are not there, or when the
        columns are those of several formats and the name does not decide.
    """
    named = next((f for f in _ALL if path.name.casefold().startswith(f.stem)), None)
    fitting = [f for f in _ALL if not f.missing(header)]
    if named is not None:
        if named in fitting:
            return named
        lacking = named.missing(header)[0]
        like = nearest(lacking, header)
        seen = f" (there is '{like}')" if like else ""
        others = f"; these are the columns of '{fitting[0].id}'" if fitting else ""
        raise InputError(
            f"the column '{lacking}' is missing{seen}{others}",
            file=path,
            line=1,
            key=lacking,
            allowed=(*CODE[: named.code_columns], *named.columns),
        )
    if len(fitting) > 1:
        names = " and ".join(f"'{f.id}'" for f in fitting)
        raise InputError(
            f"has the columns of {names}",
            file=path,
            line=1,
            allowed=f"one kind of number, or a name that begins with {fitting[0].stem}",
        )
    return fitting[0] if fitting else None
