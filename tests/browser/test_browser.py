"""The instruments see what they are there to see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

_BAD = """<!doctype html><html lang="en"><head><title>Bad</title></head><body>
<p style="color: #bbbbbb; background: #ffffff">Hardly to be read.</p>
<img src="https://example.org/picture.png">
<script>new WebSocket("wss://example.org/"); undefinedFunction();</script>
</body></html>"""


def test_a_bad_page_is_found_out(page: Any, tmp_path: Path) -> None:
    file = tmp_path / "bad.html"
    file.write_text(_BAD, encoding="utf-8")
    page.open(file)
    assert page.requests("file:") == ["https://example.org/picture.png", "wss://example.org/"]
    assert any("undefinedFunction" in error for error in page.errors())
    found = {line.partition(":")[0] for line in page.violations()}
    assert {"color-contrast", "image-alt"} <= found
    assert page.picture(tmp_path / "bad.png").stat().st_size > 1000


def test_nothing_is_left_of_the_page_before(page: Any) -> None:
    assert page.requests() == []
    assert page.errors() == []
