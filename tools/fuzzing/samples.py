"""Files that are in order, one set for each format: what mutations start from."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

__all__ = [
    "EXPRESSIONS",
    "FILES_OF_HISTORY",
    "MAPS",
    "SELECTIONS",
    "SETTINGS",
    "SMALL_MAP",
    "names",
    "shipped",
    "small_ledger",
]

ROOT = Path(__file__).resolve().parents[2]

SMALL_MAP = {
    "places.csv": """\
code,name,longitude,latitude,population,area_km2,rural_share,remoteness,border,coast
05001,A,-75.0,6.0,500000,380,0.02,0,,
05002,B,-75.1,6.1,20000,500,0.5,0.3,,caribbean
05004,C,-75.2,6.2,10000,300,0.6,0.5,VE;PA,
05021,D,-75.3,6.3,5000,220,0.7,0.8,EC,pacific
13001,E,-75.4,6.4,1000,80,0.8,1,,
""",
    "links.csv": "a,b\n05001,05002\n05002,05004\n05004,05021\n05021,13001\n",
}
"""A map of five places."""

MAPS = {
    "presence.csv": "code,group\n05001,EGC\n05004,ELN\n05021,EGC\n13001,EGC\n",
    "coca.csv": "code,year,coca_ha\n05004,2023,120.5\n05004,2024,130\n05021,2024,40\n13,2024,7\n",
    "displaced.csv": "code,year,value\n05001,2023,10\n05001,2024,10\n05004,2024,250\n13,2024,31\n",
    "draws.csv": "# window: to-2025\n# seed: 2025\nloss_rate,coca_growth\n0.14,0.1\n0.2,0.12\n",
    "design.csv": "aid,effort\nkept,0.2\ngone,0.4\n",
}
"""Further files that a scenario may name."""

_EVERYTHING = """\
name: everything
title: All that a scenario can say
question: Does it read?
start: 2026-01
end: 2026-12
replicates: 4
seed: 7
parameters: draws.csv
assumptions:
  recruitment_rent: 0.5
  deterrence: {distribution: uniform, low: 0.2, high: 0.6}
  loss_rate: {distribution: lognormal, median: 0.1, sigma: 0.2}
mechanisms: {C05: off, C17: on}
history:
  - {date: 2025-06, id: talks, note: why, source: judgement, talks: {groups: [ELN], open: true}}
  - date: 2024-05
    aid: {all: 1, carve_out: {security: 0.5}, over_months: 3, hold: true}
timeline:
  - {date: 2026-02, id: cut, aid: {security: 0.5, development: 0}}
  - {date: 2026-03, commanders: {retire: 0.15, every: year}}
  - {date: 2026-03, force_size: {change: -0.05, over_months: 6}}
  - {date: 2026-04, eradication: {hectares_per_year: 20000, method: manual}}
  - {date: 2026-04, intelligence_sharing: 0.5, extradition: 0}
  - {date: 2026-05, sanctuary: {country: venezuela, level: 0.5}}
  - {date: 2026-05, diplomacy: {effect: -0.5, kind: recall}}
  - {date: 2026-06, cooperation: {interest: drugs, effort: 0.5}}
  - {date: 2026-06, posture: {pressure: 1.5, talks: false}}
  - {date: 2026-07, inauguration: {president: {left: 0.5, right: 0.5}}}
  - {date: 2026-08, tariff: {rate: 25, by: us}, certification: waiver}
  - {date: 2026-09, pact: [EGC, ELN]}
  - {date: 2026-10, id: strike, strike: {group: ELN, severity: 0.1}}
initial:
  presence: {file: presence.csv, coverage: 0.8}
  coca: coca.csv
  displaced: {file: displaced.csv, year: 2024}
territory: {municipalities: places.csv, neighbours: links.csv, strict: false}
observe: [control, members, coca_ha]
"""
_SWEEP = """\
name: two
title: Aid kept and gone
extends: parent.yaml
end: 2026-06
sweep:
  aid:
    kept: {}
    gone: {timeline: [{date: 2026-02, aid: {all: 0}}], mechanisms: {C05: off}}
  effort: {set: assumptions.deterrence, values: [0.2, 0.4]}
  luck: {set: seed, values: [2026, 7]}
design:
  - {aid: kept, effort: "0.2", luck: "7"}
  - {aid: gone, effort: "0.4", luck: "2026"}
"""
_CHILD = """\
name: child
extends: parent.yaml
end: 2026-10
timeline:
  - {date: 2026-04, id: cut, aid: {all: 0, hold: true}}
  - {id: late, drop: true}
"""
_PARENT = """\
name: parent
title: A parent
start: 2026-01
end: 2026-12
territory: {municipalities: places.csv, neighbours: links.csv}
timeline:
  - {date: 2026-03, id: cut, aid: {all: 0.5}}
  - {date: 2026-09, id: late, extradition: 0}
