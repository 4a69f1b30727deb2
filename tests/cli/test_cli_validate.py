"""``rift validate`` from end to end, with few and short runs, and told off."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rift_sim.analysis.validation.own_scores import read_scores
from rift_sim.cli import main
from rift_sim.ensemble.run import load
from rift_sim.territory import load_territory

Said = pytest.CaptureFixture[str]
TINY = ("--origins", "2024", "--horizon", "1", "-n", "20", "--waves", "none", "--workers", "1")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("RIFT_DATA", raising=False)
    return tmp_path


def table(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a finished validation."""
    out = tmp_path_factory.mktemp("validation") / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("RIFT_DATA", raising=False)
        scores = str(out.parent / "scores.csv")
        assert main(["validate", *TINY, "-o", str(out), "--scores", scores]) == 0
    return out


def test_scores_for_reports(done: Path) -> None:
    found = read_scores(done.parent / "scores.csv")
    ours = [row for row in found.rows if (row.target, row.mode) == ("coca_department", "forecast")]
    assert [row.measure for row in ours] == ["skill", "skill_best", "inside_90"]
    skill = next(
        row
        for row in table(done / "scores.csv")
        if (row["target"], row["mode"], row["forecaster"])
        == ("coca_department", "forecast", "model")
    )
    assert ours[0].value == pytest.approx(float(skill["skill"]), rel=1e-3)
    assert (
        found.provenance["code"]
        == load(done / "runs" / "forecast-2024").manifest["identity"]["code"]
    )


def test_scores_need_a_folder(here: Path, capsys: Said) -> None:
    assert main(["validate", *TINY, "--scores", "none/scores.csv"]) == 2
    assert "there is no folder 'none'" in capsys.readouterr().err
    assert list(here.iterdir()) == []


def test_what_it_leaves(done: Path) -> None:
    assert {path.relative_to(done).as_posix() for path in done.glob("*/*")} == {
        "runs/conditional-2024", "runs/forecast-2024",
        "figures/skill.png", "figures/coverage.png", "figures/ranks.png",
    }  # fmt: skip
    assert {path.name for path in done.glob("*.*")} == {"scores.csv", "scores.md", "shares.csv"}
    rows = table(done / "scores.csv")
    coca = {
        r["forecaster"]: r
        for r in rows
        if (r["target"], r["mode"]) == ("coca_department", "forecast")
    }
    assert list(coca) == ["model", "persistence", "trend", "climatology", "hurdle"]
    assert {(r["cases"], r["clusters"], r["first"], r["last"]) for r in coca.values()} == {
        ("33", "33", "2024", "2024")
    }
    assert (coca["persistence"]["skill"], coca["persistence"]["skill_high"]) == ("0", "0")
    assert float(coca["model"]["skill"]) < 1.0
    shares = table(done / "shares.csv")
    assert {(r["target"], r["origin"], r["year"]) for r in shares} == {
        ("coca_department", "2024", "2024")
    }
    assert all(0.0 <= float(r["value"]) <= 2.0 for r in shares)
    assert (done / "scores.md").read_text(encoding="utf-8").startswith("| target | mode |")


def test_the_two_ways_differ_by_what_happened_later(done: Path) -> None:
    given, blind = (load(done / "runs" / f"{mode}-2024") for mode in ("conditional", "forecast"))
    assert given.scenario.timeline
    assert blind.scenario.timeline == ()
    assert given.scenario.assumptions == blind.scenario.assumptions
    # Chance is the same until something happens.
    for one in (given, blind):
        assert one.replicates == 20
    first = [run.dataset["coca_ha"].isel(time=0).to_numpy() for run in (given, blind)]
    np.testing.assert_allclose(first[0], first[1], rtol=0.1)


def test_a_second_call_computes_nothing_new(done: Path, capsys: Said) -> None:
    before = {path: path.read_bytes() for path in (done / "runs").rglob("*") if path.is_file()}
    tables = {path: path.read_bytes() for path in done.glob("*.*")}
    assert main(["validate", *TINY, "-o", str(done)]) == 0
    said = capsys.readouterr()
    assert " ".join(said.err.split()).count("Nothing to compute") == 2
    assert "Note: no data files" in said.err
    assert "coca_department" in said.out
    assert "…" not in said.out
    assert max(len(line) for line in said.out.splitlines()) <= 100
    assert {path: path.read_bytes() for path in before} == before
    assert {path: path.read_bytes() for path in tables} == tables


