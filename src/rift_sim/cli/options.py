"""Options that mean the same in several commands."""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["AllowOutside", "Force", "Settings", "Workers"]

Force = Annotated[bool, typer.Option("--force", help="Replace files that are there.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change one value; may be repeated."),
]
AllowOutside = Annotated[
    bool, typer.Option("--allow-outside", help="Let the file name files outside its own folder.")
]
Workers = Annotated[
    int | None,
    typer.Option("-j", "--workers", min=1, help="Processes; one for each core if not given."),
]
