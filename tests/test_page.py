"""The driver's page in a real browser: what he sees, hears and can touch."""

import json
from pathlib import Path

import pytest

from tests.chromium import LYING, PHONE, TABLET, Browser, find_chromium
from tests.served_van import Van, served_van
from tests.van_film import Box, Film
from vapr.media import encode_jpeg

pytestmark = pytest.mark.skipif(
    find_chromium() is None, reason="no Chromium on this machine"
)
FOUND = "document.querySelectorAll('.item.found').length"
LIVE = "!document.querySelector('#live').classList.contains('off')"
START = "document.querySelector('#start-go').click()"
SMALL = """[...document.querySelectorAll('button, select')]
  .filter((e) => e.offsetParent && Math.min(e.offsetWidth, e.offsetHeight) < 48)
  .map((e) => e.id || e.className)"""
NAMELESS = """[...document.querySelectorAll('button, select')]
  .filter((e) => e.offsetParent && !e.textContent.trim() && !e.ariaLabel
    && !e.labels?.length).map((e) => e.id)"""
WIDE = "document.documentElement.scrollWidth > innerWidth"
ON_ANOTHER = """(async () => {
  const { drawScene } = await import('/marks.js');
  const picture = new OffscreenCanvas(640, 360);
  picture.getContext('2d').fillRect(0, 0, 640, 360);
  const pick = (id, box) => ({ verdict: 'pick', id, box });
  const parcels = [pick('UP', [100, 20, 200, 120]), pick('DOWN', [100, 124, 200, 224])];
  const scene = { size: [640, 360], parcels, checklist: { taken: [] } };
  const lower = (words) => {
    const canvas = document.createElement('canvas');
    drawScene(canvas, picture, scene, words);
    return canvas.getContext('2d').getImageData(108, 132, 84, 84).data.join();
  };
  return lower((p) => (p.id === 'UP' ? '1234' : '')) !== lower(() => '');
})()"""
ON_THE_CODE = """(async () => {
  const { drawScene } = await import('/marks.js');
  const picture = new OffscreenCanvas(640, 360);
  picture.getContext('2d').fillRect(0, 0, 640, 360);
  const around = (x, y) => [[x, y], [x + 40, y], [x + 40, y + 40], [x, y + 40]];
  const quad = [[40, 60], [600, 60], [600, 300], [40, 300]];
  const label = { quad, mark: around(520, 160) };
  const pick = { verdict: 'pick', id: 'A', box: [20, 40, 620, 320], label };
  const canvas = document.createElement('canvas');
  const scene = { size: [640, 360], parcels: [pick], checklist: { taken: [] } };
  drawScene(canvas, picture, scene, () => '');
  const inked = (x) => canvas.getContext('2d').getImageData(x - 60, 120, 120, 120).data
    .some((value, at) => at % 4 < 3 && value > 0);
  return [inked(540), inked(320)];
})()"""
HEAR = """window.heard = [];
document.addEventListener('cue', (e) => heard.push(e.detail.kind));"""


def opened(browser: Browser, address: str) -> None:
    browser.shape(PHONE)
    browser.call("Page.navigate", url=f"http://{address}/")
    browser.until("document.querySelector('#start')?.open")
    browser.run(HEAR)
    browser.run(START)


def test_a_stop_as_the_driver_lives_it(tmp_path: Path) -> None:
    film = Film([Box("A1", (60, 60)), Box("A2", (250, 60)), Box("B1", (450, 60))])
    van = Van(film)
    with served_van(film, van) as (address, session), Browser(tmp_path) as browser:
        opened(browser, address)
        browser.until(f"{FOUND} === 2 && {LIVE}")
        assert "Stop 14" in browser.run("document.body.innerText")
        for size in (PHONE, LYING, TABLET):
            browser.shape(size)
            assert browser.run(SMALL) == [], size
            assert browser.run(NAMELESS) == [], size
            assert not browser.run(WIDE), size
        film.boxes.pop(0)
        browser.until("document.querySelectorAll('.item.taken').length === 1")
        film.boxes.pop(1)
        browser.until("document.querySelector('.banner.bad')?.hidden === false")
        browser.run("document.querySelectorAll('.item')[1].click()")
        browser.until("document.querySelectorAll('.item.taken').length === 2")
        browser.run("document.querySelector('#done').click()")  # A2 is on the shelf
        browser.until("document.querySelector('#stop-name').innerText === 'Stop 15'")
        assert session.state.taken == {"A1", "A2", "B1"}
        told = ["taken", "wrong_one", "left_behind"]
        browser.until(f"{json.dumps(told)}.every((kind) => heard.includes(kind))")
        van.filming = False
        browser.until(f"!({LIVE})")  # within 2 s: tests/endurance/break_camera.py
        browser.until(f"{FOUND} === 0")
        assert browser.errors == []


