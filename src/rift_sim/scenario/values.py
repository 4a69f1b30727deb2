"""The values scenario files are made of, each checked where it is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from rift_sim.calendar import Month
from rift_sim.plaintext import is_regular, no_file
from rift_sim.seeds import load_ledger
from rift_sim.seeds.posterior import PRIOR, is_table, posterior_names, posterior_path

__all__ = [
    "EVERYONE",
    "ExistingFile",
    "Finding",
    "GroupName",
    "GroupOrAll",
    "ModelMonth",
    "ParameterSource",
    "Refusal",
    "Share",
    "Slug",
    "Strict",
    "Switch",
    "Text",
    "as_tuple",
    "check_known",
    "needs_one",
]

EVERYONE = "all"
FIRST_MONTH, LAST_MONTH = Month(1990, 1), Month(2100, 12)
_SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"


class Finding(BaseModel):
    """One thing wrong: where (below the value that was checked), what, what is allowed."""

    at: tuple[str | int, ...] = ()
    problem: str
    allowed: str | tuple[str, ...] | None = None
    given: str | None = None
    listing: str | None = None
    """What to print instead of a long list of names."""
    rather: tuple[tuple[str | int, ...], ...] = ()
    """Further places that it could be said of; the one that was written last is named."""


class Refusal(ValueError):
    """A value is refused, for one or several reasons.

    Raised inside validators; `rift_sim.scenario.problems` turns it into an `InputError`.
    """

    def __init__(self, *findings: Finding) -> None:
        self.findings = findings
        super().__init__("; ".join(finding.problem for finding in findings))

    @classmethod
    def one(
        cls,
        problem: str,
        *,
        at: tuple[str | int, ...] = (),
        allowed: str | Iterable[str] | None = None,
        given: str | None = None,
        listing: str | None = None,
    ) -> Refusal:
        """Refuse for a single reason."""
        names = allowed if allowed is None or isinstance(allowed, str) else tuple(allowed)
        return cls(Finding(at=at, problem=problem, allowed=names, given=given, listing=listing))


class Strict(BaseModel):
    """Base of all scenario models: no unknown keys, no silent conversion, no change."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        validate_default=False,
    )


def as_tuple(value: object) -> object:
    """Let a YAML list stand where a tuple is kept."""
    return tuple(value) if isinstance(value, list) else value


def _file(value: object) -> object:
    path = Path(value) if isinstance(value, str) else value
    if isinstance(path, Path) and not is_regular(path):
        raise Refusal.one(no_file(path), allowed="an existing CSV file")
    return path


def _switch(value: object) -> object:
    if isinstance(value, str):
        text = value.casefold()
        if text not in ("on", "off"):
            raise Refusal.one(f"'{value}' is neither on nor off", allowed=("on", "off"), given=text)
        return text == "on"
    return value


def _group(value: str) -> str:
    ledger = load_ledger()
    found = ledger.group_id(value)
    if found is None:
        raise Refusal.one(
            f"there is no group '{value}'",
            allowed=ledger.group_names,
            given=value,
            listing=", ".join(ledger.groups) + ", or an alias that seeds/groups.yaml lists",
        )
    return found


def _group_or_all(value: str) -> str:
    return EVERYONE if value.casefold() == EVERYONE else _group(value)


def _parameters(value: str) -> str:
    path = posterior_path(value)
    if value == PRIOR or (path is not None and is_regular(path)):
        return value
    if path is not None and is_table(value):
        raise Refusal.one(no_file(path), allowed="an existing CSV file")
    names = (PRIOR, *posterior_names())
    listing = f"{', '.join(names)}, or a CSV file that rift calibrate wrote"
    raise Refusal.one(
        f"there is no shipped table '{value}'", allowed=names, given=value, listing=listing
    )


def _month(value: Month) -> Month:
    if not FIRST_MONTH <= value <= LAST_MONTH:
        raise Refusal.one(
            f"{value} is out of range", allowed=f"a month from {FIRST_MONTH} to {LAST_MONTH}"
        )
    return value


Text = Annotated[str, Field(min_length=1)]
Slug = Annotated[str, Field(pattern=_SLUG, max_length=80)]
"""Lower-case words joined by hyphens; also the name of the run's folder."""
ModelMonth = Annotated[Month, AfterValidator(_month)]
"""A month within the years the model is made for."""
Share = Annotated[float, Field(ge=0, le=1)]
"""A share, probability or level between 0 and 1."""
Switch = Annotated[
    bool,
    BeforeValidator(_switch, json_schema_input_type=bool | str),
    PlainSerializer(lambda on: "on" if on else "off", when_used="json"),
]
"""``on`` or ``off`` (``true`` and ``false`` are accepted too)."""
GroupName = Annotated[str, AfterValidator(_group)]
"""The id of an armed group; ids, names and aliases of the ledger are accepted."""
GroupOrAll = Annotated[str, AfterValidator(_group_or_all)]
"""The id of an armed group, or ``all``."""
ParameterSource = Annotated[Text, AfterValidator(_parameters)]
"""``prior``, the name of a shipped table of posterior draws, or the file of one."""
ExistingFile = Annotated[
    Path, BeforeValidator(_file, json_schema_input_type=str), PlainSerializer(str)
]
"""A file; relative to the scenario file that names it."""


def check_known(
    given: Mapping[str, Any], allowed: Iterable[str], what: str, listing: str | None = None
) -> tuple[Finding, ...]:
    """Return a finding for every key of `given` that is not `allowed`."""
    names = tuple(allowed)
    return tuple(
        Finding(
            at=(key,),
            problem=f"there is no {what} '{key}'",
            allowed=names,
            given=key,
            listing=listing,
        )
        for key in given
        if key not in names
    )


def needs_one(action: Strict, names: tuple[str, ...], exactly: bool = False) -> None:
    """Refuse an action that gives none of `names` (or, with `exactly`, several)."""
    given = [name for name in names if getattr(action, name) is not None]
    if not given:
        raise Refusal.one("says nothing", allowed=("one of " + names[0], *names[1:]))
    if exactly and len(given) > 1:
        raise Refusal.one(
            f"'{given[0]}' and '{given[1]}' exclude each other",
            at=(given[1],),
            allowed="one of them",
        )
