"""Benchmarks of rift_sim, and the slow reference it is measured against."""