def test_the_phone_s_camera_shows_marks(tmp_path: Path) -> None:
    film = Film([Box("A1", (60, 60)), Box("A2", (250, 60))])
    video = tmp_path / "film.mjpeg"
    video.write_bytes(b"".join(encode_jpeg(film.picture(), 92) for _ in range(30)))
    with (
        served_van(film, None) as (address, session),
        Browser(tmp_path / "b", video) as page,
    ):
        opened(page, address)
        page.until("document.querySelector('#video').videoWidth > 0")
        page.until(f"{FOUND} === 2 && {LIVE}")  # 1 s: tests/endurance/browser_ride.py
        page.until("heard.includes('all_found')")
        assert {p.verdict for p in session.scene} == {"pick"}
        assert page.errors == []


def test_a_phone_without_a_camera_is_told_what_to_do(tmp_path: Path) -> None:
    film, none = Film([Box("A1", (60, 60))]), tmp_path / "none.mjpeg"
    with served_van(film, None) as (address, _), Browser(tmp_path / "b", none) as page:
        opened(page, address)
        page.until("document.querySelector('#empty').innerText.includes('allow')")
        assert not page.run("document.querySelector('#empty').hidden")


def test_the_digits_of_a_pick_do_not_lie_on_another(tmp_path: Path) -> None:
    film = Film([Box("A1", (60, 60))])
    with served_van(film, None) as (address, _), Browser(tmp_path) as browser:
        opened(browser, address)
        assert browser.run(ON_ANOTHER) is False


def test_a_pick_is_marked_on_the_code_that_names_it(tmp_path: Path) -> None:
    film = Film([Box("A1", (60, 60))])
    with served_van(film, None) as (address, _), Browser(tmp_path) as browser:
        opened(browser, address)
        assert browser.run(ON_THE_CODE) == [True, False]


def test_a_page_that_knows_no_route_says_nothing_of_stops(tmp_path: Path) -> None:
    film = Film([Box("A1", (60, 60))])
    with served_van(film, None) as (address, _), Browser(tmp_path) as browser:
        alone = "window.WebSocket = class { static OPEN = 1 }"
        browser.call("Page.addScriptToEvaluateOnNewDocument", source=alone)
        opened(browser, address)
        shown = browser.run("document.body.innerText")
        assert "Connecting" in shown
        for word in ("No stop", "stops", "done", "Done", "0 of", "checklist"):
            assert word not in shown


def test_without_the_service_the_last_checklist_stays(tmp_path: Path) -> None:
    film = Film([Box("A1", (60, 60)), Box("A2", (250, 60))])
    with Browser(tmp_path) as browser:
        with served_van(film, Van(film)) as (address, _):
            opened(browser, address)
            browser.until(f"{FOUND} === 2")
            browser.run("navigator.serviceWorker.ready.then(() => true)")
            assert browser.call("Page.getInstallabilityErrors") == {
                "installabilityErrors": []
            }
        browser.call("Page.reload")
        browser.until("document.querySelector('#live')?.innerText.includes('Offline')")
        assert browser.run("document.querySelectorAll('.item').length") == 2
        assert browser.run(FOUND) == 0
        browser.run(START)
        browser.run("document.querySelector('.item').click()")
        browser.until("document.body.innerText.includes('not sent yet')")
