"""Names: departments, spellings and the matching of two lists of names."""

from __future__ import annotations

import difflib
import unicodedata

import numpy as np
from scipy.optimize import linear_sum_assignment

# DIVIPOLA department -> its name, and its key in countrystatecity-countries.
DEPARTMENTS: dict[str, tuple[str, str]] = {
    "05": ("Antioquia", "ANT"),
    "08": ("Atlántico", "ATL"),
    "11": ("Bogotá, D.C.", "DC"),
    "13": ("Bolívar", "BOL"),
    "15": ("Boyacá", "BOY"),
    "17": ("Caldas", "CAL"),
    "18": ("Caquetá", "CAQ"),
    "19": ("Cauca", "CAU"),
    "20": ("Cesar", "CES"),
    "23": ("Córdoba", "COR"),
    "25": ("Cundinamarca", "CUN"),
    "27": ("Chocó", "CHO"),
    "41": ("Huila", "HUI"),
    "44": ("La Guajira", "LAG"),
    "47": ("Magdalena", "MAG"),
    "50": ("Meta", "MET"),
    "52": ("Nariño", "NAR"),
    "54": ("Norte de Santander", "NSA"),
    "63": ("Quindío", "QUI"),
    "66": ("Risaralda", "RIS"),
    "68": ("Santander", "SAN"),
    "70": ("Sucre", "SUC"),
    "73": ("Tolima", "TOL"),
    "76": ("Valle del Cauca", "VAC"),
    "81": ("Arauca", "ARA"),
    "85": ("Casanare", "CAS"),
    "86": ("Putumayo", "PUT"),
    "88": ("Archipiélago de San Andrés, Providencia y Santa Catalina", "SAP"),
    "91": ("Amazonas", "AMA"),
    "94": ("Guainía", "GUA"),
    "95": ("Guaviare", "GUV"),
    "97": ("Vaupés", "VAU"),
    "99": ("Vichada", "VID"),
}
# Names by which locatepy and GeoNames call three departments.
_OTHER_NAMES = {"bogota capital district": "11", "bogota dc": "11", "san andres providencia": "88"}
_SMALL_WORDS = frozenset(("de", "del", "la", "las", "los", "el", "y"))


def fold(text: str) -> str:
    """Reduce a name to what spellings agree on: no accents, case, articles or punctuation."""
    plain = unicodedata.normalize("NFD", text.casefold())
    plain = "".join(letter for letter in plain if letter.isalnum() or letter == " ")
    return " ".join(word for word in plain.split() if word not in _SMALL_WORDS)


def proper_case(name: str) -> str:
    """Write an upper-case name the Spanish way: ``SAN JOSÉ DE URÉ`` -> ``San José de Uré``."""
    words = name.lower().replace("d.c.", "D.C.").split()
    return " ".join(
        word if position and word in _SMALL_WORDS else word[:1].upper() + word[1:]
        for position, word in enumerate(words)
    )


def department_of(name: str) -> str | None:
    """Return the code of the department with this name, in any of the sources' spellings."""
    folded = fold(name)
    names = {fold(full): code for code, (full, _) in DEPARTMENTS.items()} | _OTHER_NAMES
    return names.get(folded)


def likeness(left: str, right: str) -> float:
    """Return how alike two folded names are, 1 for equal ones."""
    if left == right:
        return 1.0
    ratio = difflib.SequenceMatcher(None, left, right, autojunk=False).ratio()
    words = set(left.split()), set(right.split())
    return max(ratio, 0.9) if words[0] <= words[1] or words[1] <= words[0] else ratio


def match(left: list[str], right: list[str]) -> list[int]:
    """Pair two lists of names of equal length so that the sum of likenesses is greatest."""
    if len(left) != len(right):
        raise SystemExit(f"{len(left)} names against {len(right)}: {left[:3]} ...")
    folded = [fold(name) for name in right]
    scores = np.array([[likeness(fold(name), other) for other in folded] for name in left])
    return [int(column) for column in linear_sum_assignment(-scores)[1]]
