"""What may happen to a run: killed, interrupted, a second writer, a full disk."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from small_runs import HERE, Listener, arrays, assert_same, go, start_run, wait_for_blocks

from rift_sim.ensemble.lock import writer_lock
from rift_sim.ensemble.run import load
from rift_sim.errors import InputError

WHOLE = 40


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Hash of an uninterrupted run."""
    return go(tmp_path_factory.mktemp("whole") / "run", WHOLE).digest()


@pytest.mark.parametrize(("workers", "resumed_with"), [(1, 2), (2, 1)])
def test_killed_and_resumed_gives_the_same(
    tmp_path: Path, whole: str, workers: int, resumed_with: int
) -> None:
    folder = tmp_path / "run"
    process = start_run(folder, WHOLE, workers=workers)
    wait_for_blocks(folder, 8)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    if Path("/proc/self/stat").exists():
        assert_no_process_left(process.pid)
    half = load(folder)
    kept = half.replicates
    assert 8 <= kept < WHOLE
    fresh = arrays(go(tmp_path / "fresh", WHOLE))
    for name, values in arrays(half).items():
        np.testing.assert_array_equal(values, fresh[name][half.dataset["replicate"].values])
    listener = Listener()
    resumed = go(folder, WHOLE, workers=resumed_with, progress=listener)
    assert listener.total == WHOLE - kept
    assert resumed.digest() == whole


