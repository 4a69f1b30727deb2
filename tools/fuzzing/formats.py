"""The formats: how a damaged set of files is made, and how the program reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from . import reading, samples, shared
from .accidents import damaged_csv, damaged_yaml, some_damaged, times_of
from .text import damage, damage_text
from .trees import damage_tree, flow, read_tree
from .words import nasty

__all__ = ["FORMATS", "Case", "Format", "make_case", "schedule"]


@dataclass(frozen=True)
class Case:
    """A damaged set of files, and the arguments they are read with.

    Attributes
    ----------
    format, seed, number
        What it is made from; the same three make the same case.
    files
        Content by path below the folder of the case.
    arguments
        Of a command line, or what the format takes.
    """

    format: str
    seed: int
    number: int
    files: Mapping[str, bytes]
    arguments: tuple[str, ...]

    @property
    def name(self) -> str:
        """Name under which it is reported and saved."""
        return f"{self.format}-{self.seed}-{self.number}"


Files = dict[str, bytes]
Made = tuple[Files, tuple[str, ...]]


@dataclass(frozen=True)
class Format:
    """A kind of input.

    Attributes
    ----------
    make
        Returns damaged files and arguments.
    read
        Reads them from a folder; returns what came out, or raises `InputError`.
    weight
        Share of cases, relative to the others.
    """

    make: Callable[[Random], Made]
    read: Callable[[Path, tuple[str, ...]], object]
    weight: int


def _beside(random: Random) -> Files:
    """Return what lies beside a scenario: its parent, and files that it may name."""
    files = {
        name: damaged_yaml(text, random) if random.random() < 0.1 else text.encode()
        for name, text in samples.shipped()["parents"].items()
    }
    files |= some_damaged({**samples.SMALL_MAP, **samples.MAPS}, random, 0.05)
    if random.random() < 0.03:
        files["parent.yaml"] += b"extends: scenario.yaml\n"
    return files


def _scenario(random: Random) -> Made:
    known = samples.shipped()["scenarios"]
    # The made-up ones are small and say everything, so they take half of the cases.
    name = random.choice(("child", "everything") if random.random() < 0.6 else tuple(known))
    return {**_beside(random), "scenario.yaml": damaged_yaml(known[name], random)}, ()


def _sweep(random: Random) -> Made:
    known = samples.shipped()["sweeps"]
    name = "two" if random.random() < 0.9 else "factorial"
    files = {**_beside(random), "scenario.yaml": damaged_yaml(known[name], random)}
    arguments: tuple[str, ...] = ()
    if random.random() < 0.3:
        files["design.csv"] = damaged_csv(samples.MAPS["design.csv"], random)
        arguments = ("design.csv",)
    return files, arguments


def _settings(random: Random) -> Made:
    chosen = [random.choice(samples.SETTINGS) for _ in range(random.choice((1, 1, 2, 3)))]
    for place, text in enumerate(chosen):
        key, _, value = text.partition("=")
        kind = random.random()
        if kind < 0.35:
            value = nasty(random)
        elif kind < 0.5:
            key = ".".join(
                random.choice((part, part, nasty(random), "x")) for part in key.split(".")
            )
        elif kind < 0.55:
            key = f"{key}.{random.choice(samples.names())}" * random.choice((1, 1, 400))
        elif kind < 0.8:
            value = damage_text(value, random)
        chosen[place] = f"{key}={value}".replace("\0", "")
    if random.random() < 0.15:
        chosen.append(damage_text(random.choice(samples.SETTINGS), random, 2))
    return _beside(random), tuple(chosen)


def _ledger(random: Random) -> Made:
    texts = samples.shipped()["ledger"] if random.random() < 0.01 else samples.small_ledger()
    files = {name: text.encode() for name, text in texts.items()}
    for name in random.sample(sorted(files), random.choice((1, 1, 1, 2))):
        files[name] = damaged_yaml(texts[name], random)
    if random.random() < 0.01:
        files.pop(random.choice(sorted(files)))
    return files, ()


def _one(kind: str, name: str, change: Callable[[str, Random], bytes]) -> Callable[[Random], Made]:
    def make(random: Random) -> Made:
        known = samples.shipped()[kind]
        return {name: change(known[random.choice(tuple(known))], random)}, ()

    return make


def _calibration(random: Random) -> Made:
    known = samples.shipped()["calibrations"]
    text = known["small" if random.random() < 0.95 else "shipped"]
    return {**_beside(random), "calibration.yaml": damaged_yaml(text, random)}, ()


def _territory(random: Random) -> Made:
    files = some_damaged(samples.SMALL_MAP, random, 0.6)
    chosen = random.choice(
        (("places.csv", "links.csv"), ("places.csv", "links.csv"), ("places.csv",))
    )
    return files, (*chosen, *(["--strict"] if random.random() < 0.3 else []))


def _places(random: Random) -> Made:
    return some_damaged(samples.MAPS, random, 0.5), (
        random.choice(("2026-01", "2024-06", "2023-01")),
    )


def _history(random: Random) -> Made:
    known = samples.FILES_OF_HISTORY
    chosen = random.sample(sorted(known), random.choice((1, 1, 2, 3)))
    files = some_damaged({name: known[name] for name in chosen}, random, 0.8)
    if random.random() < 0.1:
        name = random.choice(chosen)
        files[random.choice(("x.csv", name.replace(".csv", "-2.csv")))] = files[name]
    return files, ()


def _folder(random: Random) -> Made:
    files = dict(shared.run_folder())
    manifest, resolved = "manifest.json", "scenario.resolved.yaml"
    if random.random() < 0.75:
        tree = damage_tree(
            read_tree(files[manifest].decode()), random, samples.names(), times_of(random)
        )
        content = flow(tree, quote=True).encode("utf-8", "surrogateescape")
        if random.random() < 0.4:
            content = reading.sealed(content)
        files[manifest] = damage(content, random, random.random() < 0.2)
    else:
        files[resolved] = damaged_yaml(files[resolved].decode(), random)
    if random.random() < 0.03:
        files.pop(random.choice((manifest, resolved)))
    return files, ()


def _command(random: Random) -> Made:
    kind = random.random()
    if kind < 0.3:
        return _history(random)[0], ("data", "check", ".")
    if kind < 0.6:
        files, settings = _settings(random)
        asked = [part for text in settings for part in ("--set", text)]
        return files, ("check", "parent.yaml", *asked)
    return _scenario(random)[0], ("check", "scenario.yaml")


def _expression(random: Random) -> Made:
    pieces = [random.choice(samples.EXPRESSIONS) for _ in range(random.choice((1, 1, 2)))]
    text = f" {random.choice(('and', 'or', 'and not', ''))} ".join(pieces)
    words = text.split(" ")
    for _ in range(times_of(random)):
        place = random.randrange(len(words))
        kind = random.randrange(5)
        if kind == 0:
            words[place] = random.choice((nasty(random), random.choice(samples.names())))
        elif kind == 1:
            words[place] = damage_text(words[place], random)
        elif kind == 2:
            words.insert(place, random.choice(words))
        elif kind == 3:
            del words[place : place + 1]
            words = words or [""]
        else:
            words[place] = (
                "(" * (n := random.choice((1, 2, 49, 51, 5_000))) + words[place] + ")" * n
            )
    return {}, (" ".join(words),)


def _selection(random: Random) -> Made:
    chosen = list(random.choice(samples.SELECTIONS))
    for _ in range(times_of(random)):
        place = random.randrange(len(chosen))
        kind = random.randrange(3)
        if kind == 0:
            chosen[place] = nasty(random)
        elif kind == 1:
            chosen[place] = random.choice(samples.names())
        else:
            chosen[place] = damage_text(chosen[place], random)
    return {}, tuple(chosen)


FORMATS: dict[str, Format] = {
    "scenario": Format(_scenario, reading.scenario, 20),
    "sweep": Format(_sweep, reading.sweep, 6),
    "settings": Format(_settings, reading.settings, 8),
    "ledger": Format(_ledger, reading.ledger, 10),
    "posterior": Format(_one("posteriors", "draws.csv", damaged_csv), reading.posterior, 8),
    "targets": Format(_one("targets", "targets.yaml", damaged_yaml), reading.targets, 3),
    "scores": Format(_one("scores", "scores.csv", damaged_csv), reading.scores, 5),
    "calibration": Format(_calibration, reading.calibration, 5),
    "territory": Format(_territory, reading.territory, 9),
    "places": Format(_places, reading.places, 8),
    "history": Format(_history, reading.history, 7),
    "folder": Format(_folder, reading.folder, 3),
    "command": Format(_command, reading.command, 4),
    "expression": Format(_expression, reading.expression, 5),
    "selection": Format(_selection, reading.selection, 3),
}
"""Every format that the program reads, by name."""


def make_case(format: str, seed: int, number: int) -> Case:
    """Return a case; the same three arguments give the same one, whatever was made before."""
    files, arguments = FORMATS[format].make(Random(f"{seed}/{format}/{number}"))
    return Case(format, seed, number, files, arguments)


def schedule(count: int, chosen: tuple[str, ...]) -> list[tuple[str, int]]:
    """Return which cases are made: format and number, formats taking turns by weight."""
    turn = [name for name in FORMATS if name in chosen for _ in range(FORMATS[name].weight)]
    Random(0).shuffle(turn)
    made = dict.fromkeys(turn, 0)
    found = []
    for place in range(count):
        name = turn[place % len(turn)]
        found.append((name, made[name]))
        made[name] += 1
    return found
