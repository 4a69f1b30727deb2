"""Calibration: what history makes of the priors, by approximate Bayesian computation."""