"""
_PAST = """\
name: past
title: Years gone by
start: 2018-01
end: 2020-12
territory: {municipalities: places.csv, neighbours: links.csv}
"""
_CALIBRATION = """\
scenario: past.yaml
window: to-2025
parameters: {ids: [loss_rate, coca_growth], sections: [coca], without: [coca_headroom]}
summaries: {displaced_register: 0.5, coca_national: 1}
population: 400
accept: 0.05
generations: 1
seed: 2025
batch: 64
predictive: 300
draws: 1000
stop: {epsilon: 0.1, acceptance: 0.01, simulations: 5000}
"""

FILES_OF_HISTORY = {
    "municipalities.csv": "mpio_code,pop_2020,pop_2025\n05001,2500000,2600000\n05002,20000,21000\n",
    "adjacency_mpio.csv": "mpio_a,mpio_b,shared_border_km\n05001,05002,12.5\n05002,05004,3\n",
    "pares_presence_2022.csv": "code,year,group\n05001,2022,EGC\n05004,2022,ELN\n13001,2018,EGC\n",
    "ruv_displacement_mpio_2013.csv": (
        "mpio_code,year,displaced_ruv,scale_ambiguous\n"
        "05001,2013,120,0\n05004,2013,40,1\n05004,2008,0,0\n"
    ),
    "coca_mpio_2019.csv": "code,year,coca_ha\n05004,2018,120.5\n05004,2019,99\n13001,2019,0\n",
    "homicides_mpio_2019.csv": "code,year,homicides\n05001,2018,600\n05001,2019,590\n13001,2019,9",
    "vipaa_mpio_year_actor.csv": (
        "mpio_code,year,actor_main,actor_sub,events\n"
        "05001,2018,Government,Army,3\n05001,2018,Guerrilla,ELN,2\n"
    ),
}
"""Made-up rows in the format of every data file."""

EXPRESSIONS = (
    "control > 0.4",
    "control@2026-02 > 0.4 and members[EGC]@2026-03 >= 12000",
    "not (control < 0.2)",
    "newly_displaced[05]@2026 > coca_ha@sum or capability <= 1",
    "control@end < members",
    "control_department[Antioquia] >= 1.5e-3",
    "(control > 0.1) and (not (control > .9) or members < 5)",
    "relationship_index > 0",
    "aid_usd[police]@2026 < 1e6",
    "control > 40",
)
"""Conditions, and one or two that are refused."""

SETTINGS = (
    "end=2026-03",
    "seed=7",
    "replicates=3",
    "mechanisms.C05=off",
    "mechanisms={all: off, C05: on}",
    "assumptions.loss_rate=0.1",
    "assumptions.deterrence={distribution: uniform, low: 0.2, high: 0.6}",
    "timeline=[]",
    "timeline.cut.aid.all=0.3",
    "timeline.late.date=2026-05",
    "history=[]",
    "title=x",
    "territory.strict=true",
    "initial.presence=presence.csv",
    "initial.presence.file=presence.csv",
    "initial={coca: coca.csv}",
    "parameters=draws.csv",
    "parameters=prior",
    "observe=[control]",
    "start=2025-11",
    "sweep.luck={set: seed, values: [1, 2]}",
    "territory={}",
)
"""What ``--set`` takes."""

SELECTIONS = (
    ("control,members", "2026-01", "2026-02", "05,Bolivar", "EGC", "1"),
    ("control", "2026-02", "2026-02", "05", "ELN", "2"),
    ("newly_displaced", "2026-01", "2026-03", "13", "Clan del Golfo,ELN", "1"),
)
"""Series, first and last month, departments, groups, replicates."""


def small_ledger() -> dict[str, str]:
    """Return a small ledger, by file."""
    return _texts(ROOT / "tests" / "seeds" / "good", "*.yaml")


@lru_cache(maxsize=1)
def shipped() -> dict[str, dict[str, str]]:
    """Return the shipped files by kind and name, and the made-up ones beside them."""
    seeds = _texts(ROOT / "seeds", "*")
    scenarios = _texts(ROOT / "scenarios", "*.yaml")
    scenarios.pop("hindcast-2010-2025.yaml")
    table = seeds["posterior-2025.csv"].splitlines(keepends=True)
    return {
        "scenarios": {"child": _CHILD, "everything": _EVERYTHING, **scenarios},
        "sweeps": {"two": _SWEEP, "factorial": scenarios["factorial.yaml"]},
        "parents": {"parent.yaml": _PARENT, "past.yaml": _PAST},
        "calibrations": {"small": _CALIBRATION, "shipped": seeds["calibration-2025.yaml"]},
        "ledger": {name: seeds[name] for name in small_ledger()},
        "targets": {"targets.yaml": seeds["targets.yaml"]},
        "posteriors": {"cut": "".join(table[:18]), "small": MAPS["draws.csv"]},
        "scores": {"scores.csv": "".join(seeds["scores.csv"].splitlines(keepends=True)[:14])},
    }


def _texts(folder: Path, pattern: str) -> dict[str, str]:
    return {
        p.name: p.read_text(encoding="utf-8") for p in sorted(folder.glob(pattern)) if p.is_file()
    }


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """Return words that mean something somewhere: keys, series, parameters, groups, claims."""
    from rift_sim.scenario import ACTIONS, MECHANISMS
    from rift_sim.scenario.schema import ScenarioFile
    from rift_sim.seeds import load_ledger
    from rift_sim.vocabulary import AID_LINES, PILLARS, SERIES

    ledger = load_ledger()
    found = [
        *ACTIONS, *MECHANISMS, *ScenarioFile.model_fields, *SERIES, *AID_LINES, *PILLARS,
        *ledger.groups, *tuple(ledger.parameters)[:40], *tuple(ledger.facts)[:20],
        "05001", "05004", "13001", "05", "13", "2024", "2026-03", "once", "year", "manual", "left",
    ]  # fmt: skip
    return tuple(dict.fromkeys(found))
