"""Getting at the service: the page's files, token, QR code, certificate, camera."""

import io
import json
import re
import runpy
import ssl
import stat
import sys
from pathlib import Path
from time import monotonic, sleep

import cv2
import pytest
from cryptography import x509
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from tests.van_film import ROUTE, Box, Film
from vapr.cli.app import app as commands
from vapr.errors import UsageError
from vapr.media import open_picture, save_picture
from vapr.pipeline import Pipeline
from vapr.route import Route
from vapr.serve import ServeSettings, create_app
from vapr.serve.cameras import van_camera
from vapr.serve.pairing import load_token, pairing_url
from vapr.serve.run import Plan, announce
from vapr.serve.tls import load_certificate
from vapr.session import Session
from vapr.types import Image

PAGE = Path(__file__).parent.parent / "vapr" / "serve" / "page"
NOW_S = 1_800_000_000.0
DAY_S = 86_400.0


@pytest.fixture
def film() -> Film:
    return Film([Box("A1", (60, 60)), Box("A2", (250, 60))])


def test_the_page_is_served_and_lets_nothing_foreign_in(film: Film) -> None:
    app = create_app(
        Session(film, ROUTE),
        Pipeline(lambda image: []),
        monotonic,
        ServeSettings(token="s3cret"),
    )
    with TestClient(app, base_url="http://localhost") as client:
        for path in [p.name for p in PAGE.iterdir()] + [""]:
            assert client.get(f"/{path}").status_code == 200, path
        page = client.get("/")
        assert "default-src 'self'" in page.headers["content-security-policy"]
        assert client.get("/nothing.js").json()["code"] == "not_found"


def test_the_page_asks_nobody_else() -> None:
    for path in PAGE.iterdir():
        if path.suffix != ".png":
            text = path.read_text(encoding="utf-8")
            addresses = set(re.findall(r"https?://[\w./]+", text))
            assert addresses <= {"http://www.w3.org/2000/svg"}, path.name


def test_what_the_page_keeps_offline_is_all_it_needs() -> None:
    kept = set(re.findall(r'"([\w.-]+\.\w+)"', (PAGE / "sw.js").read_text()))
    for path in PAGE.glob("*.js"):
        imported = set(re.findall(r'from "\./([\w.]+)"', path.read_text()))
        assert imported <= kept, path.name
    manifest = json.loads((PAGE / "manifest.webmanifest").read_text())
    assert all((PAGE / icon["src"]).exists() for icon in manifest["icons"])


def test_every_language_has_every_word() -> None:
    text = (PAGE / "words.js").read_text(encoding="utf-8")
    words = text[text.index("const WORDS") : text.index("const PLACES")]
    languages = re.split(r"\n  (\w\w): \{", words)[1:]
    keys = {
        code: re.findall(r'(\w+): "', body)
        for code, body in zip(languages[::2], languages[1::2], strict=True)
    }
    assert set(keys) == {"en", "es", "de", "zh"}
    assert all(k == keys["en"] for k in keys.values())
    places = re.findall(
        r"\n  \w\w: \{ (upper.*) \},", text[text.index("const PLACES") :]
    )
    named = [re.findall(r'(\w+): "[^"]+"', line) for line in places]
    assert len(named) == len(keys) - 1  # English names them as they come
    assert all(names == named[0] and len(names) == 6 for names in named)
    used = {
        word
        for path in PAGE.glob("*.js")
        for word in re.findall(r'say\("(\w+)"', path.read_text(encoding="utf-8"))
    }
    assert used <= set(keys["en"])


def test_the_token_is_kept_for_its_owner_only(tmp_path: Path) -> None:
    token = load_token(tmp_path / "state")
    assert len(token) >= 32
    assert load_token(tmp_path / "state") == token
    mode = (tmp_path / "state" / "token").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="token"):
        load_token(tmp_path / "file")


