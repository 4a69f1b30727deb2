"""The instruments see what they are there to see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

_BAD = """<!doctype html><html lang="en"><head><title>Bad</title></head><body>
<p style="color: #bbbbbb; background: #ffffff">Hardly to be read.</p>
<img src="https://example.org/picture.png">
<script>new WebSocket("wss://example.org/"); undefinedFunction();</script>
</body></html>"""

_FADING = """<!doctype html><html lang="en"><head><title>Fading</title><style>
@keyframes fade { from { opacity: 0.1; } to { opacity: 1; } }
p { animation: fade 3s; } hr { animation: fade 1s infinite; }
</style></head><body><main><h1>Fading</h1><p>Soon to be read.</p></main><hr></body></html>"""


def test_a_bad_page_is_found_out(page: Any, tmp_path: Path) -> None:
    file = tmp_path / "bad.html"
    file.write_text(_BAD, encoding="utf-8")
    page.open(file)
    assert page.requests("file:") == ["https://example.org/picture.png", "wss://example.org/"]
    assert any("undefinedFunction" in error for error in page.errors())
    found = {line.partition(":")[0] for line in page.violations()}
    assert {"color-contrast", "image-alt"} <= found
    assert page.picture(tmp_path / "bad.png").stat().st_size > 1000


def test_a_page_is_judged_when_it_has_come_to_rest(page: Any, tmp_path: Path) -> None:
    file = tmp_path / "fading.html"
    file.write_text(_FADING, encoding="utf-8")
    page.open(file)
    assert page.violations() == []


def test_nothing_is_left_of_the_page_before(page: Any) -> None:
    assert page.requests() == []
    assert page.errors() == []
