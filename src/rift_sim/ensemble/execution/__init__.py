"""Who computes the blocks of a run: this process, a pool of them, or a cluster."""