@pytest.mark.long
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_at_random_moments() -> None:
    # A handful; tests/ensemble/kill_often.py by itself takes fifty.
    done = subprocess.run(
        [sys.executable, str(HERE / "kill_often.py"), "--kills", "9"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert len(found["resumed"]) == 9
    assert {one["digest"] for one in found["resumed"]} == {found["digest"]}
    assert all(one["kept"] + one["computed"] == 20 for one in found["resumed"])
    assert not any(one["damaged"] for one in found["resumed"])
    # The moments were not all before the first block, nor all after the last.
    assert sum(one["killed"] for one in found["resumed"]) >= 5
    assert sum(0 < one["kept"] < 20 for one in found["resumed"]) >= 2


def assert_no_process_left(group: int) -> None:
    for _ in range(100):
        alive = [
            stat
            for stat in Path("/proc").glob("[0-9]*/stat")
            if (fields := _stat(stat)) and fields[2] == str(group) and fields[0] != "Z"
        ]
        if not alive:
            return
        time.sleep(0.05)
    raise AssertionError(f"still running: {alive}")


def _stat(path: Path) -> list[str]:
    """State, parent and process group, the fields behind the command's name."""
    try:
        return path.read_text().rpartition(")")[2].split()
    except OSError:
        return []


@pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="needs /proc to look for processes"
)
def test_interrupt_keeps_blocks_and_leaves_no_process(tmp_path: Path, whole: str) -> None:
    folder = tmp_path / "run"
    process = start_run(folder, WHOLE, workers=2)
    wait_for_blocks(folder, 8)
    os.killpg(process.pid, signal.SIGINT)
    _, stderr = process.communicate(timeout=20)
    # One traceback of the caller's own KeyboardInterrupt, none of a worker.
    assert stderr.count("Traceback") == 1
    assert_no_process_left(process.pid)
    assert load(folder).replicates >= 8
    assert go(folder, WHOLE).digest() == whole


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    run = go(tmp_path / "run", 3)
    with writer_lock(run.directory):
        with pytest.raises(InputError, match=f"another process .*process {os.getpid()}"):
            go(tmp_path / "run", 6)
        with (
            pytest.raises(InputError, match=f"another process .*process {os.getpid()} on"),
            writer_lock(run.directory),
        ):
            pass
    assert go(tmp_path / "run", 6).replicates == 6


def test_two_processes_and_one_folder(tmp_path: Path, whole: str) -> None:
    # Both begin at once in a folder that is not there; one must win, whichever.
    both = [start_run(tmp_path / "run", WHOLE, workers=1, pause=0.08) for _ in range(2)]
    wait_for_blocks(tmp_path / "run", 4)
    with pytest.raises(InputError, match="another process is writing to this run"):
        go(tmp_path / "run", WHOLE, force=True)
    said = [process.communicate(timeout=60) for process in both]
    assert sorted(process.returncode for process in both) == [0, 2]
    winner, loser = sorted(zip(both, said, strict=True), key=lambda pair: pair[0].returncode)
    assert winner[1][0] == f"{WHOLE}\n"
    assert f"another process is writing to this run (process {winner[0].pid} on" in loser[1][0]
    assert loser[1][1] == ""
    assert load(tmp_path / "run").digest() == whole


def test_the_lock_of_a_dead_process_is_taken_over(tmp_path: Path) -> None:
    go(tmp_path / "run", 3)
    (tmp_path / "run" / ".lock").write_text('{"pid": 999999, "host": "gone", "since": "long ago"}')
    assert go(tmp_path / "run", 6).replicates == 6
    assert not (tmp_path / "run" / ".lock").exists()


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="needs limits on file sizes")
def test_a_write_that_the_system_cuts_short(tmp_path: Path) -> None:
    expected = go(tmp_path / "fresh", 200).digest()
    sizes = [p.stat().st_size for p in (tmp_path / "fresh").rglob("*") if p.is_file()]
    limited = start_run(tmp_path / "run", 200, workers=1, pause=0, limit=max(sizes) * 2 // 3)
    said, stderr = limited.communicate(timeout=60)
    assert limited.returncode == 1, stderr
    assert "cannot be written: File too large; finished replicates are kept" in said
    kept = load(tmp_path / "run").replicates
    assert 40 <= kept < 200
    listener = Listener()
    assert go(tmp_path / "run", 200, progress=listener).digest() == expected
    assert listener.total == 200 - kept


SMALL_DISK = """
import os, sys
sys.path.insert(0, {here!r})
from pathlib import Path
from small_runs import Listener, go
from rift_sim.ensemble.run import load
from rift_sim.ensemble.session import StorageError
disk = Path({disk!r})
ballast = disk / "ballast"
room = os.statvfs(disk)
ballast.write_bytes(bytes(room.f_bavail * room.f_frsize - {free}))
try:
    go(disk / "run", 1000, months=60, block=25)
except StorageError as error:
    print(error)
before = load(disk / "run")
print(before.replicates)
mine = before.dataset["control"].values
ballast.unlink()
listener = Listener()
after = go(disk / "run", 1000, months=60, progress=listener)
print(listener.total)
print(bool((after.dataset["control"].values[before.dataset["replicate"].values] == mine).all()))
print(after.digest())
"""


def test_a_full_disk_is_one_clear_error_and_keeps_what_is_done(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if not _own_disk(["true"], disk):
        pytest.skip("the system does not let this user mount a small disk")
    fresh = go(tmp_path / "fresh", 1000, months=60, block=25)
    size = sum(path.stat().st_size for path in fresh.directory.rglob("*") if path.is_file())
    code = SMALL_DISK.format(here=str(HERE), disk=str(disk), free=size // 2)
    done = _own_disk([sys.executable, "-c", code], disk)
    assert done is not None
    error, kept, computed, same, digest = done.splitlines()
    assert error.startswith(f"{disk}/run: the disk is full; finished replicates are kept")
    assert 200 <= int(kept) < 800
    assert int(computed) == 1000 - int(kept)
    assert same == "True"
    assert digest == fresh.digest()


def _own_disk(command: list[str], disk: Path) -> str | None:
    """Run a command that sees a disk of 8 MB at `disk`; None when that cannot be had."""
    if shutil.which("unshare") is None:
        return None
    script = 'mount -t tmpfs -o size=8m tmpfs "$0" && exec "$@"'
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, disk, *command],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if command == ["true"]:
        return "yes" if done.returncode == 0 else None
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_no_room_at_all_leaves_a_folder_that_can_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rift_sim.ensemble.session import StorageError
    from rift_sim.ensemble.storage import shards

    write, count = shards.ShardedArray.write, [0]

    def full(self: shards.ShardedArray, at: tuple[int, ...], data: np.ndarray) -> None:
        count[0] += 1
        if count[0] > 12:
            raise OSError(28, "No space left on device")
        write(self, at, data)

    monkeypatch.setattr(shards.ShardedArray, "write", full)
    with pytest.raises(StorageError, match="disk is full; finished replicates are kept"):
        go(tmp_path / "run", 20)
    monkeypatch.undo()
    assert load(tmp_path / "run").replicates == 8
    assert_same(arrays(go(tmp_path / "run", 20)), arrays(go(tmp_path / "fresh", 20)))
