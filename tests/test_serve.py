"""The service: who may call it, what it answers, and what it never does."""

import json
from base64 import b64decode
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import suppress
from threading import Event
from time import monotonic, sleep
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.testclient import WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from tests.van_film import ROUTE, Box, Film
from vapr.media import encode_jpeg, open_picture
from vapr.pipeline import Pipeline
from vapr.serve import Frame, RideWorker, ServeSettings, create_app
from vapr.serve.problems import BusyError, CameraInUseError, SupersededError
from vapr.session import Session
from vapr.types import Detection, Image

MANIFEST = b"stop,tracking_number\n14,1Z999AA10123456784\n15,TBA303912345678\n"


@pytest.fixture
def film() -> Film:
    return Film([Box("A1", (60, 60)), Box("A2", (250, 60)), Box("B1", (450, 60))])


def serve(film: Film, pipeline: Pipeline | None = None, **more: object) -> TestClient:
    pipeline = pipeline or Pipeline(lambda image: [])
    settings = ServeSettings(**more)  # type: ignore[arg-type]
    app = create_app(Session(film, ROUTE), pipeline, monotonic, settings)
    return TestClient(app, base_url="http://localhost")


@pytest.fixture
def client(film: Film) -> Iterator[TestClient]:
    with serve(film) as client:
        yield client


def jpeg(film: Film) -> dict[str, tuple[str, bytes]]:
    return {"picture": ("a.jpg", encode_jpeg(film.picture()))}


def test_a_ride_over_http(client: TestClient, film: Film) -> None:
    assert client.get("/v1/ride").json()["next_stop"] == "14"
    opened = client.post("/v1/ride/open", json={"stop": "14"}).json()
    assert [e["kind"] for e in opened["events"]] == ["stop_opened"]
    looks = [client.post("/v1/ride/look", files=jpeg(film)) for _ in range(3)]
    look = looks[-1].json()
    assert look["live"] is True
    assert 0 < look["ttl_s"] <= 2
    verdicts = {p["id"]: p["verdict"] for p in look["scene"]["parcels"]}
    assert verdicts == {
        "NUMBER-A1": "pick",
        "NUMBER-A2": "pick",
        "NUMBER-B1": "leave",
    }
    taken = client.post("/v1/ride/take", json={"key": "NUMBER-A1"}).json()
    assert taken["state"]["taken"] == ["A1"]
    assert client.post("/v1/ride/untake", json={"key": "A1"}).json()["events"]
    closed = client.post("/v1/ride/close").json()
    assert "left_behind" in {e["kind"] for e in closed["events"]}
    events = client.get("/v1/events").json()
    assert events["last"] == events["events"][-1]["seq"]
    later = client.get("/v1/events", params={"after": events["last"]}).json()
    assert later == {"events": [], "last": events["last"]}


def test_a_picture_with_its_own_manifest(
    film: Film, parcels_picture: tuple[Image, list[Detection]]
) -> None:
    picture, found = parcels_picture
    files = {"picture": ("v.jpg", encode_jpeg(picture)), "manifest": ("r", MANIFEST)}
    with serve(film, Pipeline(lambda image: found)) as client:
        form = {"stop": "14", "overlay": "true"}
        answer = client.post("/v1/locate", files=files, data=form)
    assert answer.status_code == 200, answer.text
    scene = answer.json()["scene"]
    assert scene["schema"] == "vapr.scene/1"
    assert scene["checklist"]["found"] == ["1Z999AA10123456784"]
    marked = open_picture(b64decode(answer.json()["overlay"]))
    assert marked.shape[1] == picture.shape[1]


@pytest.mark.parametrize(
    ("path", "sent", "status", "code"),
    [
        ("/v1/locate", {"files": {"picture": b"%PDF-1.4"}}, 415, "not_a_picture"),
        ("/v1/locate", {"files": {"picture": b""}}, 422, "empty_file"),
        ("/v1/ride/look", {"files": {"picture": b"GIF89a"}}, 415, "not_a_picture"),
        ("/v1/ride/look", {}, 422, "invalid_request"),
        ("/v1/ride/open", {"json": {"stop": "99"}}, 422, "usage"),
        ("/v1/ride/take", {"json": {"key": "nobody"}}, 422, "usage"),
        ("/v1/ride/take", {"content": b'{"key": "\\ud800"}'}, 422, None),
        ("/v1/ride/take", {"content": b"\xff\xfe{"}, 422, None),
        ("/v1/ride/at", {"json": {"lat_deg": "NaN", "lon_deg": 0}}, 422, None),
        ("/v1/nowhere", {}, 404, "not_found"),
        ("/../../etc/passwd", {}, 404, None),
    ],
)
def test_refusals_say_why(
    client: TestClient, path: str, sent: dict[str, Any], status: int, code: str | None
) -> None:
    answer = client.post(path, **sent)
    if answer.status_code == 405:
        answer = client.get(path)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert code in (None, answer.json()["code"])


