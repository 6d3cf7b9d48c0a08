"""overview.html in a real browser: renders, searches, sorts, opens rows; names are inert; nothing is requested."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.report_tables import HOSTILE_NAMES, made_up_run, made_up_tables
from medcramp.report.documents.content import clean_text
from medcramp.report.info import ReportConfig
from medcramp.report.overview import write_overview

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
from selenium.webdriver.chrome.service import Service  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402
from selenium.webdriver.remote.webdriver import WebDriver  # noqa: E402

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(not (BROWSER and DRIVER), reason="chromium and chromedriver are not installed")

PATIENTS = 230
TABLES = made_up_tables(PATIENTS, findings_each=5)
PAPERS = {"00014": "documents/p00001-sheet.html"}


@pytest.fixture(scope="module")
def browser() -> Iterator[WebDriver]:
    options = webdriver.ChromeOptions()
    options.binary_location = str(BROWSER)
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(executable_path=DRIVER))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("overview") / "overview.html"
    write_overview(TABLES, made_up_run(), ReportConfig(), path, PAPERS)
    return path.as_uri()


@pytest.fixture
def page(browser: WebDriver, place: str) -> WebDriver:
    browser.get_log("browser")
    browser.get_log("performance")
    browser.get(place)
    assert browser.execute_script("return document.documentElement.dataset.ready") == "yes"
    return browser


def status(page: WebDriver) -> str:
    return page.find_element(By.ID, "status").text


def cells(page: WebDriver, place: int) -> list[str]:
    return [cell.text for cell in page.find_elements(By.CSS_SELECTOR, f"#rows > tr > :nth-child({place})")]


def test_all_patients_are_there_page_by_page(page: WebDriver) -> None:
    assert status(page) == "230 of 230 patients, page 1 of 3"
    page.find_element(By.ID, "next").click()
    page.find_element(By.ID, "next").click()
    assert status(page) == "230 of 230 patients, page 3 of 3"
    assert len(cells(page, 1)) == 30
    assert not page.find_element(By.ID, "next").is_enabled()


def test_search_and_filters_narrow_the_list(page: WebDriver) -> None:
    page.find_element(By.ID, "search").send_keys("PERSON17 made")
    wanted = [name for name in TABLES.patients["patient_name"].dropna() if name.startswith("Person17")]
    assert status(page) == f"{len(wanted)} of 230 patients, page 1 of 1"
    page.find_element(By.ID, "search").clear()
    page.find_element(By.ID, "priority").send_keys("counsel")
    assert set(cells(page, 5)) == {"counsel"}


def test_sorting_by_a_header_turns_with_each_press(page: WebDriver) -> None:
    header = page.find_element(By.CSS_SELECTOR, "button[data-column=age]")
    header.send_keys(Keys.ENTER)
    ages = [float(age) for age in cells(page, 3)]
    assert ages == sorted(ages)
    header.send_keys(Keys.ENTER)
    assert float(cells(page, 3)[0]) == max(TABLES.patients["age"])
    assert header.find_element(By.XPATH, "..").get_attribute("aria-sort") == "descending"


def test_priority_sorts_by_meaning_not_by_letter(page: WebDriver) -> None:
    page.find_element(By.CSS_SELECTOR, "button[data-column=priority]").click()
    assert cells(page, 5)[0] == "urgent today"


def test_a_row_opens_by_keyboard_and_shows_findings_and_paper(page: WebDriver) -> None:
    page.find_element(By.ID, "search").send_keys("00014")
    button = page.find_element(By.CSS_SELECTOR, "#rows button.open")
    button.send_keys(Keys.ENTER)
    detail = page.find_element(By.CSS_SELECTOR, "#rows tr.detail")
    assert "Made-up finding" in detail.text and "What to do: Made-up action" in detail.text
    assert detail.find_element(By.TAG_NAME, "a").get_attribute("href").endswith(PAPERS["00014"])
    focused = page.switch_to.active_element
    assert focused.get_attribute("aria-expanded") == "true"
    focused.send_keys(Keys.ENTER)
    assert not page.find_elements(By.CSS_SELECTOR, "#rows tr.detail")


def test_hostile_names_are_text(page: WebDriver) -> None:
    page.find_element(By.ID, "search").send_keys("<script>")
    shown = page.find_element(By.CSS_SELECTOR, "#rows > tr > :nth-child(2)").get_attribute("textContent")
    assert shown == "<script>alert('x')</script>"
    assert len(page.find_elements(By.TAG_NAME, "script")) == 2
    page.find_element(By.ID, "search").clear()
    page.find_element(By.ID, "search").send_keys(" ")
    names = page.execute_script("return JSON.parse(document.getElementById('data').textContent).texts")
    assert {clean_text(name) for name in HOSTILE_NAMES} <= set(names)


def test_nothing_is_requested_and_the_console_stays_empty(page: WebDriver, place: str) -> None:
    page.find_element(By.CSS_SELECTOR, "#rows button.open").click()
    assert page.get_log("browser") == []
    asked = [json.loads(entry["message"])["message"] for entry in page.get_log("performance")]
    urls = [one["params"]["request"]["url"] for one in asked if one["method"] == "Network.requestWillBeSent"]
    assert set(urls) == {place}


def test_script_from_elsewhere_would_not_run(page: WebDriver) -> None:
    page.execute_script(
        "const s = document.createElement('script'); s.textContent = 'window.broken = true'; document.body.append(s)"
    )
    assert page.execute_script("return window.broken") is None


def test_printing_shows_the_whole_list(page: WebDriver) -> None:
    page.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    assert len(cells(page, 1)) == PATIENTS
    page.execute_script("window.dispatchEvent(new Event('afterprint'))")
    assert len(cells(page, 1)) == 100


def test_the_page_names_no_other_place(tmp_path: Path) -> None:
    write_overview(made_up_tables(0), made_up_run(), ReportConfig(), tmp_path / "o.html")
    text = (tmp_path / "o.html").read_text(encoding="utf-8")
    assert "http://" not in text.replace("http-equiv", "") and "https://" not in text
