"""Figures and maps of a run."""
