"""How bad input reads, and the short names that options share."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from rift_sim.cli.app import command
from rift_sim.errors import InputError
from rift_sim.outputs import check_folder, check_output

LEVELS = ("aid=restored, attrition=recovers", "aid=none, attrition=as-is")
ANOTHER = "the file exists already; allowed: another name, or --force to replace it"


def test_names_with_commas_are_quoted() -> None:
    error = InputError("there is no such scenario", allowed=[*LEVELS, "plain"])
    assert str(error).endswith(f"allowed: '{LEVELS[0]}', '{LEVELS[1]}', plain")
    assert str(InputError("no", allowed="wait, or stop it")) == "no; allowed: wait, or stop it"


def test_the_nearest_name_comes_before_a_long_list() -> None:
    short = InputError("no", key="k", allowed=["one", "two"], given="onne")
    assert str(short) == "k: no; allowed: one, two; did you mean 'one'?"
    names = [f"name-{number:02d}" for number in range(40)]
    long = InputError("no", key="k", allowed=names, given="nmae-07")
    assert str(long).startswith("k: no; did you mean 'name-07'? allowed: name-00, name-01, ")
    assert str(pickle.loads(pickle.dumps(long))) == str(long)


@pytest.mark.parametrize(
    ("name", "long", "short"),
    [
        *((name, "--out", "-o") for name in ("run", "compare", "claims", "uncertainty")),
        *((name, "--out", "-o") for name in ("plot", "map", "report", "export", "validate")),
        *((name, "--workers", "-j") for name in ("run", "claims", "explain", "uncertainty")),
        *((name, "--workers", "-j") for name in ("validate", "calibrate")),
        *((name, "--replicates", "-n") for name in ("run", "compare", "export", "validate")),
    ],
)
def test_options_have_the_same_short_names(name: str, long: str, short: str) -> None:
    (found,) = [option.opts for option in command().commands[name].params if long in option.opts]
    assert set(found) == {long, short}


def test_outputs_that_are_there(tmp_path: Path) -> None:
    file = tmp_path / "mine"
    file.write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match=ANOTHER):
        check_output(file, force=False)
    check_output(file, force=True)
    check_output(tmp_path / "new", force=False)
    check_folder(tmp_path / "new" / "deeper", "--figures")
    with pytest.raises(InputError, match="mine: --figures: is a file; allowed: a folder"):
        check_folder(file / "deeper", "--figures")