def test_a_phone_is_paired_by_qr_code() -> None:
    url = pairing_url("https://192.168.4.1:8714", "s3cret")
    assert url == "https://192.168.4.1:8714/#token=s3cret"
    out = io.StringIO()
    announce(url, out, qr=True)
    assert url in out.getvalue()
    assert len(out.getvalue().splitlines()) > 12
    plain = io.StringIO()
    announce("http://192.168.4.1/", plain, qr=True)
    assert "--tls" in plain.getvalue()


def test_only_loopback_goes_without_a_token(tmp_path: Path) -> None:
    assert not Plan(tmp_path).wide
    wide = Plan(tmp_path, "0.0.0.0", names=("Van.local",))
    assert wide.wide
    assert "van.local" in wide.hosts
    assert Plan(tmp_path, "192.168.4.1").wide


def test_a_certificate_is_made_kept_and_renewed(tmp_path: Path) -> None:
    cert, key = load_certificate(tmp_path, ["van.local", "[::1]", "10.0.0.2"], NOW_S)
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(cert, key)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    first = cert.read_bytes()
    names = x509.load_pem_x509_certificate(first).extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    held = {str(name.value) for name in names.value}
    assert held == {"van.local", "::1", "10.0.0.2"}
    load_certificate(tmp_path, ["van.local"], NOW_S + 30 * DAY_S)
    assert cert.read_bytes() == first
    load_certificate(tmp_path, ["van.local"], NOW_S + 365 * DAY_S)
    assert cert.read_bytes() != first


def test_a_name_no_certificate_can_bear_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="m\u00fcller"):
        load_certificate(tmp_path, ["m\u00fcller-van"], NOW_S)


def test_the_van_s_camera_films_the_ride(film: Film, tmp_path: Path) -> None:
    for index in range(3):
        save_picture(film.picture(), tmp_path / f"{index}.jpg")
    session = Session(film, ROUTE)
    session.open_stop("14", monotonic())
    camera = van_camera(str(tmp_path))
    app = create_app(session, Pipeline(lambda i: []), monotonic, None, (camera,))
    with TestClient(app, base_url="http://localhost") as client:
        found: list[str] = []
        for _ in range(100):
            scene = client.get("/v1/ride/scene").json()["scene"]
            found = found or scene["checklist"]["found"]
            if found:
                break
            sleep(0.1)
        assert found == ["NUMBER-A1", "NUMBER-A2"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--cert", "c.pem"], "--key"),
        (["--stop", "99"], "99"),
        (["--manifest", "nowhere.csv"], "nowhere.csv"),
    ],
)
def test_wrong_use_is_told_before_anything_starts(
    tmp_path: Path, options: list[str], said: str
) -> None:
    route = tmp_path / "r.csv"
    route.write_text("stop,tracking_number\n14,1Z999AA10123456784\n")
    given = ["serve", "--manifest", str(route), "--state", str(tmp_path), *options]
    error = CliRunner().invoke(commands, given).exception
    assert said in str(error)


def test_the_embedding_example_runs(
    film: Film, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Camera:
        frames = 0

        def read(self) -> tuple[bool, Image]:
            self.frames += 1
            if self.frames > 4:
                raise KeyboardInterrupt
            return True, film.picture()

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cv2, "VideoCapture", lambda index: Camera())
    monkeypatch.setattr(Pipeline, "load", lambda: film)
    monkeypatch.setattr(Route, "load", lambda path: ROUTE)
    monkeypatch.setattr(sys, "argv", ["embed.py", "route.csv", "0"])
    example = Path(__file__).parent.parent / "examples" / "embed.py"
    assert len(example.read_text().splitlines()) <= 32
    with pytest.raises(KeyboardInterrupt):
        runpy.run_path(str(example), run_name="__main__")
    assert open_picture(tmp_path / "van.jpg").shape[1] == 640
    assert (tmp_path / "ride.sqlite").exists()
