"""Write or check the generated parts: ``python -m tools.odd --write`` or ``--check``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from .document import equations, fill, fill_parameters
from .tables import Tables

__all__ = ["FILES", "main", "render"]

ROOT = Path(__file__).resolve().parents[2]
FILES = ("docs/odd.md", "docs/odd-tables.md")


def render(root: Path = ROOT) -> dict[Path, str]:
    """Return both documents with every generated part as it should be, by path."""
    texts = {root / name: (root / name).read_text(encoding="utf-8") for name in FILES}
    tables = Tables(root, equations(texts[root / FILES[0]]))
    parts = tables.parts()
    return {path: fill_parameters(fill(text, parts), tables.ledger) for path, text in texts.items()}


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when the documents are current, or were written; 1 when they are not."""
    parser = argparse.ArgumentParser(prog="python -m tools.odd", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--write", action="store_true", help="write the generated parts")
    what.add_argument("--check", action="store_true", help="say whether they are current")
    given = parser.parse_args(arguments)
    stale = [
        (path, text) for path, text in render().items() if path.read_text(encoding="utf-8") != text
    ]
    for path, text in stale:
        if given.write:
            path.write_text(text, encoding="utf-8")
        print(f"{path.relative_to(ROOT)}: {'written' if given.write else 'not current'}")
    if stale and given.check:
        print("python -m tools.odd --write brings them up to date", file=sys.stderr)
    return 1 if stale and given.check else 0


if __name__ == "__main__":
    sys.exit(main())
