"""Run folders of somebody else: no object is loaded, no link followed, no bomb unpacked."""

from __future__ import annotations

import hashlib
import json
import math
import os
import pickle
import re
import shutil
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numcodecs.vlen import VLenUTF8
from numcodecs.zstd import Zstd

import rift_sim
from rift_sim import resources
from rift_sim.analysis.compare.arms import open_arms
from rift_sim.cli import main
from rift_sim.ensemble.folder import RESOLVED, STORE
from rift_sim.ensemble.run import Run
from rift_sim.ensemble.storage.foreign import ForeignError, check_members
from rift_sim.ensemble.storage.layout import read_json, root_metadata, seal
from rift_sim.ensemble.storage.shard_format import crc32c
from rift_sim.errors import InputError
from rift_sim.plots.events import marks_of


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of one month on the real map, in two scenarios."""
    folder = tmp_path_factory.mktemp("honest") / "run"
    rift_sim.run(
        "reference", replicates=1, out=folder, workers=1, block=1, allow_outside=True,
        settings=["end=2026-01", "observe=[control]", "sweep={luck: {set: seed, values: [1, 2]}}"],
    )  # fmt: skip
    return folder


@pytest.fixture
def run(honest: Path, tmp_path: Path) -> Path:
    """A copy to do harm to."""
    return Path(shutil.copytree(honest, tmp_path / "run"))


class Evil:
    """What makes a file when it is loaded."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return (Path.touch, (self.mark,))


def change(run: Path, change: Callable[[dict[str, Any]], None], array: str = "control") -> None:
    """Change the metadata of an array, in both places where it stands."""
    root = run / STORE / "zarr.json"
    content = json.loads(root.read_text("utf-8"))
    members = content["consolidated_metadata"]["metadata"]
    meta = members[array]
    change(meta)
    # Who changes it can give it a checksum, too.
    root.write_text(json.dumps(root_metadata(members, content["attributes"])), "utf-8")
    (run / STORE / array / "zarr.json").write_text(json.dumps(meta), "utf-8")


def relabel(run: Path, name: str, content: bytes) -> None:
    """Put other labels in, with the checksums that they need."""
    (run / STORE / name / "c" / "0").write_bytes(content)
    root = run / STORE / "zarr.json"
    found = json.loads(root.read_text("utf-8"))
    digests = found["attributes"]["rift_sim"]["labels"]
    digests[f"{name}/c/0"] = hashlib.sha256(content).hexdigest()
    members = found["consolidated_metadata"]["metadata"]
    root.write_text(json.dumps(root_metadata(members, found["attributes"])), "utf-8")


def refused(run: Path, says: str) -> None:
    """Every way to open the run ends in one error, and takes little memory."""
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match=says):
            rift_sim.load(run)
        with pytest.raises(InputError, match=says):
            rift_sim.run("reference", replicates=1, out=run, settings=["end=2026-01"])
        assert tracemalloc.get_traced_memory()[1] < 60_000_000
    finally:
        tracemalloc.stop()
    assert main(["plot", str(run)]) == 2


def test_an_honest_run_is_read(honest: Path) -> None:
    found = rift_sim.load(honest)
    assert found.dataset["control"].shape == (2, 1, 1)
    assert np.isfinite(found.dataset["control"]).all()


def test_that_files_were_let_in_is_kept_with_the_run(run: Path) -> None:
    assert rift_sim.load(run).manifest["allow_outside"] is True
    again = rift_sim.run(rift_sim.load(run).scenario, replicates=1, out=run, workers=1)
    assert again.manifest["allow_outside"] is True


@pytest.mark.parametrize("codec", ["pickle", "numcodecs.pickle", "vlen-bytes", "json2"])
def test_no_pickle_is_loaded_from_a_run(run: Path, tmp_path: Path, codec: str) -> None:
    mark = tmp_path / "taken-over"
    payload = pickle.dumps(Evil(mark))
    pickle.loads(payload)
    assert mark.exists(), "the payload works"
    mark.unlink()
    for place in (run / STORE / "scenario" / "c" / "0", *(run / STORE / "control").rglob("0")):
        if place.is_file():
            place.write_bytes(payload)
    change(run, lambda meta: meta.update(codecs=[{"name": codec}]), "scenario")
    refused(run, "scenario: is packed in another way")
    assert not mark.exists()


