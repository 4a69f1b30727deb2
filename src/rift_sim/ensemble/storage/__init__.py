"""The store of a run: its arrays on disk, written and read, and what is damaged in them."""
