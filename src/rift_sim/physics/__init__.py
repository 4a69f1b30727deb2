"""The physics: pure functions on arrays, one module for each process of the month."""
