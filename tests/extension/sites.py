"""Packages as pip leaves them, as far as entry points go."""

from __future__ import annotations

from pathlib import Path


def install(site: Path, package: str, *points: str) -> None:
    """Write what pip writes of a package, for its entry points."""
    folder = site / f"{package}-0.1.0.dist-info"
    folder.mkdir(parents=True)
    text = f"Metadata-Version: 2.1\nName: {package}\nVersion: 0.1.0\n"
    (folder / "METADATA").write_text(text, encoding="utf-8")
    listed = "\n".join(("[rift_sim.extensions]", *points))
    (folder / "entry_points.txt").write_text(listed + "\n", encoding="utf-8")
