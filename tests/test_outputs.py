"""Tables as text: what stands in a cell, and that a reader gets it back."""

from __future__ import annotations

import csv
import io

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rift_sim.outputs import csv_text


def test_numbers_have_six_figures_and_missing_ones_are_empty() -> None:
    rows = [[1234567.89, float("nan"), 3, None, "a, b"], [np.float64(1) / 3, True, 0.0, "", "-"]]
    assert csv_text(["a", "b", "c", "d", "e"], rows) == (
        'a,b,c,d,e\n1.23457e+06,,3,,"a, b"\n0.333333,True,0,,-\n'
    )


# What is read from files has neither of the two.
@given(
    st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0\r")), min_size=2))
)
def test_text_comes_back(rows: list[list[str]]) -> None:
    text = csv_text(["first"], rows)
    assert list(csv.reader(io.StringIO(text, newline=""))) == [["first"], *rows]
