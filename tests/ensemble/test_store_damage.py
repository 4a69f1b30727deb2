"""Damaged runs: named, read without what is damaged, and healed by the same command."""

from __future__ import annotations

import json
import pickle
import shutil
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import damages as harm
import numpy as np
import pytest
import xarray as xr
from small_runs import Listener, arrays, assert_same, go

import rift_sim
from rift_sim.cli import main
from rift_sim.ensemble.lock import writer_lock
from rift_sim.ensemble.run import Run, load
from rift_sim.ensemble.session import StorageError
from rift_sim.ensemble.storage.damage import Damage, DamagedError, DamageWarning, grouped, remember
from rift_sim.ensemble.storage.layout import read_json, seal
from rift_sim.ensemble.storage.reading import StoreReader
from rift_sim.ensemble.verify import verify
from rift_sim.errors import InputError
from rift_sim.scenario import Scenario

ALL = list(range(12))
SIZE = {"months": 3}


@dataclass(frozen=True)
class Whole:
    folder: Path
    digest: str
    values: dict[str, np.ndarray]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """A sound run of three blocks of four, and beside it one of another seed."""
    root = tmp_path_factory.mktemp("whole")
    run = go(root / "run", 12, **SIZE)
    go(root / "other", 12, seed=2, **SIZE)
    return Whole(run.directory, run.digest(), arrays(run))


@pytest.fixture
def folder(whole: Whole, tmp_path: Path) -> Path:
    shutil.copytree(whole.folder, tmp_path / "run")
    return tmp_path / "run"


def heal(folder: Path, whole: Whole) -> int:
    """Run again, prove that nothing is left of the damage, and say how much was computed."""
    listener = Listener()
    assert go(folder, 12, progress=listener, **SIZE).digest() == whole.digest
    assert verify(folder).damages == ()
    assert_same(arrays(load(folder)), whole.values)
    # And for readers that are not ours.
    raw = xr.open_zarr(folder / "trajectories.zarr", chunks=None)
    np.testing.assert_array_equal(raw["control"].values, whole.values["control"])
    return listener.total


def assert_sound_are_untouched(run: Run, whole: Whole, sound: list[int]) -> None:
    assert run.dataset["replicate"].values.tolist() == sound
    assert run.replicates == len(sound)
    for name, values in whole.values.items():
        np.testing.assert_array_equal(run.dataset[name].values, values[sound])


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def in_chunk(variable: str, number: int, place: int) -> Callable[[Path], None]:
    """Flip a bit of a chunk; places below zero count from its end (its checksum is there)."""

    def work(folder: Path) -> None:
        file = harm.shard(folder, variable)
        offset, length = harm.chunk(file, number)
        harm.flip(file, offset + (place if place >= 0 else length + place))

    return work


