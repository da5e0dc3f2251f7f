"""The page: one offline file, safe with any name, and its script in a real browser."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from allocator.plan.run_folder import Run
from allocator.reporting.figures import figures
from allocator.reporting.page import render_page
from tests.reporting.conftest import HOSTILE
from tests.reporting.fake_run import fake_run

CHROMIUM, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"


@pytest.fixture(scope="module")
def text(folder: Path) -> str:
    """Text of the page."""
    return (folder / "report.html").read_text(encoding="utf-8")


def page_data(text: str) -> dict[str, Any]:
    """The JSON that the script of the page works on."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert found
    return dict(json.loads(found[1]))


def test_nothing_is_fetched(text: str) -> None:
    """No address in the page leaves it, and its policy forbids fetching."""
    assert re.findall(r"""(?:src|href)\s*=\s*["'](?!#|data:)""", text) == []
    assert "default-src 'none'" in text


def test_hostile_names_do_not_become_markup(text: str) -> None:
    """Names with markup neither run nor end the data."""
    assert "<script>alert" not in text
    assert "<img" not in text
    assert len(re.findall(r"</script>", text)) == 2
    names = {row[1] for row in page_data(text)["estates"]}
    assert set(HOSTILE) <= names


def test_estates_and_payments_are_complete(text: str, run: Run) -> None:
    """Every estate and every step of every payment is in the page."""
    data = page_data(text)
    assert len(data["estates"]) == len(run.tables["estates"])
    paid = sum(round(amount * 100) for rows in data["payments"] for _source, _year, amount, _firm in rows)
    assert paid == run.tables["payments"]["amount"].sum()


def test_mark_status_and_gap_are_loud(text: str, language: str) -> None:
    """Synthetic data, shortfall, status, gap and audit are told in words."""
    expected = {
        "zh": [
            "演示数据",
            "有缺口：183.05 万元",
            "达到精度要求",
            "距理论最优不超过 0.40%",
            "审计 12,345 项全部通过",
            "内部资料，不得公示",
        ],
        "en": [
            "Synthetic data",
            "Shortfall: 183.05",
            "required gap reached",
            "at most 0.40% from the best possible",
            "internal, not for the public",
        ],
    }[language]
    assert [words for words in expected if words not in text] == []


def test_a_page_without_coordinates_starts_or_baseline() -> None:
    """Missing coordinates, starts, baseline, proof and audit are told, not tripped over."""
    run = fake_run(6, synthetic=False)
    tables = {name: table.iloc[0:0] for name, table in run.tables.items()}
    estates = run.tables["estates"].assign(
        state="not_chosen", reason="money", start_year=0, longitude=None, latitude=None
    )
    manifest = {**run.manifest, "baseline": None, "gap": None, "audit": {}}
    text = render_page(figures(Run(run.case, {**tables, "estates": estates}, manifest, run.path), "zh"))
    assert "尚无最优性证明" in text
    assert "不绘图" in text
    assert "演示数据" not in text


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Headless Chromium that records console messages and requests."""
    if not (Path(CHROMIUM).exists() and Path(DRIVER).exists() and shutil.which("chromium")):
        pytest.skip("Chromium and its driver are not installed")
    webdriver = pytest.importorskip("selenium.webdriver")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    for flag in (
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        f"--user-data-dir={tmp_path_factory.mktemp('profile')}",
    ):  # fmt: skip
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


def rows_of(browser: Any) -> list[list[str]]:
    """Texts of the rows of the estate table."""
    return list(
        browser.execute_script(
            "return [...document.querySelectorAll('#estate-table tbody tr:not(.details)')]"
            ".filter(r => r.dataset.estate !== undefined).map(r => [...r.cells].map(c => c.textContent))"
        )
    )


@pytest.mark.browser
def test_the_page_works_in_a_browser(browser: Any, folder: Path, run: Run) -> None:
    """Search, filter, sorting, details and map do what they say."""
    browser.get((folder / "report.html").as_uri())
    estates = run.tables["estates"]
    assert len(rows_of(browser)) == len(estates)
    search = browser.find_element("id", "search")
    search.send_keys("E0007")
    assert [row[0] for row in rows_of(browser)] == ["E0007"]
    search.clear()
    browser.find_element("id", "clear").click()
    state = browser.find_element("id", "state")
    state.find_elements("tag name", "option")[1].click()
    assert {row[0] for row in rows_of(browser)} == set(estates.loc[estates["state"] == "started", "estate"])
    browser.find_element("id", "clear").click()
    browser.find_element("css selector", "button.sort[data-column='6']").click()
    households = [int(row[6].replace(",", "")) for row in rows_of(browser)]
    assert households == sorted(int(n) for n in estates["households"])
    browser.find_element("css selector", "#estate-table tbody button").click()
    assert browser.find_elements("css selector", "tr.details")
    circle = browser.find_element("css selector", "#estate-map .dot")
    browser.execute_script("arguments[0].dispatchEvent(new MouseEvent('click', {bubbles: true}))", circle)
    assert len(rows_of(browser)) == 1


@pytest.mark.browser
def test_the_page_is_silent_and_asks_nothing_of_the_network(browser: Any, folder: Path) -> None:
    """Opening the page logs nothing and requests nothing but itself."""
    browser.get_log("performance")
    browser.get_log("browser")
    browser.get((folder / "report.html").as_uri())
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert browser.get_log("browser") == []
