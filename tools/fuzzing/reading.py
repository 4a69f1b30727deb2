"""How the program reads each format, with what a command does next with the result."""

from __future__ import annotations

import contextlib
import inspect
import io
import json
import sys
import tempfile
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rift_sim.errors import InputError

from . import samples, shared

if TYPE_CHECKING:
    from rift_sim.scenario import Scenario

__all__ = ["finite_run", "prepare", "sealed"]

Arguments = tuple[str, ...]
_POINTS = 40
_MONTHS = 3


def prepare() -> None:
    """Load once what all cases share, so that no case waits for it or writes a cache."""
    from rift_sim.observed import load_record, load_targets
    from rift_sim.seeds import load_ledger
    from rift_sim.territory import load_territory

    samples.shipped(), samples.names(), load_ledger(), load_territory()
    load_targets(), shared.record(), shared.dataset(), shared.small_world_files()
    load_record(None)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shared.lay_out_run(folder)
        globals()["folder"](folder, ())
        (folder / "child.yaml").write_text("name: child\nextends: reference\n", encoding="utf-8")
        with contextlib.chdir(folder):
            command(folder, ("check", "child.yaml"))
            command(folder, ("data", "check", "."))
        from rift_sim.scenario import load_scenario

        finite_run(load_scenario(folder / "child.yaml"))


def scenario(folder: Path, arguments: Arguments) -> Scenario:
    """Read a scenario file with all it extends and names."""
    from rift_sim.scenario import load_scenario

    return _checked(load_scenario(folder / "scenario.yaml", settings=arguments))


def sweep(folder: Path, arguments: Arguments) -> Scenario:
    """Read a scenario with a sweep, and a design if there is one."""
    from rift_sim.scenario import load_scenario

    design = folder / arguments[0] if arguments else None
    return _checked(load_scenario(folder / "scenario.yaml", design=design))


def settings(folder: Path, arguments: Arguments) -> Scenario:
    """Set keys of a scenario, as ``--set`` does."""
    from rift_sim.scenario import load_scenario

    return _checked(load_scenario(folder / "parent.yaml", settings=arguments))


def _checked(found: Scenario) -> Scenario:
    """Do what ``rift check`` does, and require that the scenario survives being written out."""
    from rift_sim.cli.queries import _check_files, _idle, _tables
    from rift_sim.ensemble.inputs import resolve_request
    from rift_sim.scenario import Scenario, resolved_yaml
    from rift_sim.yamlfile import parse_yaml

    axes = found.sweep.values()
    points = prod(len(axis) if isinstance(axis, dict) else len(axis.values) for axis in axes)
    written = Scenario.model_validate(parse_yaml(resolved_yaml(found), "resolved.yaml").data)
    assert written == found, "written out and read again, the scenario is another one"
    if points > _POINTS and found.design is None:
        return found
    request = resolve_request(found, replicates=None, seed=None, settings=(), design=None)
    _check_files(request.scenarios[0])
    list(_idle(request.scenarios[0]))
    list(_tables(request.scenarios[:_POINTS]))
    first: Scenario = request.scenarios[0]
    return first


def finite_run(found: Scenario) -> None:
    """Run a scenario on the five places for a few months, and require finite numbers."""
    from rift_sim.model import World
    from rift_sim.replicate import simulate
    from rift_sim.scenario import Scenario

    data = found.plain()
    end = min(found.end, found.start.shift(_MONTHS - 1))
    data |= {"end": str(end)}
    data["timeline"] = [event for event in data.get("timeline", ()) if event["date"] <= str(end)]
    if found.territory.municipalities is None:
        data["territory"] = shared.small_world_files()
    world = World(Scenario.model_validate(data))
    for name, values in simulate(world, found.seed % 7).items():
        if values.dtype.kind == "f":
            assert np.isfinite(values).all(), f"'{name}' is not finite"


def ledger(folder: Path, _: Arguments) -> object:
    """Read a ledger, and table it as ``rift seeds`` does."""
    from rift_sim.seeds.ledger import load_ledger
    from rift_sim.seeds.tables import KINDS

    # Past its cache, which goes by the name of the folder.
    found = inspect.unwrap(load_ledger)(folder)
    return [table(found) for table in KINDS.values()]


def posterior(folder: Path, _: Arguments) -> object:
    """Read a table of posterior draws."""
    from rift_sim.seeds.posterior import read_posterior

    table = read_posterior(folder / "draws.csv", shared.shipped_ledger())
    assert np.isfinite(table.rows).all()
    return table.describe()


def targets(folder: Path, _: Arguments) -> object:
    """Read targets of calibration, and what was observed of each."""
    from rift_sim.observed import load_targets, observed_values

    found = load_targets(folder, ledger=shared.shipped_ledger())
    return [observed_values(target, shared.record()) for target in found.targets.values()]