def cut_in_chunk(folder: Path) -> None:
    file = harm.shard(folder, "control")
    offset, length = harm.chunk(file, 1)
    harm.cut(file, offset + length // 2)


def cut_and_grown(folder: Path) -> None:
    file = harm.shard(folder, "control")
    length = file.stat().st_size
    harm.cut(file, -20)
    harm.grow(file, bytes(20))
    assert file.stat().st_size == length


def in_seal(folder: Path) -> None:
    file = harm.shard(folder, "control")
    harm.flip(file, sum(harm.chunk(file, 1)))


def of_file(variable: str, work: Callable[..., None], *rest: object) -> Callable[[Path], None]:
    return lambda folder: work(harm.shard(folder, variable), *rest)


def two_places(folder: Path) -> None:
    in_chunk("control", 0, 5)(folder)
    in_chunk("presence_survey_department_group", 2, 5)(folder)


def from_another_run(folder: Path) -> None:
    other = harm.shard(folder, "control")
    shutil.copy(harm.shard(Path(SEED_2[0]), "control"), other)


SEED_2: list[Path] = []


def swapped_variables(folder: Path) -> None:
    harm.exchange(harm.shard(folder, "control"), harm.shard(folder, "newly_displaced"))


INDEX = 16 * 200
NUMBERS: dict[str, tuple[Callable[[Path], None], list[int], str]] = {
    "a bit of a chunk": (
        in_chunk("control", 1, 9),
        [*range(4), *range(8, 12)],
        "control, replicates 4 to 7: its checksum differs",
    ),
    "a bit of a chunk's checksum": (
        in_chunk("control", 2, -2),
        ALL[:8],
        "control, replicates 8 to 11: its checksum differs",
    ),
    "a bit of the seal": (in_seal, [*range(4), *range(8, 12)], "a block of another place or run"),
    "two variables, two blocks": (two_places, [4, 5, 6, 7], "replicates 8 to 11: its checksum"),
    "zeros in a chunk": (
        lambda folder: harm.zero(
            file := harm.shard(folder, "control"), harm.chunk(file, 0)[0] + 20, 16
        ),
        ALL[4:],
        "control, replicates 0 to 3: its checksum differs",
    ),
    "a bit of the index": (of_file("control", harm.flip, 17), [], "checksum of its index"),
    "a bit of the index's checksum": (
        of_file("control", harm.flip, INDEX + 1),
        [],
        "control, replicates 0 to 11: the checksum of its index differs",
    ),
    "one byte cut off": (of_file("control", harm.cut, -1), ALL[:8], "8 to 11: is cut short"),
    "cut inside a chunk": (cut_in_chunk, ALL[:4], "control, replicates 4 to 11: is cut short"),
    "cut behind the index": (of_file("control", harm.cut, INDEX + 4), [], "is cut short"),
    "cut inside the index": (of_file("control", harm.cut, 100), [], "is cut short"),
    "cut and filled up": (cut_and_grown, ALL[:8], "8 to 11: its checksum differs"),
    "an empty file": (of_file("control", harm.empty), [], "is empty"),
    "a missing file": (of_file("control", harm.remove), [], "0 to 11: is missing"),
    "a missing folder": (
        lambda folder: harm.remove(folder / "trajectories.zarr" / "control_department"),
        [],
        "control_department, replicates 0 to 11: is missing",
    ),
    "variables in each other's place": (
        swapped_variables,
        [],
        "newly_displaced, replicates 0 to 11: it is a block of another place or run",
    ),
    "chunks in each other's place": (
        of_file("control", harm.exchange_chunks, 0, 2),
        [4, 5, 6, 7],
        "it is a block of another place or run",
    ),
    "a file of another run": (from_another_run, [], "it is a block of another place or run"),
    "a bit of the status": (
        in_chunk("status", 1, 3),
        [*range(4), *range(8, 12)],
        "status, replicates 4 to 7: its checksum differs",
    ),
    "a bit of the status index": (of_file("status", harm.flip, 40), [], "status, replicates 0 to"),
    "status missing": (of_file("status", harm.remove), [], "12 replicates that were finished"),
}


@pytest.mark.parametrize("case", NUMBERS)
def test_numbers(case: str, folder: Path, whole: Whole) -> None:
    SEED_2[:] = [whole.folder.parent / "other"]
    work, sound, said = NUMBERS[case]
    work(folder)
    before = contents(folder)
    # By the index or by the numbers, whoever reads finds out, and gets no wrong number.
    with warnings.catch_warnings():
        warnings.simplefilter("error", DamageWarning)
        with pytest.raises((DamageWarning, DamagedError)) as caught:
            arrays(load(folder))
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    assert str(folder) in str(caught.value)
    checked = verify(folder)
    assert said in "\n".join(str(damage) for damage in checked.damages)
    assert all(damage.file.is_relative_to(folder) for damage in checked.damages)
    assert (checked.finished, checked.sound) == (12 if case != "status missing" else 0, len(sound))
    with pytest.warns(DamageWarning, match=rf"\({len(sound)} of "):
        run = load(folder)
    assert_sound_are_untouched(run, whole, sound)
    assert contents(folder) == before
    assert heal(folder, whole) == 12 - len(sound)


STORE = "trajectories.zarr"
REFUSED: dict[str, Callable[[Path], None]] = {
    "cut": lambda file: harm.cut(file, 500),
    "garbled": harm.garble,
    "empty": harm.empty,
    "missing": harm.remove,
    "a folder": harm.to_folder,
    "a longer array": lambda file: harm.edit_json(
        file, "consolidated_metadata", "metadata", "control", "shape", value=[40, 3]
    ),
    "another type": lambda file: harm.edit_json(
        file, "consolidated_metadata", "metadata", "control", "data_type", value="int64"
    ),
    "other attributes": lambda file: harm.edit_json(file, "attributes", "title", value="Mine"),
    "more behind it": harm.grow,
}


@pytest.mark.parametrize("case", REFUSED)
def test_metadata_of_the_store(case: str, folder: Path, whole: Whole) -> None:
    REFUSED[case](folder / STORE / "zarr.json")
    before = contents(folder)
    with pytest.raises(InputError, match=r"zarr\.json: is missing, was changed or cut short"):
        load(folder)
    (damage,) = verify(folder).damages
    assert damage.file == folder / STORE / "zarr.json"
    # Another run may not take the place of this one.
    with pytest.raises(InputError, match=r"zarr\.json"):
        go(folder, 12, seed=3, **SIZE)
    assert contents(folder) == before
    if case == "a folder":
        with pytest.raises(StorageError, match=r"zarr\.json"):
            go(folder, 12, **SIZE)
        (folder / STORE / "zarr.json").rmdir()
    assert heal(folder, whole) == 0


def test_what_is_said_of_a_store_that_cannot_be_read(folder: Path, whole: Whole) -> None:
    root = folder / STORE / "zarr.json"
    harm.cut(root, 500)
    checked = verify(folder)
    assert (checked.finished, checked.sound, checked.checked) == (12, 0, True)
    stored = [file for file in (folder / STORE).rglob("*") if file.is_file()]
    assert checked.size == sum(len(file.read_bytes()) for file in stored)
    manifest = folder / "manifest.json"
    kept = manifest.read_bytes()
    harm.cut(manifest, 300)
    checked = verify(folder)
    assert [damage.file for damage in checked.damages] == [root, manifest]
    assert (checked.finished, checked.sound) == (0, 0)
    manifest.write_bytes(kept)
    listener = Listener()
    assert go(folder, 12, progress=listener, **SIZE).digest() == whole.digest
    assert listener.said == [f"{root} was damaged and is written anew."]


def without(folder: Path, key: str) -> None:
    file = folder / "manifest.json"
    manifest = read_json(file)
    del manifest[key]
    file.write_text(json.dumps(seal(manifest)), encoding="utf-8")


BEGUN_ANEW: dict[str, Callable[[Path], object]] = {
    "the store is gone": lambda folder: harm.remove(folder / STORE),
    "the manifest does not say how it was cut": lambda folder: (
        harm.remove(folder / STORE / "zarr.json"),
        without(folder, "store"),
    ),
}


@pytest.mark.parametrize("case", BEGUN_ANEW)
def test_what_cannot_be_written_anew_is_computed_anew(
    case: str, folder: Path, whole: Whole
) -> None:
    BEGUN_ANEW[case](folder)
    listener = Listener()
    assert go(folder, 12, progress=listener, **SIZE).digest() == whole.digest
    assert (listener.total, listener.said) == (12, [])


def test_a_damaged_store_is_written_anew_at_its_own_size(folder: Path, whole: Whole) -> None:
    """Not at the size that is asked for, nor in blocks of another length."""
    harm.remove(folder / STORE / "zarr.json")
    listener = Listener()
    grown = go(folder, 14, progress=listener, **{**SIZE, "block": 3})
    assert listener.total == 2
    assert read_json(folder / "manifest.json")["store"] == {"replicates": 14, "block": 4}
    harm.flip(folder / STORE / "time" / "c" / "0", 4)
    assert go(folder, 3, **SIZE).digest() == grown.digest()
    assert_sound_are_untouched(load(folder), Whole(folder, "", arrays(grown)), [*ALL, 12, 13])


def labels(name: str, work: Callable[..., None], *rest: object) -> Callable[[Path], None]:
    return lambda folder: work(folder / STORE / name / "c" / "0", *rest)


LABELS: dict[str, tuple[Callable[[Path], None], str]] = {
    "a bit of the dates": (labels("time", harm.flip, 4), "time/c/0: was changed or cut short"),
    "departments cut": (labels("department", harm.cut, -3), "department/c/0: was changed"),
    "groups missing": (labels("group", harm.remove), "group/c/0: is missing"),
}


@pytest.mark.parametrize("case", LABELS)
def test_labels(case: str, folder: Path, whole: Whole) -> None:
    work, said = LABELS[case]
    work(folder)
    assert said in "\n".join(map(str, verify(folder).damages))
    with pytest.raises(DamagedError, match=said):
        _ = load(folder).dataset
    assert heal(folder, whole) == 0


BESIDE: dict[str, tuple[Callable[[Path], None], str]] = {
    "manifest cut": (lambda f: harm.cut(f / "manifest.json", 300), "cut short or garbled"),
    "manifest edited": (
        lambda f: harm.edit_text(f / "manifest.json", '"seed": 1', '"seed": 2'),
        "manifest.json: was changed: its checksum differs",
    ),
    "manifest missing": (lambda f: harm.remove(f / "manifest.json"), "manifest.json: is missing"),
    "manifest of something else": (
        lambda f: (f / "manifest.json").write_text("{}"),
        "manifest.json: is no manifest of a run",
    ),
    "summary cut": (lambda f: harm.cut(f / "summary.csv", -30), "summary.csv: was changed"),
    "summary edited": (lambda f: harm.flip(f / "summary.csv", 90, 0), "summary.csv: was changed"),
    "summary missing": (lambda f: harm.remove(f / "summary.csv"), "summary.csv: is missing"),
    "scenario edited": (
        lambda f: harm.edit_text(f / "scenario.resolved.yaml", "fake", "real"),
        "scenario.resolved.yaml: was changed",
    ),
    "metadata of an array cut": (
        lambda f: harm.cut(f / STORE / "control" / "zarr.json", 200),
        "control/zarr.json: is missing, was changed",
    ),
    "metadata of an array edited": (
        lambda f: harm.edit_json(f / STORE / "control" / "zarr.json", "data_type", value="float32"),
        "control/zarr.json: is missing, was changed",
    ),
}


@pytest.mark.parametrize("case", BESIDE)
def test_files_beside_the_numbers(case: str, folder: Path, whole: Whole) -> None:
    work, said = BESIDE[case]
    work(folder)
    checked = verify(folder)
    assert said in "\n".join(map(str, checked.damages))
    assert len(checked.damages) == 1
    assert checked.sound == 12
    run = load(folder)
    assert_sound_are_untouched(run, whole, ALL)
    if case == "scenario edited":
        with pytest.raises(InputError, match=r"scenario\.resolved\.yaml: was changed"):
            _ = run.scenario
    assert heal(folder, whole) == 0


def test_a_store_that_is_gone_is_damage(
    folder: Path, whole: Whole, capsys: pytest.CaptureFixture[str]
) -> None:
    harm.remove(folder / STORE)
    found = verify(folder)
    said = f"{folder / STORE}: is missing, so the run cannot be read"
    assert [str(damage) for damage in found.damages] == [said]
    assert (found.finished, found.sound, found.size) == (12, 0, 0)
    code, out, err = rift(capsys, "verify", folder)
    assert (code, err) == (1, "")
    assert said in out
    with pytest.raises(InputError) as caught:
        load(folder)
    assert str(caught.value).startswith(f"{said}; allowed: the rift run command")
    assert heal(folder, whole) == 12
    harm.remove(folder / STORE)
    harm.cut(folder / "manifest.json", 300)
    for read in (load, verify):
        with pytest.raises(InputError, match="the folder holds no run"):
            read(folder)


def test_why_a_file_cannot_be_read_is_said(folder: Path) -> None:
    harm.to_folder(folder / "summary.csv")
    harm.remove(folder / "scenario.resolved.yaml")
    assert [str(damage) for damage in verify(folder).damages] == [
        f"{folder / 'scenario.resolved.yaml'}: is missing",
        f"{folder / 'summary.csv'}: cannot be read (Is a directory)",
    ]
    harm.to_folder(folder / "manifest.json")
    (damage,) = verify(folder).damages
    assert str(damage) == f"{folder / 'manifest.json'}: cannot be read (Is a directory)"


def test_a_summary_without_its_manifest_is_no_damage(folder: Path) -> None:
    """A run may be stopped between the two."""
    file = folder / "manifest.json"
    unfinished = read_json(file) | {"finished": False}
    file.write_text(json.dumps(seal(unfinished)), encoding="utf-8")
    harm.cut(folder / "summary.csv", -30)
    assert verify(folder).damages == ()


def leave_drafts(folder: Path) -> None:
    for name in ("manifest.json", "summary.csv", f"{STORE}/zarr.json", f"{STORE}/control/c/0/0"):
        (folder / f"{name}.partial").write_bytes(b"half of a fi")
    (folder / f"{STORE}.partial" / "control").mkdir(parents=True)
    (folder / f"{STORE}.partial" / "zarr.json").write_text("{")


HARMLESS: dict[str, Callable[[Path], None]] = {
    "more behind the last chunk": of_file("control", harm.grow),
    "more behind the status": of_file("status", harm.grow),
    "half-written drafts": leave_drafts,
    "a figure cut": lambda f: ((f / "figures").mkdir(), (f / "figures" / "a.png").touch()),
}


@pytest.mark.parametrize("case", HARMLESS)
def test_harmless(case: str, folder: Path, whole: Whole, tmp_path: Path) -> None:
    HARMLESS[case](folder)
    assert verify(folder).damages == ()
    run = load(folder)
    assert_sound_are_untouched(run, whole, ALL)
    assert run.digest() == whole.digest
    assert heal(folder, whole) == 0
    # Nor does it get into what is written next.
    assert go(folder, 14, **SIZE).digest() == go(tmp_path / "fresh", 14, **SIZE).digest()
    assert verify(folder).damages == ()


def test_a_folder_in_place_of_numbers(folder: Path, whole: Whole) -> None:
    file = harm.shard(folder, "control")
    harm.to_folder(file)
    assert f"{file}: control, replicates 0 to 11: cannot be read" in str(verify(folder).damages[0])
    with pytest.raises(StorageError, match=r"control/c/0/0: Is a directory"):
        go(folder, 12, **SIZE)
    file.rmdir()
    assert heal(folder, whole) == 12


def test_numbers_that_may_not_be_read(
    folder: Path, whole: Whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Who runs tests as root may read all; so the refusal of the system is put on.
    file, usual = harm.shard(folder, "control"), Path.open

    def refuse(self: Path, *given: object, **named: object) -> object:
        if self == file:
            raise PermissionError(13, "Permission denied", str(self))
        return usual(self, *given, **named)

    monkeypatch.setattr(Path, "open", refuse)
    assert "cannot be read (Permission denied)" in str(verify(folder).damages[0])
    with pytest.warns(DamageWarning, match="Permission denied"):
        assert load(folder).replicates == 0
    with pytest.raises(StorageError, match="Permission denied"):
        go(folder, 12, **SIZE)
    monkeypatch.undo()
    assert heal(folder, whole) == 12


def test_a_run_that_is_being_written_is_not_judged(folder: Path) -> None:
    with writer_lock(folder), pytest.raises(InputError, match="still being written"):
        verify(folder)
    assert verify(folder).damages == ()


@pytest.mark.parametrize("read", [load, verify])
def test_only_the_folder_of_a_run_can_be_read(
    read: Callable[[Path], object], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    for name, problem in (
        ("nowhere", "no such folder"),
        ("file", "a file, not a folder"),
        (".", "the folder holds no run"),
    ):
        with pytest.raises(InputError) as caught:
            read(tmp_path / name)
        assert (caught.value.problem, caught.value.file) == (problem, str(tmp_path / name))


def test_a_store_of_a_later_version_is_left_alone(folder: Path, whole: Whole) -> None:
    harm.edit_json(folder / STORE / "zarr.json", "attributes", "rift_sim", "format", value=3)
    before = contents(folder)
    for read in (load, verify, lambda folder: go(folder, 12, **SIZE)):
        with pytest.raises(InputError, match="written by a later version"):
            read(folder)
    assert contents(folder) == before
    assert go(folder, 12, force=True, **SIZE).digest() == whole.digest


def test_a_store_of_the_first_format(folder: Path, whole: Whole) -> None:
    harm.to_old_format(folder)
    with pytest.warns(DamageWarning, match="earlier version of rift_sim, without checksums"):
        run = load(folder)
    assert_sound_are_untouched(run, whole, ALL)
    assert run.digest() == whole.digest
    checked = verify(folder)
    assert (checked.damages, checked.checked, checked.sound) == ((), False, 12)
    # It grows as it is, and what cannot be unpacked is found.
    assert go(folder, 14, **SIZE).replicates == 14
    file = harm.shard(folder, "control")
    offset, length = harm.chunk(file, 1)
    harm.zero(file, offset, length)
    (damage,) = verify(folder).damages
    assert "control, replicates 4 to 7: cannot be unpacked" in str(damage)
    with pytest.warns(DamageWarning, match=r"checksums.*\(10 of 14 are left\): control, rep"):
        assert load(folder).replicates == 10


def test_a_sweep_computes_the_scenario_that_is_damaged(tmp_path: Path) -> None:
    whole = go(tmp_path / "run", 12, sweep=2, **SIZE)
    digest, values = whole.digest(), arrays(whole)
    file = harm.shard(whole.directory, "control")
    offset, _ = harm.chunk(file, 100 + 1)  # The second scenario begins at the hundredth chunk.
    harm.flip(file, offset)
    checked = whole.verify()
    (damage,) = checked.damages
    # A replicate counts where all scenarios have it.
    assert (checked.finished, checked.sound) == (12, 8)
    with pytest.warns(DamageWarning, match=r"\(8 of 12 are left\): control, scenario level-1"):
        load(whole.directory)
    assert damage.what == "control, scenario level-1, replicates 4 to 7: its checksum differs"
    sound = [0, 1, 2, 3, 8, 9, 10, 11]
    assert whole.replicates == 8
    for name, found in arrays(whole).items():
        np.testing.assert_array_equal(found, values[name][:, sound])
    listener = Listener()
    assert go(whole.directory, 12, sweep=2, progress=listener, **SIZE).digest() == digest
    assert listener.total == 4
    assert any("control, scenario level-1" in said for said in listener.said)


def test_replicates_that_failed_are_neither_finished_nor_lost(tmp_path: Path) -> None:
    run = go(tmp_path / "run", 12, failing=(1, 6), **SIZE)
    checked = run.verify()
    assert (checked.damages, checked.finished, checked.sound) == ((), 10, 10)
    in_chunk("control", 1, 9)(run.directory)
    checked = run.verify()
    assert (checked.finished, checked.sound) == (10, 7)
    with pytest.warns(DamageWarning, match=r"\(7 of 10 are left\)") as told:
        load(run.directory)
    assert told[0].filename == __file__, "the warning points to whoever loads"


def test_of_many_damages_three_are_named(folder: Path) -> None:
    names = ["control", "control_department", "newly_displaced", "presence_survey_department_group"]
    for name in names[:3]:
        harm.remove(harm.shard(folder, name))
    every = "; ".join(f"{name}, replicates 0 to 11: is missing" for name in names[:3])
    with pytest.warns(DamageWarning, match=rf"left\): {every}\. The rift run command"):
        load(folder)
    harm.remove(harm.shard(folder, names[3]))
    with pytest.warns(DamageWarning, match=rf"left\): {every}; and 1 more\. The rift run command"):
        load(folder)


def test_neighbouring_blocks_with_one_cause_are_one_damage() -> None:
    def block(number: int, reason: str = "is missing", scenario: str = "") -> Damage:
        first = 400 * number
        return Damage(Path("c/0"), reason, "control", scenario, (first, first + 399), (0, number))

    damages = [block(4), block(2), block(1), block(2), block(3, "is empty")]
    assert [(one.replicates, one.reason) for one in grouped(damages)] == [
        ((400, 1199), "is missing"), ((1200, 1599), "is empty"), ((1600, 1999), "is missing"),
    ]  # fmt: skip
    assert len(grouped([block(1), block(3)])) == 2
    assert len(grouped([block(1), block(2, scenario="other")])) == 2


def test_a_heal_that_is_cut_off_goes_on(folder: Path, whole: Whole) -> None:
    two_places(folder)
    with pytest.raises(RuntimeError):  # As if the process had died after giving blocks up.
        go(folder, 12, progress=Stopped(), **SIZE)
    assert verify(folder).sound == 4
    assert heal(folder, whole) == 8


class Stopped(Listener):
    def begin(self, total: int) -> None:
        raise RuntimeError


def test_a_smaller_run_does_not_lose_replicates_beyond_it(folder: Path, whole: Whole) -> None:
    in_chunk("control", 1, 9)(folder)
    run = go(folder, 6, **SIZE)
    assert run.dataset["replicate"].values.tolist() == [0, 1, 2, 3, 4, 5, 8, 9, 10, 11]
    assert heal(folder, whole) == 2


def test_every_byte_of_a_chunk_counts(folder: Path) -> None:
    file = harm.shard(folder, "control")
    offset, length = harm.chunk(file, 1)
    intact = file.read_bytes()
    for place in range(offset, offset + length + 4):
        harm.flip(file, place, place % 8)
        assert [one.block for one in StoreReader(folder / STORE).scan()] == [(0, 1)]
        file.write_bytes(intact)
    assert list(StoreReader(folder / STORE).scan()) == []


def rift(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """A command as a process of its own would see the folder: without what tests know."""
    for argument in arguments:
        if isinstance(argument, Path):
            remember(argument / STORE, ())
    code = main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_commands(
    tmp_path: Path,
    make_scenario: Callable[..., Scenario],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    scenario = make_scenario(small=True, replicates=6, name="a", end="2026-03")
    folder, other = Path("a"), Path("b")
    digest = rift_sim.run(scenario, out=folder, workers=1, block=2).digest()
    shutil.copytree(folder, other)
    code, out, err = rift(capsys, "verify", folder, other)
    assert (code, err) == (0, "")
    assert out.startswith("a: sound; 6 of 6 finished replicates can be used; ")
    assert "b: sound; 6 of 6" in out

    in_chunk("control", 1, 9)(folder)
    code, out, err = rift(capsys, "verify", folder)
    assert (code, err) == (1, "")
    assert "1 damaged; 4 of 6 finished replicates can be used" in out
    assert f"  {harm.shard(folder, 'control')}: control, replicates 2 to 3: its checksum" in out

    warned = (
        "warning: a: damaged, and read without the replicates concerned (4 of 6 are left): "
        "control, replicates 2 to 3: its checksum differs."
    )
    for command in (
        ("plot", folder, "--variable", "control"),
        ("compare", folder, other, "--variable", "control"),
        ("export", folder, "--to", "csv", "-o", "out.csv"),
    ):
        code, out, err = rift(capsys, *command)
        assert code == 0, err
        # Of the progress of a command there may be more.
        assert next(line for line in err.splitlines() if "damaged" in line).startswith(warned)
        assert err.count("warning") == 1
        assert "Traceback" not in err
    assert rift_sim.run(scenario, out=folder, workers=1).digest() == digest
    harm.flip(folder / STORE / "time" / "c" / "0", 3)
    code, out, err = rift(capsys, "plot", folder, "--variable", "control")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "time/c/0: was changed or cut short" in err
    code, out, err = rift(capsys, "verify", tmp_path)
    assert (code, out) == (2, "")
    assert "holds no run" in err
