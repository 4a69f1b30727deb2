"""What it costs to write trajectories down."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from benchmarks.measure import Options, Row, Section, spread
from benchmarks.work import plan_for, warm
from rift_sim.ensemble.execution.executor import Job, Worlds, compute
from rift_sim.ensemble.storage.dataset import open_dataset
from rift_sim.ensemble.storage.layout import BLOCK
from rift_sim.ensemble.storage.store import Block, Store
from rift_sim.ensemble.summary import summarise, write_summary

__all__ = ["measure", "minutes"]


def minutes(options: Options) -> float:
    """Estimate how long it takes."""
    return 0.2 if options.quick else options.repeat * 0.2


def measure(options: Options) -> Section:
    """Compute one block, write it as forty blocks of a store of 1,000 replicates.

    Every chunk is encoded and compressed by itself, so writing the same numbers again costs
    what writing others would. Each round computes another block and fills a new store.
    """
    plan = plan_for(options.end)
    worlds = Worlds(plan)
    warm(plan, worlds)
    world = worlds[0]
    blocks = 4 if options.quick else 40
    replicates = BLOCK * blocks
    found: dict[str, list[float]] = {
        name: [] for name in ("compute", "write", "create", "summary", "share", "bytes", "files")
    }
    for number in range(options.repeat):
        first = number * BLOCK
        block = compute(plan, worlds, Job(0, 0, tuple(range(first, first + BLOCK))))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "trajectories.zarr"
            begun = perf_counter()
            store = Store.create(path, world, identity="benchmark", replicates=replicates)
            found["create"].append(perf_counter() - begun)
            begun = perf_counter()
            for place in range(blocks):
                store.write(_moved(block, place))
            writing = (perf_counter() - begun) / replicates
            begun = perf_counter()
            write_summary(Path(folder) / "summary.csv", summarise(open_dataset(path), "reference"))
            found["summary"].append(perf_counter() - begun)
            files = [file for file in path.rglob("*") if file.is_file()]
            found["files"].append(float(len(files)))
            found["bytes"].append(sum(file.stat().st_size for file in files) / replicates / 1000)
        computing = block.seconds / BLOCK
        found["compute"].append(1000 * computing)
        found["write"].append(1000 * writing)
        found["share"].append(100 * writing / (writing + computing))
    return Section(
        "Store",
        f"Scenario reference to {options.end}, {replicates:,} replicates in blocks of {BLOCK}, "
        "in the system's temporary folder.",
        [
            Row("computing, one core", spread(found["compute"]), "ms/replicate"),
            Row("writing", spread(found["write"]), "ms/replicate"),
            Row("writing, share of one core's run", spread(found["share"]), "%"),
            Row("creating the store", spread(found["create"]), "s"),
            Row(f"summary of {replicates:,} replicates", spread(found["summary"]), "s"),
            # kB for one replicate is MB for a thousand.
            Row("size of 1,000 replicates", spread(found["bytes"]), "MB"),
            Row(f"files, with {replicates:,} replicates", spread(found["files"]), "files"),
        ],
    )


def _moved(block: Block, place: int) -> Block:
    """Return the block as if it held the replicates of another place."""
    return replace(block, number=place, replicates=tuple(range(place * BLOCK, (place + 1) * BLOCK)))
