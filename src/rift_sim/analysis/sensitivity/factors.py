"""What a design moves: single parameters, or all parameters of a part of the model together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rift_sim.analysis.sensitivity.experiment import Case, Experiment
from rift_sim.analysis.sensitivity.inputs import Inputs
from rift_sim.analysis.sensitivity.running import run_cases
from rift_sim.physics.arrays import Floats

if TYPE_CHECKING:
    from pathlib import Path

    from rift_sim.ensemble.reporter import Reporter

__all__ = ["Factors", "Runs", "evaluate"]


@dataclass(frozen=True)
class Factors:
    """Parameters, and the factors they make up.

    Attributes
    ----------
    inputs
        The parameters.
    labels
        Factor of each parameter, shape (parameter,).
    """

    inputs: Inputs
    labels: tuple[str, ...]

    @staticmethod
    def single(inputs: Inputs) -> Factors:
        """Let each parameter be a factor."""
        return Factors(inputs, inputs.names)

    @staticmethod
    def sections(inputs: Inputs) -> Factors:
        """Let the parameters of each section of the ledger be a factor."""
        return Factors(inputs, tuple(parameter.section for parameter in inputs.parameters))

    @property
    def names(self) -> tuple[str, ...]:
        """Factors, in the order in which their parameters stand."""
        return tuple(dict.fromkeys(self.labels))

    def members(self) -> Mapping[str, tuple[str, ...]]:
        """Return the ids of the parameters of each factor."""
        pairs = list(zip(self.labels, self.inputs.names, strict=True))
        return {name: tuple(p for label, p in pairs if label == name) for name in self.names}

    def problem(self, low: float, high: float) -> dict[str, Any]:
        """Describe the unit cube, or what lies between two of its quantiles, to SALib."""
        count = len(self.labels)
        problem: dict[str, Any] = {
            "num_vars": count, "names": list(self.inputs.names), "bounds": [[low, high]] * count,
        }  # fmt: skip
        if self.names != self.inputs.names:
            problem["groups"] = list(self.labels)
        return problem


@dataclass(frozen=True)
class Runs:
    """Points of a design, simulated several times.

    Attributes
    ----------
    cube
        The points, shape (point, parameter).
    values
        What came out, shape (quantity, replicate, point).
    """

    cube: Floats
    values: Floats


def evaluate(
    experiment: Experiment,
    inputs: Inputs,
    cube: Floats,
    block: int,
    replicates: int,
    *,
    folder: Path | None = None,
    workers: int = 1,
    progress: Reporter | None = None,
) -> Runs:
    """Simulate the points of a design.

    The points of a block (a trajectory, a row of Sobol's scheme) share the luck of each of their
    replicates, and all of these the parameters that are not varied. Blocks have nothing in common.

    Parameters
    ----------
    experiment, inputs
        The model, and the parameters that it is given.
    cube
        Points of the unit cube, block by block, shape (point, parameter).
    block
        Points of a block.
    replicates
        Simulations of each point.
    folder, workers, progress
        As in `run_cases`.
    """
    points = len(cube)
    blocks = points // block
    rows: Sequence[list[float]] = inputs.values(cube).tolist()
    cases = [
        # Further replicates leave the numbers of the first ones as they are.
        Case(
            replicate * points + point,
            beliefs=point // block,
            luck=replicate * blocks + point // block,
            values=tuple(rows[point]),
        )
        for replicate in range(replicates)
        for point in range(points)
    ]
    found = run_cases(
        experiment,
        cases,
        design=f"{block} ".encode() + np.ascontiguousarray(cube).tobytes(),
        folder=folder,
        workers=workers,
        progress=progress,
    )
    return Runs(cube, np.moveaxis(found.reshape(replicates, points, -1), 2, 0))
