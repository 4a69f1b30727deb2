"""What decides the numbers of a run, as hashes, and the versions it ran with."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path

__all__ = ["COMPARED", "Identity", "code_digest", "hash_all", "versions"]

_PACKAGE = Path(__file__).resolve().parents[1]
_NOT_NUMERIC = frozenset(
    [
        "__init__.py",
        "_shipped",
        "analysis",
        "cli",
        "drafts.py",
        "ensemble",
        "errors.py",
        "explore",
        "export",
        "outputs.py",
        "plots",
        "report",
    ]
)
"""What changes no trajectory; seeds and scenarios have hashes of their own."""
COMPARED = ("python", "numpy", "numba", "mesa", "machine", "kernels")
"""Versions that can change the last bits of a number, and how kernels run."""
_LIBRARIES = ("mesa", "numba", "numpy", "scipy", "xarray", "zarr", "pydantic", "matplotlib")


@lru_cache(maxsize=1)
def code_digest() -> str:
    """Return the SHA-256 of the code and shipped data that can change a number."""
    total = hashlib.sha256()
    for path in _numeric_files():
        content = path.read_bytes()
        total.update(f"{path.relative_to(_PACKAGE).as_posix()} {len(content)}\n".encode())
        total.update(content)
    return total.hexdigest()


def _numeric_files() -> list[Path]:
    return sorted(
        path
        for path in _PACKAGE.rglob("*")
        if path.is_file()
        and path.relative_to(_PACKAGE).parts[0] not in _NOT_NUMERIC
        and "__pycache__" not in path.parts
        and path.suffix not in (".md", ".pyc", ".typed")
    )


@dataclass(frozen=True)
class Identity:
    """What two runs must share to be the same run.

    Attributes
    ----------
    scenario
        Hash of the scenario, or of all scenarios of a sweep, without the number of
        replicates.
    seed
        The seed of the random numbers.
    seeds
        Hash of the ledger.
    code
        Hash of the code and shipped data.
    municipal
        Whether municipal arrays are stored.
    extensions
        Version and hash of the code of each extension that the scenarios use, by name.
    """

    scenario: str
    seed: int
    seeds: str
    code: str
    municipal: bool
    extensions: Mapping[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """One hash of all parts."""
        return hashlib.sha256(json.dumps(self.parts, sort_keys=True).encode()).hexdigest()

    @property
    def parts(self) -> dict[str, object]:
        """The parts by name; without extensions these are not among them."""
        found = asdict(self)
        if not self.extensions:
            del found["extensions"]
        return found

    def difference(self, other: Mapping[str, object]) -> str:
        """Say in words what differs from the parts of another run."""
        words = {
            "scenario": "another scenario",
            "seed": f"seed {other.get('seed', '?')}, asked for {self.seed}",
            "seeds": "other figures in seeds/",
            "code": "another version of the code",
            "municipal": f"{'with' if other.get('municipal') else 'without'} --municipal",
            "extensions": self._other_extensions(other.get("extensions")),
        }
        mine = {"extensions": None, **self.parts}
        found = [part for part, value in mine.items() if other.get(part) != value]
        if "seed" in found and "scenario" in found:
            found.remove("scenario")  # Its hash holds the seed.
        found = [words[part] for part in found]
        return ", ".join(found) or "of another format"

    def _other_extensions(self, theirs: object) -> str:
        """Name the extensions that are not the same, where the other run has any record of them."""
        known = theirs if isinstance(theirs, Mapping) else {}
        names = dict.fromkeys((*self.extensions, *known))
        changed = [name for name in names if self.extensions.get(name) != known.get(name)]
        return f"another version of the extension {' and '.join(changed)}"


def hash_all(parts: Iterable[str]) -> str:
    """Return the SHA-256 of several texts; of a single one, that text itself."""
    listed = list(parts)
    if len(listed) == 1:
        return listed[0]
    return hashlib.sha256("\n".join(listed).encode()).hexdigest()


def versions() -> dict[str, str]:
    """Return the versions of Python, rift_sim and the libraries, and how kernels run."""
    from rift_sim import __version__
    from rift_sim.physics.kernel import COMPILED

    found = {"python": platform.python_version(), "rift_sim": __version__}
    for name in _LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    found["machine"] = f"{platform.machine()} {sys.platform}"
    found["kernels"] = "compiled" if COMPILED else "python"
    return found
