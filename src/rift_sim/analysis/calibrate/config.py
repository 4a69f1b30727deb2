"""Calibration files: what is calibrated, against which targets, with what effort."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import Field, ValidationError

from rift_sim.analysis.calibrate.problem import Effort, Problem
from rift_sim.analysis.calibrate.space import Space
from rift_sim.analysis.calibrate.trials import trial_engine
from rift_sim.ensemble.execution.executor import Plan
from rift_sim.errors import InputError
from rift_sim.plaintext import is_regular, no_file
from rift_sim.scenario.fence import Fence
from rift_sim.seeds.base import Record, Text, Texts
from rift_sim.seeds.posterior import PRIOR
from rift_sim.seeds.validate import as_input_error, unknown
from rift_sim.yamlfile import Document, KeyPath, read_yaml

if TYPE_CHECKING:
    from rift_sim.analysis.calibrate.trials import Summaries
    from rift_sim.scenario import Scenario
    from rift_sim.seeds import Distribution

__all__ = ["Calibration", "make_problem", "read_calibration"]

Weight = Annotated[float, Field(gt=0, le=1000)]


class _Chosen(Record):
    """Parameters to calibrate: those named, and those of whole sections."""

    ids: Texts = ()
    sections: Texts = ()
    without: Texts = ()


class _Stop(Record):
    """When enough is enough."""

    epsilon: Annotated[float, Field(ge=0)] = 0.0
    acceptance: Annotated[float, Field(ge=0, lt=1)] = 0.01
    simulations: Annotated[int, Field(ge=1)] | None = None


class _File(Record):
    """A calibration file."""

    scenario: Text
    window: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
    parameters: _Chosen
    summaries: dict[str, Weight]
    population: Annotated[int, Field(ge=10, le=100_000)]
    generations: Annotated[int, Field(ge=1, le=100)]
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)]
    batch: Annotated[int, Field(ge=1, le=10_000)] = 64
    accept: Annotated[float, Field(gt=0, le=0.5)] = 0.5
    predictive: Annotated[int, Field(ge=20, le=10_000)] = 200
    draws: Annotated[int, Field(ge=20, le=100_000)] = 1000
    stop: _Stop = _Stop()


@dataclass(frozen=True)
class Calibration:
    """A calibration, checked but for its targets.

    Attributes
    ----------
    document
        The file, for errors that point into it.
    window
        Name of the span of history that it fits.
    scenario
        What is simulated, with the seed of the calibration.
    names
        Ids of the parameters, in the order of the ledger.
    weights
        Weight of each target, by its id.
    effort
        How much is spent.
    predictive, draws
        Simulations of the predictive check, and rows of the table of posterior draws.
    """

    document: Document
    window: str
    scenario: Scenario
    names: tuple[str, ...]
    weights: Mapping[str, float]
    effort: Effort
    predictive: int
    draws: int

    def refuse(self, path: KeyPath, problem: str, names: Iterable[str], given: str) -> InputError:
        """Build the error for a name in the file that is not among `names`."""
        document = self.document
        place: dict[str, Any] = {"file": document.path, "line": document.line(path)}
        return unknown(problem, list(names), given, key=".".join(str(p) for p in path), **place)


def read_calibration(path: str | Path, *, allow_outside: bool = False) -> Calibration:
    """Read a calibration file.

    Parameters
    ----------
    path
        YAML; the scenario it names is a shipped one or a file relative to this one.
    allow_outside
        Let it and its scenario name files outside the folder it lies in.

    Raises
    ------
    InputError
        At the first thing wrong, with file, line and key.
    """
    document = read_yaml(path)
    try:
        content = _File.model_validate(document.data)
    except ValidationError as error:
        raise as_input_error(error, document, (), _File) from None
    if not content.summaries:
        raise document.error(("summaries",), "names no target", allowed="target: weight")
    fence = Fence.around(document.path, allow_outside=allow_outside)
    scenario = _scenario(content, document, fence)
    stop = content.stop
    return Calibration(
        document=document,
        window=content.window,
        scenario=scenario,
        names=_names(content.parameters, scenario, document),
        weights=content.summaries,
        effort=Effort(
            population=content.population,
            generations=content.generations,
            epsilon=stop.epsilon,
            acceptance=stop.acceptance,
            simulations=np.inf if stop.simulations is None else stop.simulations,
            batch=content.batch,
            accept=content.accept,
        ),
        predictive=content.predictive,
        draws=content.draws,
    )


def _scenario(content: _File, document: Document, fence: Fence) -> Scenario:
    from rift_sim.scenario.files import is_path, shipped_names
    from rift_sim.scenario.load import load_within

    if is_path(content.scenario):
        source = document.path.parent / content.scenario
        fence.place(content.scenario, document.path.parent, partial(document.error, ("scenario",)))
        if not is_regular(source):
            raise document.error(("scenario",), no_file(source))
    elif content.scenario not in shipped_names():
        raise document.error(
            ("scenario",),
            f"there is no shipped scenario '{content.scenario}'",
            allowed=[*shipped_names(), "or a file ending in .yaml"],
            given=content.scenario,
        )
    else:
        source = shipped_names()[content.scenario]
    # What is fitted are the priors, whatever the scenario draws from otherwise.
    settings = [f"seed={content.seed}", f"parameters={PRIOR}"]
    scenario = load_within(source, fence, settings=settings)
    if scenario.sweep:
        raise document.error(("scenario",), "is a sweep", allowed="a scenario without axes")
    return scenario


def _names(chosen: _Chosen, scenario: Scenario, document: Document) -> tuple[str, ...]:
    """Return the parameters to calibrate; those of a section that cannot vary are left out."""
    from rift_sim.seeds import load_ledger

    ledger = load_ledger().parameters
    sections = tuple(dict.fromkeys(parameter.section for parameter in ledger.values()))
    for key, known, noun in (
        ("ids", tuple(ledger), "parameter"),
        ("sections", sections, "section"),
        ("without", tuple(ledger), "parameter"),
    ):
        for place, name in enumerate(getattr(chosen, key)):
            if name not in known:
                path: KeyPath = ("parameters", key, place)
                raise unknown(
                    f"there is no {noun} '{name}'",
                    known,
                    name,
                    file=document.path,
                    line=document.line(path),
                    key=f"parameters.{key}[{place}]",
                )
    for place, name in enumerate(chosen.ids):
        if _fixed(_belief(name, scenario)):
            raise document.error(
                ("parameters", "ids", place),
                f"'{name}' has a single value",
                allowed="a parameter with a distribution, in the ledger or the scenario",
            )
    found = tuple(
        name
        for name, parameter in ledger.items()
        if name in chosen.ids
        or (
            parameter.section in chosen.sections
            and name not in chosen.without
            and not _fixed(_belief(name, scenario))
        )
    )
    if not found:
        raise document.error(("parameters",), "names no parameter", allowed="ids, or sections")
    return found


def _belief(name: str, scenario: Scenario) -> float | Distribution:
    from rift_sim.seeds import load_ledger

    belief: float | Distribution = scenario.assumptions.get(
        name, load_ledger().parameters[name].prior
    )
    return belief


def _fixed(belief: float | Distribution) -> bool:
    return isinstance(belief, int | float) or belief.distribution == "fixed"


def make_problem(calibration: Calibration, summaries: Summaries) -> Problem:
    """Put a calibration and what it is compared with together.

    Parameters
    ----------
    calibration
        From `read_calibration`.
    summaries
        Numbers of the targets that it names, and of no others.

    Raises
    ------
    InputError
        When a target has nothing that is compared.
    """
    from rift_sim.seeds import load_ledger

    ledger = load_ledger().parameters
    targets = dict.fromkeys(known.target for known in summaries.known.values())
    for name in calibration.weights:
        if name not in targets:
            raise calibration.refuse(
                ("summaries", name), f"nothing is compared for '{name}'", targets, name
            )
    space = Space(
        calibration.names,
        tuple(ledger[name].unit for name in calibration.names),
        tuple(_prior(name, calibration.scenario) for name in calibration.names),
        tuple(ledger[name].bounds for name in calibration.names),
    )
    return Problem(
        space=space,
        plan=Plan(
            trial_engine(calibration.names, summaries), (calibration.scenario,), summaries.municipal
        ),
        known=summaries.known,
        weights=calibration.weights,
        seed=calibration.scenario.seed,
        observed=np.array([s.scaled(s.observed) for s in summaries.known.values()]),
    )


def _prior(name: str, scenario: Scenario) -> Distribution:
    belief = _belief(name, scenario)
    assert not isinstance(belief, int | float)
    return belief
