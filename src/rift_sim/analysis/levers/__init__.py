"""Levers: what a step of each does, what that rests on, regret and thresholds."""
