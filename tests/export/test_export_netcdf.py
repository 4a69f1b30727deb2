"""NetCDF: what xarray reads is what the run holds, and says what it is."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import rift_sim
from rift_sim.ensemble.storage.dataset import LIMITS
from rift_sim.errors import InputError
from rift_sim.export.source import Choice
from rift_sim.export.write import export

STANDARD_NAMES = {"time", "realization", "latitude", "longitude"}
UNITS = {"1", "count", "ha", "degrees_north", "degrees_east"}


def test_every_array_comes_back_to_the_bit(short_runs: dict[str, Path], tmp_path: Path) -> None:
    written = export([short_runs["gone"]], "netcdf", tmp_path / "run.nc")
    own = rift_sim.load(short_runs["gone"]).dataset
    with xr.open_dataset(tmp_path / "run.nc") as data:
        arrays = set(own.data_vars)
        assert arrays == set(data.data_vars) - {"time_bnds"}
        assert written.written == len(arrays)
        for name in arrays:
            read = data[name].transpose(*own[name].dims)
            assert read.dtype == own[name].dtype
            np.testing.assert_array_equal(read.values, own[name].values)
        np.testing.assert_array_equal(data["replicate"], own["replicate"])
        assert data["department"].values.tolist() == own["department"].values.tolist()
        assert data["department_name"].sel(department="54").item() == "Norte de Santander"


def test_times_are_last_days_with_bounds(short_runs: dict[str, Path], tmp_path: Path) -> None:
    export([short_runs["gone"]], "netcdf", tmp_path / "run.nc")
    with xr.open_dataset(tmp_path / "run.nc") as data:
        assert data["time"].dtype.kind == "M"
        days = data["time"].values.astype("datetime64[D]").astype(str).tolist()
        assert days[:3] == ["2026-01-31", "2026-02-28", "2026-03-31"]
        edges = data["time_bnds"].values.astype("datetime64[D]").astype(str).tolist()
        assert edges[1] == ["2026-02-01", "2026-03-01"]
        assert data["newly_displaced"].attrs["cell_methods"] == "time: sum"
        assert data["control"].attrs["cell_methods"] == "time: point"


def test_attributes_follow_cf_and_say_where_numbers_are_from(
    short_runs: dict[str, Path], tmp_path: Path
) -> None:
    export([short_runs["gone"]], "netcdf", tmp_path / "run.nc")
    manifest = rift_sim.load(short_runs["gone"]).manifest
    with xr.open_dataset(tmp_path / "run.nc", decode_times=False) as data:
        for name, variable in data.variables.items():
            if str(name) == "time_bnds":
                continue
            assert variable.attrs["long_name"]
            assert variable.attrs.get("standard_name", "time") in STANDARD_NAMES
            text = variable.dtype.kind in "UOT"
            assert text or variable.attrs["units"] in UNITS | {"days since 1970-01-01"}
            assert str(name) in data.coords or variable.attrs["cell_methods"]
        assert data["members"].attrs["unit_label"] == "people"
        assert data["aid_usd"].attrs["unit_label"] == "USD"
        assert data.attrs["Conventions"] == "CF-1.11"
        assert data.attrs["comment"] == LIMITS
        assert data.attrs["rift_seed"] == str(manifest["seed"])
        assert data.attrs["rift_code_hash"] == manifest["identity"]["code"]
        made_by = json.loads(data.attrs["rift_provenance"])
        assert made_by["scenarios"][0]["scenario"] == "full-cutoff"
        assert str(short_runs["gone"].parent) not in json.dumps(data.attrs, default=str)


def test_paired_runs_share_a_file(short_runs: dict[str, Path], tmp_path: Path) -> None:
    folders = [short_runs["gone"], short_runs["kept"]]
    export(folders, "netcdf", tmp_path / "two.nc", choice=Choice(variables=("control",)))
    with xr.open_dataset(tmp_path / "two.nc") as data:
        assert data["scenario"].values.tolist() == ["full-cutoff", "no-cutoff"]
        for label, folder in zip(("full-cutoff", "no-cutoff"), folders, strict=True):
            own = rift_sim.load(folder).dataset["control_department"].isel(replicate=slice(6))
            read = data["control_department"].sel(scenario=label).transpose(*own.dims)
            np.testing.assert_array_equal(read.values, own.values)


def test_runs_that_are_no_pairs_are_refused(short_runs: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no pairs.*seed"):
        export([short_runs["gone"], short_runs["seed"]], "netcdf", tmp_path / "two.nc")
    assert not list(tmp_path.iterdir())


def test_quantiles_beside_samples_and_by_year(short_runs: dict[str, Path], tmp_path: Path) -> None:
    export(
        [short_runs["kept"]], "netcdf", tmp_path / "q.nc", samples=True, levels=(0.1, 0.5),
        period="year", choice=Choice(variables=("newly_displaced", "control")),
    )  # fmt: skip
    own = rift_sim.load(short_runs["kept"]).dataset
    with xr.open_dataset(tmp_path / "q.nc") as data:
        assert data["time"].values.astype("datetime64[D]").astype(str).tolist() == ["2026-12-31"]
        sums = own["newly_displaced_department"].values[:, :12].sum(axis=1, dtype=float)
        np.testing.assert_allclose(data["newly_displaced_department"].values[..., 0], sums)
        found = data["newly_displaced_department_quantiles"].values[..., 0]
        np.testing.assert_allclose(found, np.quantile(sums, (0.1, 0.5), axis=0))
        end = own["control"].values[:, 11]
        np.testing.assert_array_equal(data["control"].values[:, 0], end)


def test_municipalities_have_seats_and_whole_years(places_run: Path, tmp_path: Path) -> None:
    written = export([places_run], "netcdf", tmp_path / "places.nc")
    own = rift_sim.load(places_run).dataset
    with xr.open_dataset(tmp_path / "places.nc") as data:
        assert data["latitude"].values.tolist() == [6.0] * 5
        assert data["longitude"].values.tolist() == [-75.0, -75.1, -75.2, -75.3, -75.4]
        assert data["municipality_name"].values.tolist() == list("ABCDE")
        assert data["year"].values.astype("datetime64[D]").astype(str).tolist() == ["2026-12-31"]
        np.testing.assert_array_equal(
            data["presence_probability"].values[:, 0], own["presence_probability"].values[0]
        )
        assert data["presence_probability"].attrs["comment"] == "Mean over 3 replicates."
        assert "presence_probability_group" not in data
    assert any("2027 left out" in note for note in written.notes)


def test_named_groups_by_municipality_only_when_asked(places_run: Path, tmp_path: Path) -> None:
    only = ("presence_probability_group",)
    with pytest.raises(InputError, match="nothing is left"):
        export([places_run], "netcdf", tmp_path / "p.nc", choice=Choice(variables=only))
    choice = Choice(variables=only, named_groups=True)
    export([places_run], "netcdf", tmp_path / "p.nc", choice=choice)
    own = rift_sim.load(places_run).dataset["presence_probability_group"]
    with xr.open_dataset(tmp_path / "p.nc") as data:
        read = data["presence_probability_group"].transpose("year", "municipality", "group")
        np.testing.assert_array_equal(read.values, own.values[:1])
