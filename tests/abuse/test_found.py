"""What damaged files once broke, one test for each; bad scenarios stand in ``scenario/bad``."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rift_sim.analysis.validation.own_scores import read_scores
from rift_sim.errors import InputError
from rift_sim.initial.place_file import read_figures
from rift_sim.model import World
from rift_sim.observed import load_targets
from rift_sim.physics.capability import leadership_step
from rift_sim.plaintext import read_bytes, read_text
from rift_sim.replicate import simulate
from rift_sim.resources import shipped
from rift_sim.scenario import Scenario, load_scenario, resolved_yaml
from rift_sim.seeds import load_ledger
from rift_sim.seeds.posterior import read_posterior
from rift_sim.yamlfile import parse_yaml

Maker = Callable[..., Scenario]
GOOD = Path(__file__).parents[1] / "seeds" / "good"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("scored: [", "scored: [[2011], ", "scored"),
        ("scored: [", "scored: [{2011: 1}, ", "scored"),
        ("scored: [", "scored: [２０１１-２０１２, ", "scored"),
    ],
)
def test_a_year_of_a_target_is_a_number(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = (shipped("seeds") / "targets.yaml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "targets.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=says):
        load_targets(tmp_path)


def test_claims_that_need_each_other_densely_are_checked_at_once(tmp_path: Path) -> None:
    # Each needs all before it: more ways lead through them than could ever be followed.
    shutil.copytree(GOOD, tmp_path / "seeds")
    file = tmp_path / "seeds" / "claims.yaml"
    text = file.read_text(encoding="utf-8")
    last = "    label: later\n"
    entry = text[text.index("  C02:") :]
    for number in range(3, 40):
        needs = ", ".join(f"C{n:02d}" for n in range(2, number))
        text += entry.replace("C02:", f"C{number:02d}:").replace(
            last, f"    needs: [{needs}]\n{last}"
        )
    file.write_text(text, encoding="utf-8")
    begun = time.process_time()
    assert len(load_ledger(tmp_path / "seeds").claims) == 39
    assert time.process_time() - begun < 60.0
    file.write_text(text.replace(last, f"    needs: [C39]\n{last}", 1), encoding="utf-8")
    (tmp_path / "seeds").rename(tmp_path / "circle")
    with pytest.raises(InputError, match="in a circle: C02 -> C39 -> C02"):
        load_ledger(tmp_path / "circle")


def test_a_cell_longer_than_a_reader_takes(tmp_path: Path) -> None:
    long = "z" * 140_000
    scores = (shipped("seeds") / "scores.csv").read_text(encoding="utf-8")
    file = tmp_path / "x.csv"
    file.write_text(scores + long + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="not of this table"):
        read_scores(file)
    file.write_text(f"loss_rate\n{long}\n", encoding="utf-8")
    with pytest.raises(InputError, match="not a CSV table"):
        read_posterior(file, load_ledger())


def test_files_are_read_up_to_a_size(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(b"a" * 11)
    assert read_bytes(file, limit=11) == b"a" * 11
    with pytest.raises(InputError, match=r"x\.csv: the file is too large; allowed: up to 10 bytes"):
        read_bytes(file, limit=10)
    file.write_bytes(b"a\n\0")
    with pytest.raises(InputError, match=r"x\.csv:2: the file is not text in UTF-8"):
        read_text(file)
    with pytest.raises(InputError, match="a folder, not a file"):
        read_text(tmp_path)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("13001,1e308", "'1e308' is not a figure; allowed: 0 to 1,000,000,000"),
        ("EC-CAR,5", "unknown municipality 'EC-CAR'"),
        ("٠٥٠٠١,5", "unknown municipality"),
    ],
)
def test_figures_of_places(make_scenario: Maker, tmp_path: Path, rows: str, says: str) -> None:
    world = World(make_scenario(small=True))
    file = tmp_path / "coca.csv"
    file.write_text(f"code,value\n{rows}\n", encoding="utf-8")
    with pytest.raises(InputError, match=says):
        read_figures(file, None, "initial.coca", ("value",), world.territory, world.scenario.start)


def test_years_of_many_digits_are_no_years(make_scenario: Maker, tmp_path: Path) -> None:
    world = World(make_scenario(small=True))
    file = tmp_path / "coca.csv"
    file.write_text(f"code,value,year\n13001,5,{'9' * 5000}\n", encoding="utf-8")
    with pytest.raises(InputError, match="no year before the start"):
        read_figures(file, None, "initial.coca", ("value",), world.territory, world.scenario.start)


def test_a_department_without_a_place_on_the_map(make_scenario: Maker, tmp_path: Path) -> None:
    # Its figure is left out with a warning; the other departments have places without figures.
    file = tmp_path / "displaced.csv"
    file.write_text("code,value\n05,90\n13,10\n91,50\n", encoding="utf-8")
    world = World(make_scenario(small=True, initial={"displaced": str(file)}, end="2026-02"))
    assert any("left out: 91" in warning for warning in world.warnings)
    assert world.displaced is not None
    assert world.displaced.share.tolist() == [0.9, 0.1]
    shares = world.displaced_by_place
    assert shares is not None
    assert shares.sum() == pytest.approx(1.0)
    assert np.isfinite(simulate(world, 0)["newly_displaced"]).all()


def test_a_scenario_with_long_lines_comes_back_whole() -> None:
    question = "Does" + " " * 1500 + "it" + " " * 1500 + "read?"
    scenario = load_scenario("reference").model_copy(update={"question": question})
    again = Scenario.model_validate(parse_yaml(resolved_yaml(scenario), "x.yaml").data)
    assert again == scenario


def test_experience_stays_between_nothing_and_full_strength() -> None:
    # A rate of 24 a year brings it back twice over in a month.
    assert leadership_step(0.5, 24.0, 0.0) == 1.0
    assert leadership_step(0.01, 0.0, -0.5) == 0.0
    assert leadership_step(0.5, 0.6, 0.6) == pytest.approx(0.55)


def test_messages_are_short_and_can_be_printed() -> None:
    error = InputError(
        "x" * 5000, file="f" * 5000, key="a\x1b[31m\n\udcff" * 300, allowed="y" * 9000
    )
    assert len(str(error)) < 6000
    assert str(error).isprintable()
    assert "[...]" in str(error)
    assert error.problem == "x" * 5000