def test_no_pickle_hides_behind_our_own_codecs(run: Path, tmp_path: Path) -> None:
    mark = tmp_path / "taken-over"
    relabel(run, "scenario", Zstd().encode(pickle.dumps(Evil(mark))))
    refused(run, "scenario: its labels")
    for name in ("manifest.json", RESOLVED, "summary.csv"):
        (run / name).write_bytes(pickle.dumps(Evil(mark)))
    with pytest.raises(InputError):
        rift_sim.load(run)
    assert not mark.exists()


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "type": lambda m: m.update(data_type="object"),
    "named type": lambda m: m.update(data_type={"name": "numpy.void", "configuration": {}}),
    "codec": lambda m: m.update(codecs=[{"name": "gzip", "configuration": {"level": 9}}]),
    "inner codec": lambda m: m["codecs"][0]["configuration"]["codecs"].append({"name": "gzip"}),
    "index at end": lambda m: m["codecs"][0]["configuration"].update(index_location="end"),
    "keys": lambda m: m["chunk_key_encoding"].update(name="v2"),
    "transformer": lambda m: m.update(storage_transformers=[{"name": "x"}]),
    "huge array": lambda m: m.update(shape=[2**60, 2**60, 1]),
    "huge replicates": lambda m: m.update(shape=[2**15, 2**15, 1]),
    "negative": lambda m: m.update(shape=[-1, 1, 1]),
    "text": lambda m: m.update(shape=["1", 1, 1]),
    "huge block": lambda m: (
        m.update(shape=[2, 1, 2**30]),
        m["codecs"][0]["configuration"].update(chunk_shape=[1, 1, 2**30]),
        m["chunk_grid"]["configuration"].update(chunk_shape=[2, 200, 2**30]),
    ),
    "huge index": lambda m: m["chunk_grid"]["configuration"].update(chunk_shape=[2**20, 2**20, 1]),
    "nothing": lambda m: m.clear() or m.update(dimension_names=["replicate"]),
}  # type: ignore[var-annotated]


@pytest.mark.parametrize("name", CHANGES)
def test_metadata_of_another_kind_is_refused(run: Path, name: str) -> None:
    change(run, lambda meta: CHANGES[name](meta) and None)
    refused(run, "was not written by rift_sim: control")


@pytest.mark.parametrize("name", ["../x", "/etc", "a/b", "", ".hidden", "a\x1b"])
def test_an_array_lies_in_its_store(name: str) -> None:
    with pytest.raises(ForeignError, match="no name of an array"):
        check_members({name: {}})


def test_a_block_that_unpacks_to_more_is_refused(run: Path) -> None:
    (shard,) = (file for file in (run / STORE / "control").rglob("0") if file.is_file())
    content = bytearray(shard.read_bytes())
    meta = json.loads((run / STORE / "control" / "zarr.json").read_text("utf-8"))
    count = math.prod(meta["chunk_grid"]["configuration"]["chunk_shape"])
    index = np.frombuffer(bytes(content[: 16 * count]), "<u8").reshape(-1, 2)
    offset, length = index[index[:, 0] < 2**62][0].tolist()
    content[offset + 4 : offset + 8] = (2**31 - 1).to_bytes(4, "little")
    end = offset + length
    content[end - 4 : end] = crc32c(bytes(content[offset : end - 4])).to_bytes(4, "little")
    shard.write_bytes(content)
    refused(run, "control: a block unpacks to 2,147,483,647 bytes, not 8")


def test_labels_that_unpack_to_more_are_refused(run: Path) -> None:
    bomb = Zstd().encode(bytes(8 * 10**7))
    assert len(bomb) < 100_000
    relabel(run, "time", bomb)
    refused(run, "time: its labels unpack to another size")
    relabel(run, "time", b"\x28\xb5\x2f\xfd\xe0" + b"\xff" * 8 + b"x")
    refused(run, "time: its labels unpack to another size")


@pytest.mark.parametrize("label", ["=cmd|' /C calc'!A0", "+1", "-1", "@x", "a\x1b[2J", "a\u202eb"])
def test_no_label_fools_a_terminal_or_a_spreadsheet(run: Path, label: str) -> None:
    raw = VLenUTF8().encode(np.array(["fine", label], object))
    relabel(run, "scenario", Zstd().encode(bytes(raw)))
    refused(run, "is no label")


def test_a_number_of_labels_is_not_believed(run: Path) -> None:
    raw = bytearray(VLenUTF8().encode(np.array(["a", "b"], object)))
    raw[:4] = (2**31 - 1).to_bytes(4, "little")
    relabel(run, "scenario", Zstd().encode(bytes(raw)))
    refused(run, "scenario: its labels cannot be read")


def test_json_of_a_run_is_not_read_without_end(run: Path, tmp_path: Path) -> None:
    deep, large = tmp_path / "deep.json", tmp_path / "large.json"
    deep.write_text("[" * 200_000, "utf-8")
    with large.open("wb") as stream:
        stream.truncate(10**12)
    for file in (deep, large):
        with pytest.raises(ValueError, match="too"):
            read_json(file)
        shutil.copy(deep, run / STORE / "zarr.json")
        with pytest.raises(InputError, match="so the run cannot be read"):
            rift_sim.load(run)


LINKS = ("summary.csv", RESOLVED, "manifest.json", "figures", f"{STORE}/control/c/0", STORE)


@pytest.mark.parametrize("name", LINKS)
def test_nothing_is_read_or_written_through_a_link(run: Path, tmp_path: Path, name: str) -> None:
    place, away = run / name, tmp_path / "away"
    if place.is_dir():
        shutil.rmtree(place)
        away.mkdir()
        kept = away / "precious.png"
    else:
        place.unlink(missing_ok=True)
        kept = away
    kept.write_text("precious", "utf-8")
    place.symlink_to(away)
    refused(run, "is a link or no regular file")
    with pytest.raises(InputError, match="is a link"):
        rift_sim.run("reference", replicates=1, out=run, settings=["end=2026-01"], force=True)
    assert kept.read_text("utf-8") == "precious"


