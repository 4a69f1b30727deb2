"""The parts of ``tools/fuzz.py``: damaged files of every format, read under guard."""
