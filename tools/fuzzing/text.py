"""Damage to the bytes of a file, whatever it holds."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

__all__ = ["damage", "damage_text"]

_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_BAD = (
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\x00",
    b"\x1a",
    b"\x80",
    b"\xc0\xaf",
)
_SIGNS = tuple(b"{}[]:,&*!|>'\"%@`#-?;\t\r\n \\<=0123456789.eE+_~")
_MOST = 2_100_000


def _flip(content: bytes, random: Random) -> bytes:
    place = random.randrange(len(content))
    return (
        content[:place] + bytes([content[place] ^ 1 << random.randrange(8)]) + content[place + 1 :]
    )


def _cut(content: bytes, random: Random) -> bytes:
    return content[: random.randrange(len(content))]


def _head(content: bytes, random: Random) -> bytes:
    return content[random.randrange(len(content)) :]


def _insert(content: bytes, random: Random) -> bytes:
    place = random.randrange(len(content) + 1)
    piece = random.choice(_BAD) if random.random() < 0.4 else bytes([random.choice(_SIGNS)])
    return content[:place] + piece * random.choice((1, 1, 1, 2, 3, 50)) + content[place:]


def _remove(content: bytes, random: Random) -> bytes:
    place = random.randrange(len(content))
    return content[:place] + content[place + random.choice((1, 1, 2, 5, 40)) :]


def _mark(content: bytes, random: Random) -> bytes:
    return random.choice(_BOMS) * random.choice((1, 1, 2)) + content


def _recode(content: bytes, random: Random) -> bytes:
    text = content.decode("utf-8", "replace")
    return text.encode(random.choice(("utf-16", "utf-16-le", "latin-1", "utf-7")), "replace")


def _ends(content: bytes, random: Random) -> bytes:
    ends = (b"\r\n", b"\r", b"\n\n", b"\xc2\x85", b"\xe2\x80\xa8", b"\x0c", b"\x0b", b"\x1c", b" ")
    return content.replace(b"\n", random.choice(ends))


def _lines(content: bytes, random: Random) -> bytes:
    """Drop, double, move or indent a line."""
    lines = content.split(b"\n")
    place, other = random.randrange(len(lines)), random.randrange(len(lines))
    kind = random.randrange(5)
    if kind == 0:
        del lines[place]
    elif kind == 1:
        lines.insert(other, lines[place])
    elif kind == 2:
        lines[place], lines[other] = lines[other], lines[place]
    elif kind == 3:
        lines[place] = random.choice((b" ", b"  ", b"\t", b"- ")) + lines[place]
    else:
        lines[place] = lines[place].lstrip()
    return b"\n".join(lines)


def _repeat(content: bytes, random: Random) -> bytes:
    times = random.choice((2, 3, 10))
    return (content * times)[:_MOST]


def _long(content: bytes, random: Random) -> bytes:
    """Put something long in, now and then more than a reader takes."""
    place = random.randrange(len(content) + 1)
    count = random.choice(
        (300, 1_000, 5_000, 140_000, _MOST) if random.random() < 0.05 else (300, 2_000)
    )
    piece = random.choice(
        (b"a", b"[", b"{a: ", b"- ", b"(", b"not ", b"9", b" ", b"\n", b",", b'"', b"a.", b"#")
    )
    return content[:place] + (piece * count)[:_MOST] + content[place:]


def _nothing(content: bytes, random: Random) -> bytes:
    return random.choice(
        (b"", b" ", b"\n", b"#", b"---\n", b"---\n---\n", b"%YAML 9.9\n---\n" + content, b"\0")
    )


_ALL: tuple[Callable[[bytes, Random], bytes], ...] = (
    _flip,
    _flip,
    _cut,
    _head,
    _insert,
    _insert,
    _insert,
    _remove,
    _remove,
    _mark,
    _recode,
    _ends,
    _lines,
    _lines,
    _lines,
    _repeat,
    _long,
    _nothing,
)


def damage(content: bytes, random: Random, times: int = 1) -> bytes:
    """Return `content` after one or several accidents."""
    for _ in range(times):
        content = random.choice(_ALL)(content or b" ", random)
    return content


def damage_text(text: str, random: Random, times: int = 1) -> str:
    """Do the same to an argument of a command line, which cannot hold everything."""
    found = damage(text.encode("utf-8", "surrogateescape"), random, times)
    return found[:100_000].decode("utf-8", "surrogateescape").replace("\0", "")
