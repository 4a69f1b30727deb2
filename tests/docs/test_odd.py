"""The ODD description is what the ledger and the code say, and leaves nothing out."""

from __future__ import annotations

import ast
import re
import sys
from functools import cache
from pathlib import Path

import pytest
from code_names import resolve

# The tools are not part of the package; tests run from a checkout.
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tools.odd import __main__ as command  # noqa: E402
from tools.odd.code import SHOWING, Code, Function, read  # noqa: E402
from tools.odd.document import Equation, equations, fill, fill_parameters  # noqa: E402
from tools.odd.reading import claim_uses, parameter_uses, stream_uses  # noqa: E402
from tools.odd.schedule import schedule  # noqa: E402
from tools.odd.streams import COORDINATES  # noqa: E402
from tools.odd.tables import MODEL  # noqa: E402

import rift_sim  # noqa: E402
from rift_sim.agents.politics import HANDLERS  # noqa: E402
from rift_sim.model import RiftModel  # noqa: E402
from rift_sim.physics.streams import Process  # noqa: E402
from rift_sim.seeds import load_ledger  # noqa: E402
from rift_sim.yamlfile import read_yaml  # noqa: E402

ODD, TABLES = (ROOT / name for name in command.FILES)
TEXT = ODD.read_text(encoding="utf-8")
OWN = re.sub(r"<!-- generated.*?<!-- /generated -->", "", TEXT, flags=re.DOTALL)
EQUATIONS = equations(TEXT)
LEDGER = load_ledger()
COMMON = {0.0, 0.5, 1.0, 2.0, 12.0}
"""Numbers of arithmetic and of the calendar, which no equation has to explain."""
GUARD = 1e-6
"""Numbers up to this keep a divisor or a logarithm from zero."""
CONCEPTS = (
    "Basic principles", "Emergence", "Adaptation", "Objectives", "Learning", "Prediction",
    "Sensing", "Interaction", "Stochasticity", "Collectives", "Observation",
)  # fmt: skip


def code() -> Code:
    return read(ROOT / "src" / "rift_sim")


@cache
def rendered() -> dict[Path, str]:
    return command.render()


@pytest.mark.parametrize("file", [ODD, TABLES], ids=lambda file: file.name)
def test_the_committed_text_is_current(file: Path) -> None:
    assert file.read_text(encoding="utf-8") == rendered()[file]


def test_the_command_says_what_is_not_current(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        command, "render", lambda: {ODD: TEXT + "more\n", TABLES: rendered()[TABLES]}
    )
    assert command.main(["--check"]) == 1
    said = capsys.readouterr()
    assert said.out == "docs/odd.md: not current\n"
    assert "--write" in said.err


def test_what_is_written_by_hand_stays_and_what_is_generated_does_not() -> None:
    before = "one\n<!-- generated: month -->\nold\n<!-- /generated -->\ntwo\n"
    after = "one\n<!-- generated: month -->\n\nnew\n\n<!-- /generated -->\ntwo\n"
    assert fill(before, {"month": "new"}) == after
    bullets = "- **Parameters:**\n    - nonsense `loss_rate` nonsense\n"
    assert "**l** (1/year): effect E032 of " in fill_parameters(bullets, LEDGER)
    with pytest.raises(KeyError):
        fill_parameters("- **Parameters:**\n    - `los_rate`\n", LEDGER)


def test_it_has_the_elements_of_the_protocol() -> None:
    heads = re.findall(r"^## (\d)\. (.+)$", TEXT, re.MULTILINE)
    assert [int(number) for number, _ in heads] == list(range(1, 8))
    concepts = TEXT.partition("## 4. ")[2].partition("\n## 5. ")[0]
    assert tuple(re.findall(r"^\*\*(.+?)\.\*\*", concepts, re.MULTILINE)) == CONCEPTS


def test_equations_are_numbered_and_whole() -> None:
    assert [e.number for e in EQUATIONS] == list(range(1, len(EQUATIONS) + 1))
    for equation in EQUATIONS:
        assert "```text\n" in equation.text, equation.title
        for line in ("Code", "Claims", "Form", "Numbers"):
            assert equation.line(line), f"{equation.title}: {line}"
        assert equation.code, equation.title
        formula = equation.text.partition("```text\n")[2].partition("```")[0]
        assert max(map(len, formula.splitlines())) <= 105, f"{equation.title} is too wide to read"


