"""What runs on a cluster's workers: whether they may compute a run, and a block of it."""

from __future__ import annotations

import hashlib
import pickle
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from rift_sim.ensemble.engine import Engine
from rift_sim.ensemble.execution.executor import Job, Plan, Worlds, compute
from rift_sim.ensemble.identity import COMPARED, code_digest, versions
from rift_sim.errors import InputError
from rift_sim.extension.identity import is_extension
from rift_sim.extension.identity import unfit as lacking

__all__ = ["Parcel", "compute_parcel", "digests", "processor", "requirements", "unfit"]

_WORLDS_KEPT = 32


@dataclass(frozen=True)
class Parcel:
    """One block and all that it takes to compute it.

    Attributes
    ----------
    engine, scenario, municipal
        The model and one scenario, as in `Plan`.
    job
        Which replicates.
    digest
        Hash of the scenario and the files it names, where it was sent; None for a
        scenario of another model.
    coordinates
        Labels that the worlds of a sweep share; None without a sweep.
    """

    engine: Engine
    scenario: Any
    municipal: bool
    job: Job
    digest: str | None
    coordinates: Mapping[str, tuple[Any, ...]] | None


@lru_cache(maxsize=1)
def requirements() -> dict[str, str]:
    """Return what must be equal here and on a worker for both to compute the same bits."""
    from rift_sim.seeds import load_ledger

    found = versions()
    libraries = {name: found.get(name, "missing") for name in COMPARED}
    return {"code": code_digest(), "seeds": load_ledger().digest, **libraries}


def unfit(wanted: Mapping[str, str]) -> str | None:
    """Say why this process may not compute a run, or None when it may.

    Parameters
    ----------
    wanted
        `requirements` of the process that stores the run.
    """
    if wanted.get("code") != code_digest():
        # The rest need not even be readable for another version.
        return "has another version of the code"
    try:
        own = requirements()
    except InputError as error:
        return f"cannot read its own seeds ({error})"
    words = {"seeds": "has other figures in seeds/"}
    reasons = [
        words.get(name, f"has {name} {own.get(name, 'missing')}, not {value}")
        for name, value in wanted.items()
        if own.get(name) != value and not is_extension(name)
    ]
    reasons += filter(None, (lacking(n, v) for n, v in wanted.items() if is_extension(n)))
    return " and ".join(reasons) or None


def processor() -> str:
    """Return the type of processor that kernels are compiled for."""
    from llvmlite import binding  # type: ignore[import-untyped,unused-ignore]

    return str(binding.get_host_cpu_name())


def digests(plan: Plan) -> list[str | None]:
    """Return for each scenario its hash, with the files it names; None for another model's."""
    from rift_sim.scenario import Scenario, digest

    return [digest(s) if isinstance(s, Scenario) else None for s in plan.scenarios]


# The worlds of a process; a model writes into its world, so one block at a time.
_turn = threading.Lock()
_worlds: OrderedDict[str, Worlds] = OrderedDict()


def compute_parcel(content: bytes) -> Any:
    """Compute a pickled `Parcel`; return its block, or say why that cannot be done here."""
    parcel: Parcel = pickle.loads(content)
    alone = replace(parcel.job, scenario=0)
    plan = Plan(parcel.engine, (parcel.scenario,), parcel.municipal)
    key = hashlib.sha256(pickle.dumps(replace(parcel, job=Job(0, 0, ())))).hexdigest()
    with _turn:
        if key not in _worlds:
            reason = _other_files(parcel)
            if reason:
                return reason
            _worlds[key] = Worlds(plan, parcel.coordinates)
            if len(_worlds) > _WORLDS_KEPT:
                _worlds.popitem(last=False)
        _worlds.move_to_end(key)
        block = compute(plan, _worlds[key], alone)
    return replace(block, scenario=parcel.job.scenario)


def _other_files(parcel: Parcel) -> str | None:
    """Say so when a file that the scenario names is missing here, or differs."""
    if parcel.digest is None:
        return None
    from rift_sim.scenario import digest

    try:
        same = digest(parcel.scenario) == parcel.digest
    except InputError as error:
        return f"lacks a file of the scenario: {error}"
    return None if same else "has other files under the paths that the scenario names"
