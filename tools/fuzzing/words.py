"""Words that break readers: what a mutation puts where a value or a name belongs."""

from __future__ import annotations

import re
from random import Random

__all__ = ["KEYS", "date", "mild", "nasty", "near_number"]

_NUMBERS = (
    "0", "-0.0", "1", "-1", "2", "0.5", "1e-320", "1e308", "1e309", "-1e309", "1e999999", "NaN",
    ".nan", ".inf", "-.inf", "inf", "Infinity", "0x7f", "0o17", "0b1", "1_000", "1,5", "1.5.2",
    "+3", "٣", "１２", "²", "1e", "0x", "0x_", "9" * 25, "9" * 5000, "0x" + "f" * 6000,
    "1" + "0" * 400, "-" + "9" * 20, "9223372036854775807", "9223372036854775808",
    "18446744073709551616", "1e400", "1/2", "5%",
)  # fmt: skip
_TEXTS = (
    "", '""', "' '", "~", "null", "true", "false", "on", "off", "yes", "no", "all", "x", "é", "ﬀ",
    "\u202eabc", "\u200b", "\ufeff", "а", "🤯", "Ⅷ", "a" * 300, "a" * 70_000, "-", "--", "---",
    "...", "%", "#", "# x", ":", ": :", "{", "}", "[", "]", "[]", "{}", "[1, 2]", "{a: 1}", "*a",
    "&a x", '"\\0"', '"a\\0b.csv"', '"\\x1b[31mred"', '"\\ud800"', '"\\U0010ffff"', "'", '"', "|",
    ">", "?", "!!python/object:os.system x", "!!python/name:os.system", "!x y", "!!binary aGk=",
    "!!set {a}", "!!int x", "!!float x", "!!bool x", "!!null x", "!!timestamp x", "!!str 5",
    "!!merge x", "=", "<<", "=1+1", "@SUM(1)", "../x.yaml", "x.yaml", "../" * 40 + "etc/passwd",
    "/dev/zero", "/", ".", "a/" * 3000, "x" * 300 + ".csv", "x" * 5000 + ".yaml", ".csv", ".yaml",
    "\\", "C:\\x.csv", "con", "prior", "posterior", "reference", "full-cutoff", "EGC", "ELN", "C01",
    "C5", "C²", "c99", "2026", "05001", "11001", "$(id)", "`id`", "${HOME}", "a\nb", "a\r\nb",
    "a\tb", "\t", "\0", "\x07", "\x85", "\u2028", "\udcff",
)  # fmt: skip
_DATES = (
    "2026-01", "2026-13", "2026-00", "2026-02-30", "1989-12", "2101-01", "0000-01", "9999-12",
    "10000-01", "2026-1", "2026-01-01T00:00:00", "2026/01", "01-2026", "２０２６-０１", "2026-W01",
    "-001-01", "2026",
)  # fmt: skip

KEYS = (
    "id", "drop", "date", "set", "values", "file", "year", "extends", "name", "start", "end",
    "seed", "<<", "*a", "? x", "", "~", "null", "1", "[1]", "{}", "a b", "a.b", "__class__",
    "model_config", "é", "а", "x" * 2000, '"\\0"', "!!str x", "&k y", "distribution", "low", "high",
    "value", "source", "timeline", "assumptions", "mechanisms", "all", "hold", "aid", "with",
    "needs", "copy", "json",
)  # fmt: skip
"""Keys that stand elsewhere, mean something to the reader or to Python, or are none."""


def nasty(random: Random) -> str:
    """Return a value: a number, a date, or text that has broken a reader somewhere."""
    kind = random.random()
    if kind < 0.4:
        return random.choice(_NUMBERS)
    return random.choice(_DATES if kind < 0.5 else _TEXTS)


def date(random: Random) -> str:
    """Return a date, most often one that is good or nearly so."""
    if random.random() < 0.3:
        return random.choice(_DATES)
    return f"{random.randint(1985, 2105)}-{random.randint(0, 13):02d}"


def mild(random: Random, text: str) -> str:
    """Return another value that may well be accepted where `text` stands; or the same."""
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}", text):
        return f"{int(text[:4]) + random.choice((0, 0, 1))}-{random.randint(1, 12):02d}"
    switched = {"true": "false", "false": "true", "on": "off", "off": "on"}
    if text in switched:
        return switched[text]
    try:
        value = float(text)
    except ValueError:
        return text
    if "." not in text:
        return str(max(0, int(value) + random.choice((-1, 0, 1, 2)))) if abs(value) < 1e15 else text
    return random.choice(
        (f"{value * random.uniform(0.5, 1.5):.4g}", "0.0", "1.0", f"{random.random():.4g}")
    )


def near_number(random: Random, text: str) -> str:
    """Return another number near `text`, or near it in writing; `text` if it is none."""
    try:
        value = float(text)
    except ValueError:
        return text
    changes = (
        lambda: f"{-value:g}",
        lambda: f"{value * 10 ** random.randint(-12, 12):g}",
        lambda: f"{value + random.choice((-1, 1)):g}",
        lambda: text + "0" * random.randint(1, 5),
        lambda: f"{value:.0f}",
        lambda: f"{value:.17e}",
        lambda: random.choice(("0", "1")),
        lambda: f"{random.random():.6f}",
    )
    return random.choice(changes)()
