"""A headless Chromium for tests of pages, without a way out of this machine."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-prefers-reduced-motion",
    # Whatever a page asks for elsewhere has no address; its asking is logged all the same.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)
# Nothing moves that comes to an end; a spinner may go on.
_STILL = """document.getAnimations().every((each) => each.playState === "finished"
    || each.effect.getComputedTiming().endTime === Infinity)"""
_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")


class Page:
    """One tab, with what it asked for and what it complained about.

    Attributes
    ----------
    driver
        Selenium's; for everything that has no method here.
    """

    def __init__(self, driver: Any) -> None:
        self.driver = driver
        self._asked: list[str] = []
        self._errors: list[str] = []

    def reset(self) -> None:
        """Forget everything, at the size of a desk's window."""
        self.driver.get("about:blank")
        self._read()
        self._asked.clear()
        self._errors.clear()
        self.resize(1280, 900)

    def open(self, address: str | Path) -> None:
        """Go to an address, or to a file."""
        self.driver.get(address.resolve().as_uri() if isinstance(address, Path) else address)

    def resize(self, width: int, height: int, *, phone: bool = False) -> None:
        """Set the size of the page, which may be narrower than a window can be."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def run(self, script: str, *values: Any) -> Any:
        """Run JavaScript, ``return`` included."""
        return self.driver.execute_script(script, *values)

    def wait(self, script: str, *values: Any, seconds: float = 20.0) -> Any:
        """Wait until an expression in JavaScript is true, and return it."""
        from selenium.webdriver.support.ui import WebDriverWait

        return WebDriverWait(self.driver, seconds, poll_frequency=0.05).until(
            lambda _: self.run(f"return ({script})", *values), script
        )

    def picture(self, file: Path) -> Path:
        """Write the whole page, below the window too, as PNG."""
        from base64 import b64decode

        shot = {"format": "png", "captureBeyondViewport": True}
        found = self.driver.execute_cdp_cmd("Page.captureScreenshot", shot)
        file.write_bytes(b64decode(found["data"]))
        return file

    def requests(self, *allowed: str) -> list[str]:
        """Return the addresses asked for that begin with none of `allowed`."""
        self._read()
        own = ("data:", "blob:", "about:", "chrome:", *allowed)
        return [address for address in self._asked if not address.startswith(own)]

    def errors(self) -> list[str]:
        """Return what the console says at the level of an error, exceptions included."""
        self._read()
        return list(self._errors)

    def violations(self, *, without: tuple[str, ...] = ()) -> list[str]:
        """Check the page with axe-core against WCAG 2.1 A and AA; return what it finds.

        What fades in is waited for: half drawn, every text has too little contrast.

        Parameters
        ----------
        without
            CSS selectors of parts to leave out.
        """
        self.wait(_STILL)
        self.run((files("axe_core_python") / "axe.min.js").read_text(encoding="utf-8"))
        found = self.driver.execute_async_script(
            """const [tags, without, done] = arguments;
            axe.run({exclude: without.map((part) => [part])},
                    {runOnly: {type: "tag", values: tags}})
               .then((result) => done(result.violations), (error) => done(String(error)));""",
            list(_TAGS),
            list(without),
        )
        assert isinstance(found, list), found
        return [
            f"{rule['id']}: {node['target']} {node['failureSummary']}"
            for rule in found
            for node in rule["nodes"]
        ]

    def _read(self) -> None:
        """Move the browser's logs here; it gives each line once."""
        for line in self.driver.get_log("performance"):
            message = json.loads(line["message"])["message"]
            what, values = message["method"], message["params"]
            if what == "Network.requestWillBeSent":
                self._asked.append(values["request"]["url"])
            elif what == "Network.webSocketCreated":
                self._asked.append(values["url"])
        self._errors += [
            line["message"] for line in self.driver.get_log("browser") if line["level"] == "SEVERE"
        ]


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Start the browser once; tests that need it are skipped where there is none."""
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    driver = shutil.which("chromedriver")
    if browser is None or driver is None:
        pytest.skip("no Chromium with chromedriver on this machine")
    webdriver = pytest.importorskip("selenium.webdriver", reason="no selenium (extra 'test')")

    # Its own search for a browser would go to the network.
    os.environ.setdefault("SE_OFFLINE", "true")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for option in (*_OPTIONS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    started = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    started.set_script_timeout(60)
    yield started
    started.quit()


@pytest.fixture
def tab(chromium: Any) -> Page:
    """The tab of the browser, as the test before left it."""
    return Page(chromium)


@pytest.fixture
def page(tab: Page) -> Page:
    """The tab, emptied."""
    tab.reset()
    return tab