def test_every_path_of_code_resolves() -> None:
    paths = set(re.findall(r"`(rift_sim(?:\.\w+)+)`", TEXT + TABLES.read_text(encoding="utf-8")))
    assert len(paths) > 100
    for path in sorted(paths):
        resolve(path)


def test_every_test_and_document_that_it_names_is_there() -> None:
    for file in (ODD, TABLES):
        text = file.read_text(encoding="utf-8")
        named = set(re.findall(r"`(tests/[\w/.]+|benchmarks/\w+)`", text))
        for name in named:
            assert (ROOT / name).exists(), name
        for target, anchor in re.findall(r"\]\(([\w.-]*)(?:#([\w-]+))?\)", text):
            other = file.parent / target if target else file
            assert other.exists(), target
            if anchor:
                assert anchor in anchors(other), f"{other.name}#{anchor}"


@cache
def anchors(file: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {"-".join(re.sub(r"[^\w\s-]", "", head.lower()).split()) for head in heads}


def test_every_kernel_of_the_month_is_in_an_equation() -> None:
    """Or among those of which section 3 says that they change no number."""
    month = "rift_sim.physics.month"
    called = {
        path
        for function in code().functions.values()
        if function.module == month
        for node in function.nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        for path in [code().named(month, node.func.id)]
        if path in code().functions and not path.startswith(month)
    }
    public = {p for p in called if p.rpartition(".")[2] in resolve(p.rpartition(".")[0]).__all__}  # type: ignore[attr-defined]
    public -= {f"rift_sim.physics.{p}" for p in ("elementary.exp", "streams.stream_key")}
    assert len(public) > 25
    explained = {path for e in EQUATIONS for path in e.code}
    listed = set(
        re.findall(r"`(rift_sim\.[\w.]+)`", OWN.partition("## 3. ")[2].partition("## 4.")[0])
    )
    assert public <= explained | listed
    assert public - explained == {
        "rift_sim.physics.outside.add_pull",
        "rift_sim.physics.outside.raise_to",
        "rift_sim.physics.outside.scale_by",
        "rift_sim.physics.reach.list_footholds",
        "rift_sim.physics.tally.tally_month",
    }


def test_every_parameter_is_read_explained_and_listed() -> None:
    uses = parameter_uses(code(), LEDGER, ROOT / "seeds" / "targets.yaml")
    explained = {name for e in EQUATIONS for name in e.parameters}
    table = TABLES.read_text(encoding="utf-8")
    for name in LEDGER.parameters:
        assert uses.get(name), f"nothing reads {name}"
        assert name in explained, f"no equation has {name}"
        assert table.count(f"\n| `{name}` |") == 1
    assert explained == set(LEDGER.parameters)


def test_packages_that_are_not_read_read_no_draw() -> None:
    files = [file for part in SHOWING for file in (ROOT / "src/rift_sim" / part).rglob("*.py")]
    assert len(files) > 50
    for file in files:
        assert not re.search(
            r"\bProcess\.[A-Z]|\bdraw(?:\[|\.\w)", file.read_text(encoding="utf-8")
        ), file


def test_symbols_of_an_equation_are_distinct() -> None:
    for equation in EQUATIONS:
        symbols = [LEDGER.parameters[name].symbol for name in equation.parameters]
        assert len(set(symbols)) == len(symbols), equation.title


def test_symbols_stand_in_the_formula_of_their_equation() -> None:
    """In the formula or the words below it, by symbol or id; `p[left]` as `p[type]`."""
    missing = []
    for equation in EQUATIONS:
        shown = equation.text.partition("- **Code")[0]
        for name in equation.parameters:
            stem = LEDGER.parameters[name].symbol.partition("[")[0]
            words = "|".join(re.escape(word) for word in (stem, name))
            if not re.search(rf"(?<!\w)(?:{words})(?!\w)", shown):
                missing.append(f"{equation.title}: {stem} of {name}")
    assert not missing


def test_claims_below_an_equation_are_those_that_switch_its_code() -> None:
    asked = claim_uses(code())
    for equation in EQUATIONS:
        found = [claim for claim, places in asked.items() if set(places) & set(equation.code)]
        assert equation.claims == found, equation.title


def test_every_claim_has_an_equation_and_a_row() -> None:
    table = TABLES.read_text(encoding="utf-8")
    switched = {claim for e in EQUATIONS for claim in e.claims}
    for claim in LEDGER.claims:
        assert claim in switched
        assert table.count(f"\n| **{claim}** |") == 1


def test_every_form_has_a_source() -> None:
    for equation in EQUATIONS:
        form = equation.line("Form")
        named = re.findall(r"`(\w+)`", form)
        assert "judgement" in form or named, equation.title
        assert set(named) <= set(LEDGER.sources), equation.title
    for name in re.findall(r"\(source `(\w+)`\)", TEXT):
        assert name in LEDGER.sources
    known = {*LEDGER.facts, *LEDGER.effects}
    for name in re.findall(r"\b(?:fact|effect|facts) ([A-Z][A-Z_0-9]+)\b", OWN):
        assert name in known, name


def numbers_in(function: Function) -> set[float]:
    """Return what is a quantity in the body of a function; whole numbers count and index."""
    return {
        node.value
        for node in function.nodes
        if isinstance(node, ast.Constant)
        and isinstance(node.value, float)
        and node.value not in COMMON
        and abs(node.value) > GUARD
    }


def figures(text: str) -> set[float]:
    return {float(n.replace(",", "")) for n in re.findall(r"(?<![\w.])\d[\d,]*(?:\.\d+)?", text)}


def test_numbers_in_the_code_of_an_equation_stand_below_it() -> None:
    below: dict[str, set[float]] = {}
    for equation in EQUATIONS:
        text = re.sub(r"- \*\*Parameters.*", "", equation.text, flags=re.DOTALL)
        for path in equation.code:
            below.setdefault(path, set()).update(figures(text))
    missing = {
        path: sorted(numbers_in(code().functions[path]) - known)
        for path, known in below.items()
        if numbers_in(code().functions[path]) - known
    }
    assert not missing


def test_what_numbers_of_an_equation_are_is_said() -> None:
    said = " ".join(TEXT.split())
    assert "they are judgement unless the line says otherwise" in said
    table = TABLES.read_text(encoding="utf-8")
    for constant in code().constants(*MODEL):
        assert f"| `{constant.path.removeprefix('rift_sim.')}` | {constant.value:g} |" in table


def test_every_kind_of_event_is_explained() -> None:
    table = OWN.partition("## 6. ")[2].partition("\n## 7. ")[0]
    first = " ".join(re.findall(r"^\| (.+?) \|", table, re.MULTILINE))
    assert set(re.findall(r"`(\w+)`", first)) == set(HANDLERS)


def test_every_stream_is_listed_and_drawn_in_the_month_where_it_says() -> None:
    assert list(COORDINATES) == [process.name for process in Process]
    uses = stream_uses(code())
    model = ("rift_sim.agents", "rift_sim.physics")
    of_the_month = {
        name for name, places in uses.items() if any(place.startswith(model) for place in places)
    }
    drawn = {name for step in schedule(code()) for name in step.streams}
    assert drawn == of_the_month
    assert {name for name in COORDINATES if name not in uses} == {"INITIAL_STOCK"}


def test_the_month_is_told_in_the_order_in_which_it_is_lived() -> None:
    """Follow the agents through a September of the reference, and compare."""
    model = RiftModel("reference", replicate=0)
    while model.month.month != 8:
        model.step()
    lived: dict[str, None] = {}
    modules = ("rift_sim.agents", "rift_sim.model")

    def watch(frame: object, event: str, _: object) -> None:
        if event == "call":
            module = frame.f_globals.get("__name__", "")  # type: ignore[attr-defined]
            if module.startswith(modules):
                lived[f"{module}.{frame.f_code.co_qualname}"] = None  # type: ignore[attr-defined]

    sys.setprofile(watch)
    try:
        model.step()
    finally:
        sys.setprofile(None)
    told = [step.path for step in schedule(code())]
    steps = [path for path in lived if path in told]
    assert len(steps) > 25
    assert steps == sorted(steps, key=told.index)


def test_the_citation_is_that_of_this_version() -> None:
    citation = read_yaml(ROOT / "CITATION.cff").data
    assert citation["version"] == rift_sim.__version__
    assert {"cff-version", "message", "title", "authors", "license", "type"} <= set(citation)


def test_an_equation_reads_its_lines() -> None:
    text = "\n- **Code:** `rift_sim.a.b`,\n  `rift_sim.c`\n- **Claims:** C01, C02\n"
    text += "- **Parameters:**\n    - `x`\n"
    equation = Equation(3, "A, b", text)
    assert equation.code == ["rift_sim.a.b", "rift_sim.c"]
    assert equation.claims == ["C01", "C02"]
    assert equation.parameters == ["x"]
    assert equation.anchor == "equation-3-a-b"
