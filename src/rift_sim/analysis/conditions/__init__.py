"""What a condition or a quantity names in a run, and what it can be."""