def test_a_wrong_method_is_told_the_right_one(client: TestClient) -> None:
    answer = client.get("/v1/ride/open")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_caps_on_upload_and_pixels(film: Film) -> None:
    with serve(film, max_upload_bytes=20_000, max_pixels=1000) as client:
        large = client.post("/v1/ride/look", files={"picture": b"x" * 30_000})
        chunks = client.post("/v1/ride/look", content=(b"x" * 9000 for _ in range(4)))
        wide = Film([], size=(80, 45))
        pixels = client.post("/v1/ride/look", files=jpeg(wide))
    codes = [answer.json()["code"] for answer in (large, chunks, pixels)]
    assert codes == ["too_large", "too_large", "picture_too_large"]
    assert {a.status_code for a in (large, chunks, pixels)} == {413}


def test_a_manifest_nobody_understands(client: TestClient, film: Film) -> None:
    files = {**jpeg(film), "manifest": ("r.csv", b"\x00\x01\x02")}
    answer = client.post("/v1/locate", files=files)
    assert (answer.status_code, answer.json()["code"]) == (422, "unreadable_manifest")


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "localhost.evil.example:80"},
        {"host": "192.168.1.7"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:9999"},
    ],
)
def test_foreign_hosts_and_origins_are_refused(
    client: TestClient, headers: dict[str, str]
) -> None:
    assert client.get("/v1/ride", headers=headers).status_code == 403
    assert client.post("/v1/ride/close", headers=headers).status_code == 403
    connection = client.websocket_connect("/v1/ws", headers=headers)
    with pytest.raises(WebSocketDisconnect), connection:
        pass


def test_its_own_pages_may_call(client: TestClient) -> None:
    own = {"origin": "http://localhost"}
    assert client.post("/v1/ride/close", headers=own).status_code == 200


def test_beyond_loopback_only_the_token_opens(film: Film) -> None:
    van = {"host": "van.local:8714"}
    with serve(film, hosts=frozenset({"van.local"}), token="s3cret") as client:
        assert client.get("/healthz", headers=van).status_code == 200
        for path in ("/v1/ride", "/v1/events", "/metrics", "/openapi.json"):
            refused = client.get(path, headers=van)
            assert refused.status_code == 401, path
            assert refused.headers["www-authenticate"] == "Bearer"
        with pytest.raises(WebSocketDisconnect):
            client.websocket_connect("/v1/ws", headers=van).__enter__()
        bearer = {**van, "authorization": "Bearer s3cret"}
        assert client.get("/v1/ride", headers=bearer).status_code == 200
        wrong = client.post("/pair", json={"token": "nö"}, headers=van)
        assert wrong.status_code == 401
        paired = client.post("/pair", json={"token": "s3cret"}, headers=van)
        cookie = paired.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        given = {**van, "cookie": cookie.partition(";")[0]}
        given["cookie"] = paired.headers["set-cookie"].partition(";")[0]
        assert client.get("/v1/ride", headers=given).status_code == 200


def join(client: TestClient) -> WebSocketTestSession:
    return client.websocket_connect("/v1/ws", headers={"host": "localhost"})


def until(socket: WebSocketTestSession, kind: str) -> dict[str, Any]:
    """The next message of a kind; pictures between are passed over."""
    for _ in range(50):
        got = socket.receive()
        if got.get("text") is not None:
            message: dict[str, Any] = json.loads(got["text"])
            assert message["v"] == 1
            if message["type"] == kind:
                return message
    raise AssertionError(f"no {kind} came")


def send_frame(socket: WebSocketTestSession, film: Film, name: str) -> None:
    socket.send_json({"type": "frame", "v": 1, "name": name})
    socket.send_bytes(encode_jpeg(film.picture()))


