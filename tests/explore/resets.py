"""Render the page without a browser, reset it five times, and count the models each time."""

import gc

from rift_sim.explore.serve import sealed
from rift_sim.explore.watched import Watched
from rift_sim.scenario import load_scenario

with sealed():
    import ipyvuetify
    import reacton

    from rift_sim.explore.page import Layout, Page, show


def count() -> int:
    gc.collect()
    return sum(isinstance(thing, Watched) for thing in gc.get_objects())


def main() -> None:
    show(load_scenario("reference", settings=["end=2026-04", "observe=[control]"]))
    _, page = reacton.render(Layout(children=[Page()]), handle_error=False)

    def click(label: str) -> None:
        page.find(ipyvuetify.Btn, children=[label]).widget.click()

    found = [count()]
    for _ in range(5):
        click("Step")
        click("Reset")
        found.append(count())
    page.close()
    print(*found)


main()
