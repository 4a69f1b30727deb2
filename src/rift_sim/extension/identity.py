"""What an extension is made of, as a hash: it belongs to the identity of a run."""

from __future__ import annotations

import hashlib
import inspect
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from rift_sim.errors import InputError
from rift_sim.extension.ledger import folder_of
from rift_sim.extension.parts import Extension
from rift_sim.extension.registry import register, use

__all__ = [
    "Need",
    "is_extension",
    "needs",
    "prepare",
    "refuse_typed",
    "requirements",
    "unfit",
    "workers_for",
]

_PREFIX = "extension "
_SKIPPED = (".pyc", ".pyo", ".typed")


class Need(NamedTuple):
    """An extension that a run uses, as another process must find it."""

    name: str
    module: str
    version: str
    code: str

    @property
    def text(self) -> str:
        """Version and code, as a run writes them down."""
        return f"{self.version} {self.code}"

    @property
    def importable(self) -> bool:
        """Whether another process can import it."""
        return self.module != "__main__"


def needs(names: Iterable[str]) -> tuple[Need, ...]:
    """Return what stands behind some extensions.

    Raises
    ------
    InputError
        As in `rift_sim.extension.registry.use`.
    """
    return tuple(Need(e.name, e.module, e.version, code_of(e)) for e in use(names))


def requirements(wanted: Iterable[Need]) -> dict[str, str]:
    """Return extensions in the form in which a cluster's workers are asked for them."""
    return {f"{_PREFIX}{one.name}": f"{one.module} {one.text}" for one in wanted}


def is_extension(key: str) -> bool:
    """Say whether a key of `requirements` means an extension."""
    return key.startswith(_PREFIX)


def unfit(key: str, wanted: str) -> str | None:
    """Say why this process cannot run an extension of `requirements`, or None."""
    name = key.removeprefix(_PREFIX)
    module, version, code = wanted.split(" ")
    try:
        prepare((Need(name, module, version, code),))
    except InputError as error:
        return error.problem
    return None


def refuse_typed(wanted: Iterable[Need], key: str) -> None:
    """Refuse other processes for extensions that only this one has.

    Raises
    ------
    InputError
        When one was registered by a script or a notebook cell.
    """
    for one in wanted:
        if not one.importable:
            raise InputError(
                f"the extension '{one.name}' was registered by a script or notebook, from which "
                "other processes cannot import it",
                key=key,
                allowed="workers=1, or the extension in a module of its own",
            )


def workers_for(wanted: Iterable[Need], workers: int | None, scheduler: str | None) -> int | None:
    """Return how many workers to use, None to choose: one where extensions live here only.

    Raises
    ------
    InputError
        When more were asked for, or a scheduler; see `refuse_typed`.
    """
    if all(one.importable for one in wanted):
        return workers
    if scheduler is not None or (workers or 1) > 1:
        refuse_typed(wanted, "workers" if scheduler is None else "scheduler")
    return 1


def prepare(wanted: Iterable[Need]) -> None:
    """Find extensions in this process, and compare them with those of another.

    Raises
    ------
    InputError
        When one is not here, or is another version.
    """
    for one in wanted:
        _find(one)
        found = needs([one.name])[0]
        if found.code != one.code:
            raise InputError(f"has another version of the extension '{one.name}'")


def _find(one: Need) -> None:
    from importlib import import_module

    try:
        if one.importable:
            held = vars(import_module(one.module)).values()
            for value in held:
                if isinstance(value, Extension) and value.name == one.name:
                    register(value)
        use([one.name])
    except (ImportError, InputError):
        raise InputError(f"lacks the extension '{one.name}' ({one.module})") from None


def code_of(extension: Extension) -> str:
    """Return the SHA-256 of the code and data files of an extension.

    They are all files of the top-level package of its module, or the one file of a module by
    itself. Of what was typed into a notebook, the source of its parts counts.
    """
    files = _files(extension)
    total = hashlib.sha256()
    if not files:
        total.update("\n".join(_typed(extension)).encode())
    for name, path in files:
        content = path.read_bytes()
        total.update(f"{name} {len(content)}\n".encode())
        total.update(content)
    return total.hexdigest()


def _files(extension: Extension) -> list[tuple[str, Path]]:
    top = extension.module.partition(".")[0]
    module = sys.modules.get(top)
    folders = [] if top == "__main__" else [Path(p) for p in getattr(module, "__path__", ())]
    found = [
        (path.relative_to(folder).as_posix(), path)
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts and path.suffix not in _SKIPPED
    ]
    file = getattr(module, "__file__", None)
    if not folders and file and Path(file).is_file():
        found = [(Path(file).name, Path(file))]
    if not folders and extension.parameters is not None:
        found.append((extension.parameters, folder_of(extension) / extension.parameters))
    return found


def _typed(extension: Extension) -> Iterable[str]:
    parts: list[Any] = [*extension.partners.values(), *extension.strategies.values()]
    parts += [mechanism.act for mechanism in extension.mechanisms.values()]
    parts += [part for kind in extension.events.values() for part in (kind.content, kind.apply)]
    parts += [
        reader for one in extension.series.values() for reader in (one.read, *one.by.values())
    ]
    for part in parts:
        try:
            yield inspect.getsource(part)
        except (OSError, TypeError):
            code = getattr(part, "__code__", None)
            yield repr((code.co_code, code.co_consts)) if code else repr(part)
