"""The slow twin: the same month, written the way a Mesa tutorial would write it.

Municipalities are agents on a network, their state is plain attributes, and every process
is a loop over agents. It draws the same keyed random numbers and decides with the same
national agents as `rift_sim.model.RiftModel`, so the two must agree to rounding: the twin is
the oracle of the fast model, and the baseline of its speed.
"""

from benchmarks.reference.model import TwinModel, simulate_twin
from benchmarks.reference.speed import AgentSteps, agent_steps_per_second

__all__ = ["AgentSteps", "TwinModel", "agent_steps_per_second", "simulate_twin"]
