"""Every causal claim put to the test, with its cause and without."""
