"""Tables of posterior draws: what is read, what is refused, and how replicates draw from them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rift_sim.cli import main
from rift_sim.ensemble.run import run
from rift_sim.errors import InputError
from rift_sim.initial.world import World
from rift_sim.parameters import Beliefs
from rift_sim.scenario import Scenario, digest, expand, load_scenario
from rift_sim.seeds import load_ledger
from rift_sim.seeds.posterior import (
    PROVENANCE,
    Posterior,
    load_posterior,
    posterior_names,
    posterior_text,
    read_posterior,
)

HEAD = "# window: to-2019\n# seed: 7\n"
GOOD = HEAD + "deterrence,recruitment_rent\n0.1,0.2\n0.3,0.4\n\n0.5,0.6\n"
BAD = {
    "unknown key": ("# windw: x\n", 1, "windw", "did you mean 'window'?"),
    "twice a key": (HEAD + "# seed: 8\n", 3, "seed", "duplicate key"),
    "no key": (HEAD + "# to-2019\n", 3, None, "# key: value"),
    "nothing": (HEAD, None, None, "the table is empty"),
    "no draw": (HEAD + "deterrence\n", 3, None, "has no draw"),
    "unknown": (HEAD + "deterrense\n0.1\n", 3, "deterrense", "(column 1)", "'deterrence'?"),
    "twice": (HEAD + "deterrence,deterrence\n0.1,0.1\n", 3, "deterrence", "stands twice"),
    "outside": (GOOD + "0.1,-7\n", 8, "recruitment_rent", "-7 lies outside", "allowed: 0 to"),
    "nan": (GOOD + "nan,0.2\n", 8, "deterrence", "'nan' is not a finite number"),
    "infinite": (GOOD + "0.1,inf\n", 8, "recruitment_rent", "'inf' is not a finite number"),
    "text": (GOOD + "much,0.2\n", 8, "deterrence", "'much' is not a finite number"),
    "empty cell": (GOOD + "0.1,\n", 8, "recruitment_rent", "the cell is empty"),
    "short": (GOOD + "0.1\n", 8, None, "1 cells under 2 columns"),
    "quote": (GOOD + '"0.1"x,0.2\n', 8, None, "not a CSV table"),
}


def table(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "posterior-test.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", BAD)
def test_one_clear_message(name: str, tmp_path: Path) -> None:
    text, line, key, *says = BAD[name]
    file = table(tmp_path, text)
    with pytest.raises(InputError) as caught:
        read_posterior(file, load_ledger())
    assert (caught.value.file, caught.value.line, caught.value.key) == (str(file), line, key)
    for words in says:
        assert words in str(caught.value)


def test_not_text(tmp_path: Path) -> None:
    file = tmp_path / "posterior-test.csv"
    file.write_bytes(b"deterrence\n\xff\n")
    with pytest.raises(InputError, match="not text in UTF-8"):
        read_posterior(file, load_ledger())


def test_what_is_written_is_read_to_eight_figures(tmp_path: Path) -> None:
    rows = np.random.default_rng(1).random((50, 2))
    text = posterior_text(("deterrence", "recruitment_rent"), rows, {"window": "x", "seed": 3})
    found = read_posterior(table(tmp_path, text), load_ledger())
    np.testing.assert_allclose(found.rows, rows, rtol=5e-8)
    assert found.provenance == {"window": "x", "seed": "3"}
    assert found.describe() == "posterior-test.csv (50 draws of 2 parameters, window x)"


def test_a_table_is_taken_apart_once_until_it_changes(tmp_path: Path) -> None:
    ledger = load_ledger()
    first = read_posterior(table(tmp_path, GOOD), ledger)
    assert read_posterior(table(tmp_path, GOOD), ledger) is first
    other = read_posterior(table(tmp_path, GOOD.replace("0.3", "0.7")), ledger)
    assert other.digest != first.digest
    np.testing.assert_array_equal(other.rows - first.rows, [[0, 0], [0.7 - 0.3, 0], [0, 0]])


def test_a_replicate_takes_a_whole_row_and_the_rest_keeps_its_bits(tmp_path: Path) -> None:
    ledger = load_ledger()
    found = read_posterior(table(tmp_path, GOOD), ledger)
    plain, informed = Beliefs(ledger), Beliefs(ledger, None, found)
    taken = []
    for replicate in range(300):
        before, after = plain.draw(5, replicate), informed.draw(5, replicate)
        taken.append((after.deterrence, after.recruitment_rent))
        assert {n: v for n, v in before.items() if n not in found.names} == {
            n: v for n, v in after.items() if n not in found.names
        }
    assert set(taken) == {(0.1, 0.2), (0.3, 0.4), (0.5, 0.6)}
    # A third of 300 each; five standard deviations are 41.
    assert all(abs(taken.count(row) - 100) < 41 for row in set(taken))
    assert informed.draw(5, 3) == informed.draw(5, 3)
    assert [informed.draw(6, r).deterrence for r in range(20)] != [row[0] for row in taken[:20]]


def test_the_row_does_not_hang_on_the_draws_of_parameters() -> None:
    """The number that chooses a row is none of those that choose values."""
    ledger = load_ledger()
    names = ("deterrence",)
    many = Posterior(names, np.linspace(0.0, 1.0, 1001)[:, None].tolist(), {})
    quantile = np.array([Beliefs(ledger, None, many).draw(1, r).deterrence for r in range(400)])
    for name in ("recruitment_rent", "deterrence", "loss_rate"):
        drawn = [Beliefs(ledger).draw(1, r)[name] for r in range(400)]
        assert abs(np.corrcoef(quantile, drawn)[0, 1]) < 0.2


def test_assumptions_come_before_the_table(tmp_path: Path) -> None:
    ledger = load_ledger()
    found = read_posterior(table(tmp_path, GOOD), ledger)
    both = Beliefs(ledger, {"deterrence": 0.9}, found)
    alone = Beliefs(ledger, None, found)
    for replicate in range(10):
        assert both.draw(1, replicate).deterrence == 0.9
        assert both.draw(1, replicate).recruitment_rent == alone.draw(1, replicate).recruitment_rent


def test_scenarios_name_tables(tmp_path: Path, make_scenario: Callable[..., Scenario]) -> None:
    file = table(tmp_path, GOOD)
    world = World(make_scenario(small=True, parameters=str(file)))
    assert world.posterior is not None
    assert world.beliefs.draw(1, 0).deterrence in (0.1, 0.3, 0.5)
    assert World(make_scenario(small=True)).posterior is None


def test_a_table_counts_by_content(tmp_path: Path, make_scenario: Callable[..., Scenario]) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    for file in (first, second):
        file.write_text(GOOD, encoding="utf-8")
    same = [digest(make_scenario(parameters=str(file))) for file in (first, second)]
    assert same[0] == same[1] != digest(make_scenario())
    second.write_text(GOOD + "0.2,0.2\n", encoding="utf-8")
    assert digest(make_scenario(parameters=str(second))) != same[0]


def test_paths_are_relative_to_the_file_that_names_them(tmp_path: Path) -> None:
    file = table(tmp_path, GOOD)
    (tmp_path / "parent.yaml").write_text(
        "name: parent\nextends: reference\nparameters: posterior-test.csv\n"
        "sweep: {view: {own: {parameters: posterior-test.csv}, prior: {parameters: prior}}}\n"
    )
    (tmp_path / "child.yaml").write_text("name: child\nextends: parent.yaml\n")
    scenario = load_scenario(tmp_path / "child.yaml")
    assert scenario.parameters == str(file.resolve())
    assert [p.parameters for _, p in expand(scenario)] == [str(file.resolve()), "prior"]


def test_a_table_that_went_away(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        load_posterior(str(tmp_path / "gone.csv"), load_ledger())
    with pytest.raises(InputError, match="there is no shipped table 'posteriro'"):
        load_posterior("posteriro", load_ledger())


def test_check_and_manifest_name_the_table(
    tmp_path: Path, make_scenario: Callable[..., Scenario], capsys: pytest.CaptureFixture[str]
) -> None:
    file = table(tmp_path, GOOD)
    assert main(["check", "reference", "--set", f"parameters={file}"]) == 0
    assert "from posterior-test.csv (3 draws of 2 parameters" in capsys.readouterr().out
    file.write_text(GOOD + "0.1,x\n", encoding="utf-8")
    assert main(["check", "reference", "--set", f"parameters={file}"]) == 2
    assert f"{file}:8: recruitment_rent: 'x' is not" in capsys.readouterr().err
    with pytest.raises(InputError, match="'x' is not a finite number"):
        run(make_scenario(small=True, parameters=str(file)), out=tmp_path / "run", workers=1)
    assert not (tmp_path / "run").exists()
    file.write_text(GOOD, encoding="utf-8")
    scenario = make_scenario(small=True, end="2026-02", parameters=str(file))
    found = run(scenario, out=tmp_path / "run", workers=1).manifest["parameters"]
    assert found["sha256"] == hashlib.sha256(GOOD.encode()).hexdigest()
    assert (found["draws"], found["provenance"]["window"]) == (3, "to-2019")


@pytest.mark.parametrize("name", posterior_names())
def test_shipped_tables_are_whole(name: str) -> None:
    found = load_posterior(name, load_ledger())
    assert found is not None
    assert len(found.rows) >= 500
    assert set(PROVENANCE) <= set(found.provenance)
    assert (found.rows.std(axis=0) > 0.0).all()
    window = found.provenance["window"].removeprefix("to-")
    assert found.provenance["config"] == f"calibration-{window}.yaml"


def test_the_latest_window_is_the_posterior() -> None:
    found = load_posterior("posterior", load_ledger())
    assert found is not None
    assert found.provenance["window"] == "to-2025"