@pytest.mark.long
def test_a_further_origin_and_fewer_replicates(done: Path, tmp_path: Path) -> None:
    """Runs with more replicates than asked for are compared by what all have."""
    out = tmp_path / "more"
    several = [*TINY, "-o", str(out)]
    several[several.index("-n") + 1] = "24"
    assert main(["validate", *several]) == 0
    several[several.index("-n") + 1] = "20"
    several[several.index("2024")] = "2023-2024"
    assert main(["validate", *several]) == 0
    found = {
        r["mode"]: r
        for r in table(out / "scores.csv")
        if (r["target"], r["forecaster"]) == ("coca_department", "model")
    }
    assert {(r["cases"], r["first"], r["last"]) for r in found.values()} == {("66", "2023", "2024")}


def test_the_municipal_part_is_asked_for(
    done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rift_sim.cli import municipal

    asked: list[object] = []

    def part(record: object, plan: object, waves: object, *more: object) -> tuple[object, object]:
        asked.append(waves)
        return {"groups.md": "all of it"}, []

    monkeypatch.setattr(municipal, "municipal_part", part)
    out = tmp_path / "again"
    shutil.copytree(done, out)
    assert main(["validate", *TINY, "-o", str(out)]) == 0
    assert not asked
    assert main(["validate", *TINY, "--municipal", "-o", str(out)]) == 0
    assert asked == [None]
    assert (out / "groups.md").read_text(encoding="utf-8") == "all of it"


def test_failed_replicates_are_told_by_the_folder_of_their_run(
    here: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    import rift_sim.replicate

    simulate = rift_sim.replicate.simulate

    def sometimes(world: rift_sim.replicate.World, replicate: int) -> dict[str, np.ndarray]:
        if replicate == 1:
            raise FloatingPointError("told to fail")
        return simulate(world, replicate)

    monkeypatch.setattr(rift_sim.replicate, "simulate", sometimes)
    assert main(["validate", *TINY, "-o", "out"]) == 1
    said = " ".join(capsys.readouterr().err.split())
    assert "(see the manifests): 1 of conditional-2024, 1 of forecast-2024" in said
    assert (here / "out" / "scores.csv").is_file()


def refused(capsys: Said, *arguments: str) -> str:
    """Run a command that must be refused in one line before anything is written."""
    before = sorted(Path.cwd().rglob("*"))
    assert main(["validate", *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("error: ")
    assert said.err.count("\n") == 1
    assert sorted(Path.cwd().rglob("*")) == before
    return said.err


@pytest.mark.parametrize(
    ("origins", "said"),
    [
        ("soon", "--origins: 'soon' are no years"),
        ("", "'' are no years"),
        ("2020-", "are no years; allowed: 2020-2024, or 2020,2022"),
        ("2020-2021-2022", "are no years"),
        ("2024-2020", "there is no origin"),
        ("2021,2021", "2021 stands twice"),
        ("2005", "2005 is out of range; allowed: years from 2010 to 2024"),
        ("2022,2025", "2025 is out of range"),
    ],
)
def test_bad_origins(origins: str, said: str, capsys: Said) -> None:
    assert said in refused(capsys, "--origins", origins, "--waves", "none")


@pytest.mark.parametrize("waves", ["2019", "2022,2019", "2019,2019", "2019,2022,x", "a,b", ""])
def test_bad_waves(waves: str, capsys: Said) -> None:
    said = refused(capsys, "--waves", waves)
    assert "--waves" in said
    assert "allowed: two years, as 2019,2022; or none" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere",), "nowhere: there is no such folder"),
        (("-n", "5"), "greater than or equal to 20"),
        (("--horizon", "0"), "greater than or equal to 1"),
        (("--coverage", "1.5"), "less than or equal to 1"),
        (("--parameters", "posterior-1999"), "there is no shipped table 'posterior-1999'"),
        (("--parameters", "none.csv"), "none.csv"),
    ],
)
def test_bad_input(arguments: tuple[str, ...], said: str, capsys: Said) -> None:
    assert said in refused(capsys, *arguments)


@pytest.fixture
def data(here: Path) -> Callable[..., Path]:
    def make(**files: str) -> Path:
        folder = here / "data"
        folder.mkdir()
        for name, text in files.items():
            (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        return folder

    return make


def test_a_malformed_file(data: Callable[..., Path], capsys: Said) -> None:
    folder = data(coca_mpio="mpio_code,year,coca_ha\n52835,2019,many\n")
    said = refused(capsys, str(folder), "--waves", "none")
    assert "coca_mpio.csv:2: coca_ha: 'many' is not" in said


def test_the_folder_of_the_environment(
    data: Callable[..., Path], capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = data(coca_mpio="mpio_code,year,coca_ha\n52835,2019,-1\n")
    monkeypatch.setenv("RIFT_DATA", str(folder))
    assert "coca_mpio.csv:2" in refused(capsys, "--waves", "none")


PRESENCE = "mpio_code,year,group\n52835,2019,ELN\n52835,2022,ELN\n05045,2022,EGC\n"


def test_waves_that_are_not_there(data: Callable[..., Path], capsys: Said) -> None:
    folder = data(pares_presence=PRESENCE)
    said = refused(capsys, str(folder), "--waves", "2019,2023")
    assert "no survey of presence of 2023; allowed: 2019, 2022" in said


def test_a_first_wave_with_a_group_that_comes_later(
    data: Callable[..., Path], capsys: Said
) -> None:
    folder = data(pares_presence=PRESENCE + "05045,2019,EMBF\n")
    assert "names EMBF, which does not exist in 2020-01" in refused(capsys, str(folder))


def test_another_run_in_the_folder_is_kept(done: Path, capsys: Said) -> None:
    before = {path: path.read_bytes() for path in done.rglob("*") if path.is_file()}
    longer = [*TINY, "--last", "2025", "-o", str(done)]
    longer[longer.index("--horizon") + 1] = "2"
    assert main(["validate", *longer]) == 2
    assert capsys.readouterr().err.count("error: ") == 1
    assert {path: path.read_bytes() for path in before} == before


def test_the_extra_is_asked_for(monkeypatch: pytest.MonkeyPatch, capsys: Said) -> None:
    monkeypatch.setitem(__import__("sys").modules, "scoringrules", None)
    assert "pip install 'rift-sim[validate]'" in refused(capsys, "--waves", "none")


@pytest.mark.long
def test_onset_between_waves_of_ones_own(
    data: Callable[..., Path], here: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On made-up waves: the ELN of Antioquia spreads to every third place."""
    from rift_sim.cli import validation

    monkeypatch.setattr(validation, "_ONSET_REPLICATES", 20)
    territory = load_territory()
    places = [c for c, zone in zip(territory.code, territory.is_zone, strict=True) if not zone]
    lines = ["mpio_code,year,group"]
    lines += [f"{code},{year},ELN" for code in places if code[:2] == "05" for year in (2022, 2023)]
    lines += [f"{code},2023,ELN" for code in places[::3] if code[:2] != "05"]
    folder = data(pares_presence="\n".join(lines) + "\n")
    chosen = [*TINY, "-o", "out"]
    chosen[chosen.index("none")] = "2022,2023"
    assert main(["validate", str(folder), *chosen]) == 0
    said = capsys.readouterr()
    assert "model, later events known" in said.out
    out = here / "out"
    rows = table(out / "onset.csv")
    assert {row["event"] for row in rows} == {"onset"}
    expected = sum(code[:2] != "05" for code in places[::3])
    assert {row["events"] for row in rows} == {str(expected)}
    assert (out / "figures" / "onset.png").is_file()
    run = load(out / "runs" / "onset-forecast")
    assert run.replicates == 20
    presence = run.scenario.initial.presence
    assert presence is not None
    assert presence.file == out / "inputs" / "presence-2022.csv"
    assert presence.coverage == validation._COVERAGE
    # Every place of the first wave is in the start of every replicate.
    assert (out / "onset.md").read_text(encoding="utf-8").startswith("| event |")
