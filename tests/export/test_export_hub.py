"""The hub folder: configuration by the schemas' rules, and output that keeps what it promises."""

from __future__ import annotations

import csv
import json
import math
from itertools import product
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pyarrow.compute as pc
import pytest
from hub_rules import ADMIN, DIALECT, TASKS
from hubdata import connect_hub
from ruamel.yaml import YAML

import rift_sim
from rift_sim.errors import InputError
from rift_sim.export.hub import COLUMNS
from rift_sim.export.source import Choice
from rift_sim.export.write import export

VARIABLES = ("control", "newly_displaced", "aid_usd", "capability")


@pytest.fixture(scope="module")
def hub(short_runs: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hub") / "hub"
    export(
        [short_runs["gone"], short_runs["kept"]], "hub", folder,
        choice=Choice(variables=VARIABLES, since="2026-11", until="2027-02"),
    )  # fmt: skip
    return folder


def config(hub: Path, name: str) -> Any:
    return json.loads((hub / "hub-config" / f"{name}.json").read_text(encoding="utf-8"))


def check(content: Any, schema: Any) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.validate(content, schema, jsonschema.Draft202012Validator, format_checker=checker)


def test_configuration_keeps_the_rules_of_the_schemas(hub: Path) -> None:
    check(config(hub, "tasks"), TASKS)
    check(config(hub, "admin"), ADMIN)
    schema = config(hub, "model-metadata-schema")
    assert schema["$schema"] == DIALECT
    metadata = YAML(typ="safe").load((hub / "model-metadata" / "rift-sim.yml").read_text("utf-8"))
    check(metadata, schema)
    assert (metadata["team_abbr"], metadata["model_abbr"]) == ("rift", "sim")
    assert "not for operational use" in metadata["model_details"]["limits_of_use"]


def test_rules_that_no_schema_can_say(hub: Path) -> None:
    """What hub software checks beyond the schemas."""
    tasks = config(hub, "tasks")
    (only_round,) = tasks["rounds"]
    for task in only_round["model_tasks"]:
        ids = task["task_ids"]
        assert only_round["round_id"] in ids
        (target,) = task["target_metadata"]
        assert target["target_keys"] == {"target": target["target_id"]}
        assert ids["target"]["required"] == [target["target_id"]]
        params = task["output_type"]["sample"]["output_type_id_params"]
        assert params["min_samples_per_task"] == params["max_samples_per_task"] == 6
        # A derived id is in the set only if all it derives from are.
        assert params["compound_taskid_set"] == ["origin_date"]
        assert set(tasks["derived_task_ids"]) <= set(ids)
    assert set(only_round["model_tasks"][0]["task_ids"]) == set(COLUMNS[:6])


def test_the_reader_of_the_hubverse_reads_it(hub: Path) -> None:
    connection = connect_hub(hub)
    table = connection.to_table()
    assert set(table.column_names) == {*COLUMNS, "model_id"}
    assert pc.unique(table["model_id"]).to_pylist() == ["rift-sim"]
    (file,) = (hub / "model-output" / "rift-sim").iterdir()
    assert file.name == "2026-01-01-rift-sim.parquet"
    assert set(pc.unique(table["scenario_id"]).to_pylist()) == {"full-cutoff", "no-cutoff"}


def test_every_task_has_all_its_output_and_nothing_else(hub: Path) -> None:
    rows = connect_hub(hub).to_table().to_pylist()
    found = {
        (*(str(row[name]) for name in COLUMNS[:5]), row["output_type"], row["output_type_id"])
        for row in rows
    }
    assert len(found) == len(rows)
    wanted = set()
    for task in config(hub, "tasks")["rounds"][0]["model_tasks"]:
        ids = [map(str, task["task_ids"][name]["required"]) for name in COLUMNS[:5]]
        levels = task["output_type"]["quantile"]["output_type_id"]["required"]
        kinds = [("quantile", level) for level in levels] + [("sample", s) for s in range(1, 7)]
        wanted |= {(*key, *kind) for key, kind in product(product(*ids), kinds)}
    assert found == wanted
    for row in rows:
        months = (row["target_end_date"].year - 2026) * 12 + row["target_end_date"].month
        assert row["horizon"] == months
        assert 11 <= months <= 14
    assert {row["target_end_date"].isoformat() for row in rows} == {
        "2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28"
    }  # fmt: skip


def test_samples_are_whole_trajectories_paired_across_scenarios(
    hub: Path, short_runs: dict[str, Path]
) -> None:
    """One sample number is one replicate, in both scenarios and in every place and month."""
    rows = connect_hub(hub).to_table().to_pylist()
    own = {
        label: rift_sim.load(short_runs[name]).dataset
        for label, name in (("full-cutoff", "gone"), ("no-cutoff", "kept"))
    }
    arrays = {
        (label, name): data[name].values
        for label, data in own.items()
        for name in ("control", "control_department", "aid_usd", "capability")
    }
    codes = own["no-cutoff"]["department"].values.tolist()
    seen = 0
    for row in rows:
        label, target, place = row["scenario_id"], row["target"], row["location"]
        name = target if place == "CO" else f"{target}_department"
        if row["output_type"] != "sample" or (label, name) not in arrays:
            continue
        at = (int(row["output_type_id"]) - 1, row["horizon"] - 1)
        at = at if place == "CO" else (*at, codes.index(place))
        assert row["value"] == arrays[label, name][at]
        seen += 1
    assert seen == 2 * 6 * 4 * (3 + 33)


def test_quantiles_are_those_of_the_samples(hub: Path) -> None:
    rows = connect_hub(hub).to_table().to_pylist()

    def values(kind: str) -> dict[float, float]:
        key = {"scenario_id": "full-cutoff", "location": "54", "target": "newly_displaced"}
        key |= {"horizon": 12, "output_type": kind}
        return {
            row["output_type_id"]: row["value"]
            for row in rows
            if all(row[name] == value for name, value in key.items())
        }

    quantiles, samples = values("quantile"), values("sample")
    assert list(quantiles) == [0.05, 0.25, 0.5, 0.75, 0.95]
    for level, value in quantiles.items():
        assert math.isclose(value, np.quantile(list(samples.values()), level))


def test_csv_and_other_names(short_runs: dict[str, Path], tmp_path: Path) -> None:
    written = export(
        [short_runs["kept"]], "hub", tmp_path / "h", model_id="WOLA-rift_2", hub_files="csv",
        samples=True, choice=Choice(variables=("control",), national=True),
    )  # fmt: skip
    assert written.files == (tmp_path / "h",)
    check(config(tmp_path / "h", "tasks"), TASKS)
    assert config(tmp_path / "h", "admin")["file_format"] == ["csv"]
    file = tmp_path / "h" / "model-output" / "WOLA-rift_2" / "2026-01-01-WOLA-rift_2.csv"
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert list(rows[0]) == list(COLUMNS)
    assert len(rows) == written.written == 8 * 15
    assert {row["output_type_id"] for row in rows} == {str(n) for n in range(1, 9)}
    table = connect_hub(tmp_path / "h").to_table()
    assert sorted(table["value"].to_pylist()) == sorted(float(row["value"]) for row in rows)


@pytest.mark.parametrize("text", ["rift", "rift-", "-sim", "a b-c", "á-b", "a" * 17 + "-b"])
def test_a_model_id_has_two_parts(short_runs: dict[str, Path], tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="TEAM-MODEL"):
        export([short_runs["gone"]], "hub", tmp_path / "h", model_id=text)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("runs", "options", "words"),
    [
        (["gone", "seed"], {}, "paired across its scenarios.*seed"),
        (["gone"], {"period": "year"}, "counts in months"),
        (["gone"], {"choice": Choice(variables=("aid_usd_line",))}, "country or department"),
    ],
)
def test_what_is_no_hub_is_refused(
    short_runs: dict[str, Path],
    tmp_path: Path,
    runs: list[str],
    options: dict[str, Any],
    words: str,
) -> None:
    with pytest.raises(InputError, match=words):
        export([short_runs[name] for name in runs], "hub", tmp_path / "h", **options)
    assert not list(tmp_path.iterdir())