def test_a_phone_is_the_ride_s_camera(client: TestClient, film: Film) -> None:
    client.post("/v1/ride/open", json={"stop": "14"})
    with join(client) as socket:
        socket.send_json({"type": "hello", "v": 1, "after": 0})
        assert until(socket, "state")["state"]["open_stop"] == "14"
        scene: dict[str, Any] = {}
        for name in "abc":
            send_frame(socket, film, name)
            scene = until(socket, "scene")
            while scene["frame"] != name:
                socket.send_json({"type": "ack", "v": 1, "n": scene["n"]})
                scene = until(socket, "scene")
            assert scene["live"] is True
            socket.send_json({"type": "ack", "v": 1, "n": scene["n"]})
        assert scene["scene"]["checklist"]["found"] == ["NUMBER-A1", "NUMBER-A2"]


def test_without_acknowledgement_no_further_scene(
    client: TestClient, film: Film
) -> None:
    with join(client) as socket:
        send_frame(socket, film, "a")
        first = until(socket, "scene")["n"]
        for _ in range(5):
            client.post("/v1/ride/open", json={"stop": "14"})
            client.post("/v1/ride/close")
        kinds = [json.loads(socket.receive()["text"])["type"] for _ in range(4)]
        assert "scene" not in kinds
        socket.send_json({"type": "ack", "v": 1, "n": first})
        assert until(socket, "scene")["n"] > first + 1


def test_pictures_go_to_those_who_want_them(client: TestClient, film: Film) -> None:
    with join(client) as socket:
        socket.send_json({"type": "hello", "v": 1, "pictures": True})
        until(socket, "beat")
        client.post("/v1/ride/look", files=jpeg(film))
        scene = until(socket, "scene")
        while not scene["picture"]:
            socket.send_json({"type": "ack", "v": 1, "n": scene["n"]})
            scene = until(socket, "scene")
        picture = open_picture(socket.receive_bytes())
    assert picture.shape == (360, 640, 3)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"type": "ack", "v": 2, "n": 1}', '{"type": "x", "v": 1}']
)
def test_messages_of_no_known_form_are_answered(client: TestClient, text: str) -> None:
    with join(client) as socket:
        socket.send_text(text)
        assert until(socket, "error")["code"] == "invalid_message"
        socket.send_bytes(b"no picture")
        assert until(socket, "error")["code"] == "not_a_picture"


def test_health_metrics_and_openapi_hold_no_parcel(
    client: TestClient, film: Film
) -> None:
    assert client.get("/healthz").json()["live"] is False
    client.post("/v1/ride/open", json={"stop": "14"})
    client.post("/v1/ride/look", files=jpeg(film))
    assert client.get("/healthz").json()["live"] is True
    text = client.get("/metrics").text
    assert 'vapr_frames_total{outcome="looked"} 1.0' in text
    assert "NUMBER" not in text
    assert "A1" not in text
    schema = client.get("/openapi.json").json()
    assert "Problem" in schema["components"]["schemas"]
    assert "/v1/locate" in schema["paths"]
    upload = schema["components"]["schemas"]["Body_locate"]["properties"]
    assert upload["picture"]["format"] == upload["manifest"]["format"] == "binary"
    assert schema["components"]["schemas"]["StopIn"]["properties"]["stop"]["examples"]


def test_only_the_newest_frame_is_looked_at(film: Film) -> None:
    worker = RideWorker(Session(film, ROUTE), monotonic)
    worker.start()
    go = Event()
    held = worker.compute(lambda: go.wait(10))
    sleep(0.1)
    offers = [
        worker.offer(Frame(film.picture, monotonic(), "van", str(i))) for i in range(5)
    ]
    with pytest.raises(CameraInUseError):
        worker.offer(Frame(film.picture, monotonic(), "phone"))
    deed = worker.do(lambda session, now_s: session.open_stop("14", now_s))
    gone = worker.do(lambda session, now_s: session.close_stop(now_s))
    gone.cancel()
    for _ in range(4):
        worker.compute(lambda: None)
    with pytest.raises(BusyError):
        worker.compute(lambda: None)
    go.set()
    assert held.result(10)
    assert [e.kind for e in deed.result(10)] == ["stop_opened"]
    assert offers[-1].result(10).source == "4"
    assert all(isinstance(o.exception(), SupersededError) for o in offers[:-1])
    assert film.frame == 1
    worker.stop()
    with suppress(CancelledError):
        assert worker.session.state.open_stop == "14"


def test_a_bug_in_a_look_does_not_end_the_ride(film: Film) -> None:
    worker = RideWorker(Session(film, ROUTE), monotonic)
    worker.start()

    def broken() -> Image:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        worker.offer(Frame(broken, monotonic(), "van")).result(10)
    good = worker.offer(Frame(film.picture, monotonic(), "van", "next"))
    assert good.result(10).source == "next"
    worker.stop()