def test_a_pipe_in_a_run_does_not_hold_anybody_up(run: Path) -> None:
    (shard,) = (file for file in (run / STORE / "control").rglob("0") if file.is_file())
    shard.unlink()
    os.mkfifo(shard)
    refused(run, "is a link or no regular file")


def test_files_that_a_run_names_are_not_read_again_unasked(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("code,value\n05001,10\n", "utf-8")
    file = run / RESOLVED
    text = file.read_text("utf-8").replace("name: ", f"initial: {{coca: '{secret}'}}\nname: ", 1)
    file.write_text(text, "utf-8")
    manifest = json.loads((run / "manifest.json").read_text("utf-8"))
    manifest["files"][RESOLVED] = hashlib.sha256(file.read_bytes()).hexdigest()
    (run / "manifest.json").write_text(json.dumps(seal(manifest)), "utf-8")
    arguments = ["uncertainty", str(run), "--scenario", "luck=1"]
    assert main(arguments) == 2
    told = capsys.readouterr().err
    assert "initial.coca" in told
    assert "lies outside the folder" in told


def rewritten(run: Path, work: Callable[[str], str]) -> Run:
    """Change the scenario of a run, which says that it used an extension; all checksums fit."""
    file = run / RESOLVED
    text = re.sub(r"(?m)^timeline:\n(?:[- ].*\n)*", "", file.read_text("utf-8"))
    file.write_text(work(text) + "extensions: [nowhere]\n", "utf-8")
    manifest = json.loads((run / "manifest.json").read_text("utf-8"))
    manifest["files"][RESOLVED] = hashlib.sha256(file.read_bytes()).hexdigest()
    manifest["extensions"] = {"nowhere": "1"}
    (run / "manifest.json").write_text(json.dumps(seal(manifest)), "utf-8")
    return rift_sim.load(run)


ADDED = """\
timeline: [{date: 2026-01, aid: {security: 0.5}, nowhere: {a: 1}}]
strategies: {EGC: nowhere}
assumptions: {nowhere: 1}
mechanisms: {nowhere: off}
"""


def test_what_a_missing_extension_adds_is_left_out_and_nothing_else(run: Path) -> None:
    told = rewritten(run, lambda text: text + ADDED)
    arms = open_arms([told], ["luck=1", "luck=2"]).arms
    assert [(arm.seed, arm.outline.scenario.seed) for arm in arms] == [(1, 1), (2, 2)]
    (event,) = told.outline.scenario.timeline
    assert [kind for kind, _ in event.actions] == ["aid"]
    assert [mark.label for mark in marks_of(told)] == ["aid; nowhere"]


def test_what_levels_add_is_left_out_and_events_are_not_certain_then(run: Path) -> None:
    def sweep(text: str) -> str:
        more = "sweep:\n  more:\n    a: {strategies: {EGC: nowhere}}\n"
        more += "    b: {timeline: [{date: 2026-01, nowhere: 1}]}\n"
        return text.replace("sweep:\n", f"{more}  other: {{set: nowhere.x, values: [1]}}\n") + ADDED

    told = rewritten(run, sweep)
    assert [levels for levels, _ in told.outline.points()] == [{"luck": "1"}, {"luck": "2"}]
    assert marks_of(told) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("title: What", "title: {a: 1} #", "title"),
        ("", "territory: {municipalities: /dev/zero}\n", "territory.municipalities"),
        ("", "extends: reference\n", "extends"),
        ("", "elsewhere: 1\n", "elsewhere"),
        ("", "timeline: [{date: never, nowhere: 1}]\n", "never is not a month"),
        ("", "timeline: [{date: 2026-01, note: {a: 1}, nowhere: 1}]\n", "note: is not text"),
        ("", "timeline: [3]\n", "timeline"),
        ("", "timeline:\n- {date: 2026-01, nowhere: 1}\n- {date: 2026-01, aid: 3}\n", "aid"),
        ("    - 1\n", "    - -1\n", "sweep.luck.values[0]"),
    ],
)
def test_a_missing_extension_is_no_way_past_the_checks(
    run: Path, old: str, new: str, said: str
) -> None:
    def work(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1) if old else text + new

    told = rewritten(run, work)
    with pytest.raises(InputError) as caught:
        _ = told.outline
    assert said in str(caught.value)
    assert caught.value.line is not None
    line = (run / RESOLVED).read_text("utf-8").splitlines()[caught.value.line - 1]
    assert new.splitlines()[-1] in line


def test_what_is_kept_as_code_lies_where_only_the_user_can_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", "utf-8")
    monkeypatch.setenv("RIFT_CACHE", str(blocked))
    resources._own_folder.cache_clear()
    folder = resources.cache_folder("seeds")
    root = resources._own_folder()
    assert root in folder.parents
    assert root.stat().st_mode & 0o077 == 0
    assert root.stat().st_uid == os.getuid()
    resources._own_folder.cache_clear()
