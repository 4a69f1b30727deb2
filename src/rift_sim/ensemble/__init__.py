"""Blocks of replicates, the processes that compute them, and the store they land in."""
