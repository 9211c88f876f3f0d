"""A made ride from film to page: real detector and readers, Chromium as the phone.

    python tests/endurance/ride_film.py /tmp/film --seed 9001 --stops 3
    python tests/endurance/browser_ride.py /tmp/film [--shots FOLDER] [--axe axe.min.js]

Chromium's camera plays the film; the page is opened, and its stops, as a driver would.
Told: seconds from the first frame to the first marks, from each stop's opening to the
first right pick, what was taken and by whom it was seen, sounds, errors of scripts.
With `--axe` (axe-core's script, from npm) every state of the page is checked against
WCAG 2.2 AA, light and dark.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.chromium import LYING, PHONE, TABLET, Browser
from tests.endurance.ride_film import Moment, load_film, write_video
from tests.served_van import served
from vapr.pipeline import Pipeline
from vapr.route import Route
from vapr.serve import create_app
from vapr.serve.cameras import steady_clock
from vapr.session import RideSettings, Session

HEAR = """window.heard = [];
document.addEventListener('cue', (e) => heard.push(e.detail.kind));"""
MARKS = """(() => { const c = document.querySelector('#picture');
return !c.hidden && !document.querySelector('#live').classList.contains('off')
  && /[1-9]/.test(c.ariaLabel); })()"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LOOKS = {
    "phone_light": (PHONE, False),
    "phone_dark": (PHONE, True),
    "lying_light": (LYING, False),
    "lying_dark": (LYING, True),
    "tablet_light": (TABLET, False),
    "tablet_dark": (TABLET, True),
}


@contextmanager
def served_film(folder: Path) -> Iterator[tuple[str, Session]]:
    """The ride of a film, served as `vapr serve` does; its address and session."""
    settings = RideSettings(background=True, reads_per_look=2)
    pipeline, route = Pipeline.load(), Route.load(folder / "route.csv")
    session = Session(pipeline, route, settings=settings)
    with served(create_app(session, pipeline, steady_clock())) as address:
        yield address, session


def say(text: str) -> None:
    """A line of the report."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def check_access(browser: Browser, axe: Path | None, state: str) -> None:
    """What axe finds wrong in this state of the page, in both schemes."""
    if axe is None:
        return
    browser.run(axe.read_text(encoding="utf-8") + "; 0")
    for dark in (False, True):
        browser.shape(PHONE, dark=dark)
        found = browser.run(
            f"axe.run({{runOnly: {json.dumps(RULES)}}}).then((r) => r.violations"
            ".map((v) => v.id + ' ' + v.nodes.map((n) => n.target).join(' ')))"
        )
        say(f"axe, {state}, {'dark' if dark else 'light'}: {found or 'nothing'}")


def photograph(browser: Browser, shots: Path | None, name: str) -> None:
    """The page on every screen."""
    for look, (size, dark) in LOOKS.items() if shots else ():
        browser.shape(size, dark=dark)
        time.sleep(0.4)
        browser.photograph(Path(str(shots)) / f"{name}_{look}.png")
    browser.shape(PHONE)


class Drive:
    """A driver with the page, beside the film."""

    def __init__(self, browser: Browser, session: Session) -> None:
        self.browser, self.session = browser, session

    def film_s(self) -> float:
        """How far the film is."""
        return float(self.browser.run("document.querySelector('#video').currentTime"))

    def open_stop(self, stop: str) -> None:
        """From the list of stops, by touch."""
        self.browser.run("document.querySelector('#stop').click()")
        name = json.dumps(f"Stop {stop}")
        self.browser.run(
            "[...document.querySelectorAll('#stop-list button')]"
            f".find((b) => b.firstChild.textContent === {name}).click()"
        )

    def first_pick(self, keys: set[str], until_s: float) -> float | None:
        """Seconds until one of these is picked; None if the film goes on before."""
        start_s = time.monotonic()
        while self.film_s() < until_s:
            picked = {p.key for p in self.session.scene if p.verdict == "pick"}
            if wrong := {k for k in picked if k} - keys:
                say(f"WRONG PICK {wrong}")
            if picked & keys:
                return time.monotonic() - start_s
            time.sleep(0.05)
        return None


def drive(drive_: Drive, moments: list[Moment], shots: Path | None) -> None:
    """All stops of the film."""
    stops = list(dict.fromkeys(moment.stop for moment in moments))
    for stop in stops:
        shown = [moment for moment in moments if moment.stop == stop]
        keys = {moment.taken for moment in shown if moment.taken}
        while drive_.film_s() < shown[0].start_s:
            time.sleep(0.05)
        drive_.open_stop(stop)
        took_s = drive_.first_pick(keys, shown[0].end_s)
        say(f"stop {stop}: first right pick after {took_s} s, of {len(keys)}")
        photograph(drive_.browser, shots, f"stop{stop}")
        while drive_.film_s() < shown[-1].end_s - 0.3:
            time.sleep(0.05)
        say(f"  checklist: {drive_.browser.run(ROWS)}")
    for event in drive_.session.events():
        say(f"  {event.kind} {event.key or event.stop or ''} by {event.by}")
    say(f"heard: {drive_.browser.run('heard')}; errors: {drive_.browser.errors}")


ROWS = "[...document.querySelectorAll('.item')].map((e) => e.innerText).join(' | ')"


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--shots", type=Path)
    parser.add_argument("--axe", type=Path)
    told = parser.parse_args()
    if told.shots:
        told.shots.mkdir(parents=True, exist_ok=True)
    video, moments = told.folder / "film.mjpeg", load_film(told.folder)
    if not video.exists():  # without a film Chromium has no camera at all
        write_video(told.folder, moments)
    with (
        TemporaryDirectory() as profile,
        served_film(told.folder) as (address, session),
        Browser(Path(profile), video) as browser,
    ):
        browser.shape(PHONE)
        browser.call("Page.navigate", url=f"http://{address}/")
        browser.until("document.querySelector('#start')?.open")
        check_access(browser, told.axe, "start")
        browser.run(HEAR)
        browser.run("document.querySelector('#start-go').click()")
        browser.until("document.querySelector('#video').videoWidth > 0")
        say(f"marks {browser.until(MARKS):.2f} s after the first frame")
        drive(Drive(browser, session), moments, told.shots)
        check_access(browser, told.axe, "ride")
        for name in ("stop", "menu"):
            browser.run(f"document.querySelector('#{name}').click()")
            check_access(browser, told.axe, name)
            browser.run("document.querySelector('dialog[open]').close()")
    return 0


if __name__ == "__main__":
    sys.exit(main())
