"""A headless Chromium for tests of the page, spoken to by its DevTools protocol."""

import base64
import json
import shutil
import subprocess
import time
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.request import urlopen

from websockets.sync.client import ClientConnection, connect

NAMES = ("chromium", "chromium-browser", "google-chrome")
PHONE, LYING, TABLET = (390, 844), (844, 390), (820, 1180)


def find_chromium() -> str | None:
    """The browser's path, if this machine has one."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """One page. `film` (.mjpeg) is what its camera sees."""

    def __init__(self, folder: Path, film: Path | None = None) -> None:
        program = find_chromium()
        if program is None:
            raise FileNotFoundError("no Chromium")
        options = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--remote-debugging-port=0",
            f"--user-data-dir={folder}",
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
        ]
        if film is not None:
            options.append(f"--use-file-for-fake-video-capture={film}")
        self._command = [program, *options, "about:blank"]
        self._folder, self._numbers = folder, count(1)
        self._open = ExitStack()
        self.errors: list[str] = []

    def __enter__(self) -> Self:
        nothing = subprocess.DEVNULL
        process = subprocess.Popen(self._command, stdout=nothing, stderr=nothing)
        self._open.callback(process.wait, 20)
        self._open.callback(process.terminate)
        with self._open.pop_all() as opened:
            page = connect(_page_of(self._folder), max_size=None)
            self._socket: ClientConnection = opened.enter_context(page)
            for domain in ("Page", "Runtime", "Log"):
                self.call(f"{domain}.enable")
            self._open = opened.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """One command of the protocol; scripts' errors on the way are kept."""
        number = next(self._numbers)
        said = {"id": number, "method": method, "params": parameters}
        self._socket.send(json.dumps(said))
        while True:
            got = json.loads(self._socket.recv(timeout=60))
            if got.get("method") == "Runtime.exceptionThrown":
                self.errors.append(json.dumps(got["params"]))
            if got.get("id") == number:
                if "error" in got:
                    raise AssertionError(got["error"])
                result: dict[str, Any] = got["result"]
                return result

    def run(self, script: str) -> Any:  # noqa: ANN401
        """A script's value, as after a touch of the driver."""
        got = self.call(
            "Runtime.evaluate",
            expression=script,
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
        )
        if "exceptionDetails" in got:
            raise AssertionError(got["exceptionDetails"])
        return got["result"].get("value")

    def until(self, script: str, limit_s: float = 60) -> float:
        """Wait until a script says yes; the seconds that took."""
        start_s = time.monotonic()
        while not self.run(script):
            if time.monotonic() - start_s > limit_s:
                shown = self.run("document.body.innerText")
                raise AssertionError(f"never: {script}\n{shown}\n{self.errors}")
            time.sleep(0.05)
        return time.monotonic() - start_s

    def shape(self, size: tuple[int, int], *, dark: bool = False) -> None:
        """The screen: size in CSS px, and what the system prefers."""
        width, height = size
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=True,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def photograph(self, path: Path) -> None:
        """The page as a PNG."""
        shot = self.call("Page.captureScreenshot")
        path.write_bytes(base64.b64decode(shot["data"]))


def _page_of(folder: Path) -> str:
    """The address of the one page's protocol, once the browser is there."""
    told, end_s = folder / "DevToolsActivePort", time.monotonic() + 60
    while time.monotonic() < end_s:
        if told.exists() and (lines := told.read_text().splitlines()):
            with urlopen(f"http://127.0.0.1:{lines[0]}/json/list") as answer:
                pages = [p for p in json.load(answer) if p["type"] == "page"]
            if pages:
                return str(pages[0]["webSocketDebuggerUrl"])
        time.sleep(0.1)
    raise AssertionError("Chromium did not start")