def scores(folder: Path, _: Arguments) -> object:
    """Read a table of scores."""
    from rift_sim.analysis.validation.own_scores import read_scores

    return read_scores(folder / "scores.csv")


def calibration(folder: Path, _: Arguments) -> object:
    """Read a calibration file, and find the numbers that it compares."""
    from rift_sim.analysis.calibrate.config import make_problem, read_calibration
    from rift_sim.analysis.calibrate.targets import target_summaries

    found = read_calibration(folder / "calibration.yaml")
    return make_problem(found, target_summaries(found, shared.record()))


def territory(folder: Path, arguments: Arguments) -> object:
    """Read a map."""
    from rift_sim.territory import load_territory

    files = [folder / name for name in arguments if name != "--strict"]
    found = load_territory(*files, strict="--strict" in arguments)
    for values in (found.area_km2, found.population, found.rural_share, found.remoteness):
        assert np.isfinite(values).all()
    return found


def places(folder: Path, arguments: Arguments) -> object:
    """Read presence, coca and displacement for a start on the map that ships."""
    from rift_sim.calendar import Month
    from rift_sim.initial.given import read_maps
    from rift_sim.scenario import Initial
    from rift_sim.territory import load_territory

    start, found = arguments[0], None
    for key, name in (("presence", "presence"), ("coca", "coca"), ("displaced", "displaced")):
        initial = Initial.model_validate({key: str(folder / f"{name}.csv")})
        found = read_maps(initial, shared.shipped_ledger(), load_territory(), Month.parse(start))
    return found


def history(folder: Path, _: Arguments) -> object:
    """Read a folder of data files, as ``rift data check`` does."""
    from rift_sim.observed import load_record, load_targets, observed_values

    record = load_record(folder, ledger=shared.shipped_ledger())
    targets = load_targets(ledger=shared.shipped_ledger()).targets
    return [observed_values(target, record) for target in list(targets.values())[:8]]


def folder(folder: Path, _: Arguments) -> object:
    """Open a run folder, as commands that read runs do."""
    from rift_sim.analysis.compare.arms import open_arms
    from rift_sim.ensemble.folder import check_target
    from rift_sim.ensemble.identity import Identity
    from rift_sim.ensemble.manifest import changed_versions, is_finished
    from rift_sim.export.source import model_name
    from rift_sim.report.repeat import recipe

    arms = open_arms([folder])
    run = arms.arms[0].run
    changed_versions(folder), is_finished(folder), model_name(run), run.failures
    arms.arms[0].data.load()
    recipe(arms.arms[0])
    try:
        check_target(folder, Identity("", 1, "", "", municipal=False), force=False)
    except InputError:
        return run.rows()
    raise AssertionError("a folder with another run was taken for this one")


def sealed(content: bytes) -> bytes:
    """Return a manifest with the right checksum, so that its content is looked at; or as it is."""
    from rift_sim.ensemble.storage.layout import seal

    try:
        found = json.loads(content)
        return json.dumps(seal(found)).encode() if isinstance(found, dict) else content
    except (ValueError, RecursionError):
        return content


def expression(_: Path, arguments: Arguments) -> object:
    """Read a condition, and ask it of a run."""
    from rift_sim.analysis.conditions.expression import parse_expression
    from rift_sim.analysis.conditions.layout import dataset_layout

    data: Any = shared.dataset()
    return parse_expression(arguments[0]).bind(dataset_layout(data)).holds(data)


def selection(_: Path, arguments: Arguments) -> object:
    """Choose parts of a run by name."""
    from rift_sim.analysis.compare.selection import select

    variables, since, until, departments, groups, replicates = arguments
    if not replicates.isascii() or not replicates.isdecimal() or len(replicates) > 18:
        raise InputError("not a number", key="-n")  # As the command line does.
    return select(
        shared.dataset(),
        variables=variables.split(","),
        since=since,
        until=until,
        departments=departments.split(","),
        groups=groups.split(","),
        replicates=int(replicates),
    )


def command(_: Path, arguments: Arguments) -> int:
    """Run a command in the folder; what it refuses must be one line and exit code 2."""
    from rift_sim.cli import main

    shown, told = sys.stdout, sys.stderr
    sys.stdout = io.TextIOWrapper(io.BytesIO(), "utf-8")
    sys.stderr = io.TextIOWrapper(io.BytesIO(), "utf-8", errors="backslashreplace")
    try:
        code = main(list(arguments))
        sys.stderr.seek(0)
        text = sys.stderr.read()
    finally:
        sys.stdout, sys.stderr = shown, told
    assert code in (0, 2), f"exit code {code}"
    if code == 2:
        assert text.startswith("error: "), text[:200]
        assert text.count("\n") == 1, text[:200]
        raise InputError(text[7:-1][:500])
    return code
