"""The world that replicates share, and the state each of them starts from."""
