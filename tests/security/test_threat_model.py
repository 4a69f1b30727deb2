"""docs/security.md says what holds, and a test stands behind each line."""

from __future__ import annotations

import re
from pathlib import Path

_ROOT = Path(__file__).parents[2]


def test_each_line_of_the_threat_model_names_a_test_that_exists() -> None:
    text = (_ROOT / "docs" / "security.md").read_text("utf-8")
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| ")]
    rows = [row for row in rows if row[0].strip() != "what could be done"]
    assert len(rows) > 30
    there = {
        name
        for file in (_ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)\(", file.read_text("utf-8"), re.M)
    }
    for threat, holds, test in rows:
        assert threat.strip()
        assert holds.strip()
        named = re.fullmatch(r" `(test_\w+)` ", test)
        assert named is not None, threat
        assert named[1] in there, f"{named[1]} is no test: {threat}"


def test_the_threat_model_names_every_security_test() -> None:
    text = (_ROOT / "docs" / "security.md").read_text("utf-8")
    helpers = {"test_an_honest_run_is_read", "test_what_is_not_seen_is_written_out"}
    helpers |= {
        "test_the_user_may_let_files_in",
        "test_every_command_that_loads_a_file_can_be_told_to_let_files_in",
        "test_a_number_of_labels_is_not_believed",
        "test_that_files_were_let_in_is_kept_with_the_run",
        "test_what_a_missing_extension_adds_is_left_out_and_nothing_else",
        "test_what_levels_add_is_left_out_and_events_are_not_certain_then",
    }
    for file in Path(__file__).parent.glob("test_*.py"):
        if file.name != Path(__file__).name:
            names = re.findall(r"^def (test_\w+)\(", file.read_text("utf-8"), re.M)
            assert names
            assert {name for name in names if f"`{name}`" not in text} <= helpers
