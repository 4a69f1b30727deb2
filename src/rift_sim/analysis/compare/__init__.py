"""Runs opened and set side by side."""
