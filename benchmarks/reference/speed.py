"""How fast the twin is beside Mesa's own example models, so that it cannot flatter us."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from time import perf_counter
from typing import Any, NamedTuple

__all__ = ["AgentSteps", "agent_steps_per_second"]


class AgentSteps(NamedTuple):
    """Agent-steps per second of one model; one agent that lives one step is one agent-step.

    Attributes
    ----------
    model
        ``twin``, or the name of one of Mesa's examples.
    agents
        Agents at the end of the timing.
    steps
        Steps timed.
    agent_steps_per_second
        Agents alive in each step, summed, by the seconds all steps took.
    """

    model: str
    agents: int
    steps: int
    agent_steps_per_second: float


def agent_steps_per_second(
    scenario: str = "reference", *, seconds: float = 2.0, seed: int = 1
) -> list[AgentSteps]:
    """Time the twin on a shipped scenario, and Mesa's Schelling and Conway examples.

    The examples get grids with about as many agents as the twin has. An agent-step of the
    twin is a whole month of a municipality, more than twenty calls of its methods, five of
    which ask its neighbours; one of the examples is two calls, one or two of which ask.

    Parameters
    ----------
    scenario
        Name of a shipped scenario.
    seconds
        How long to step each model, after one step that is not timed.
    seed
        Seed of the examples.
    """
    from mesa.examples import ConwaysGameOfLife, Schelling

    from benchmarks.reference.model import TwinModel

    makers: list[tuple[str, Callable[[], Any]]] = [
        ("twin", lambda: TwinModel(scenario)),
        ("schelling", lambda: Schelling(height=38, width=38, density=0.8, seed=seed)),
        ("conway", lambda: ConwaysGameOfLife(width=34, height=34, seed=seed)),
    ]
    with warnings.catch_warnings():
        # Conway makes its grid without handing the generator over; it draws nothing later.
        warnings.filterwarnings("ignore", message="Random number generator not specified")
        return [_time(name, make(), seconds) for name, make in makers]


def _time(name: str, model: Any, seconds: float) -> AgentSteps:
    model.step()
    steps, lived, spent = 0, 0, 0.0
    while spent < seconds:
        started = perf_counter()
        model.step()
        spent += perf_counter() - started
        steps += 1
        lived += len(model.agents)
    return AgentSteps(name, len(model.agents), steps, lived / spent)
