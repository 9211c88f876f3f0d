"""Frames from anything, and `vapr watch` around a ride."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import jsonschema
import numpy as np
import pytest
from typer.testing import CliRunner

from tests import fake_cameras
from tests.van_film import Box, Film
from vapr import capture, wire
from vapr.capture import Frame, LiveCamera, Opener, is_live, recorded_frames
from vapr.cli import main, watch
from vapr.cli.app import app
from vapr.errors import CameraError, InputError, UsageError
from vapr.media import open_picture, save_picture
from vapr.pipeline import Pipeline

MANIFEST = "stop,tracking\n14,1Z999AA10123456784\n15,TBA303912345678\n"


def wait_for(
    camera: LiveCamera, enough: Callable[[Frame], bool], limit_s: float = 40
) -> Frame:
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        start = time.monotonic()
        frame = camera.latest(0.2)
        assert time.monotonic() - start < 5
        if frame is not None and enough(frame):
            return frame
    raise AssertionError("no such frame in time")


def test_the_newest_frame_is_handed_over() -> None:
    camera = LiveCamera("0", time.monotonic, fake_cameras.steady)
    try:
        first = wait_for(camera, lambda frame: True)
        assert first.image.shape == (48, 64, 3)
        time.sleep(0.5)
        camera.latest(0.5)
        newest = wait_for(camera, lambda frame: True)
        assert 0 <= time.monotonic() - newest.time_s < 2
        skipped = (int(first.image[0, 0, 0]) - int(newest.image[0, 0, 0])) % 200
        assert skipped > 3
    finally:
        camera.close()


@pytest.mark.parametrize("opener", [fake_cameras.hangs_once, fake_cameras.ends_once])
def test_a_lost_camera_is_opened_again(
    opener: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capture, "HANG_S", 1.0)
    camera = LiveCamera(str(tmp_path / "opened"), time.monotonic, opener)
    try:
        last_s = wait_for(camera, lambda frame: frame.image[0, 0, 0] < 45).time_s
        back = wait_for(camera, lambda frame: frame.image[0, 0, 0] > 60)
        assert back.time_s - last_s < 20
        assert camera.failures == 0
    finally:
        camera.close()


def test_a_camera_that_is_not_there_is_tried_again_ever_more_slowly() -> None:
    camera = LiveCamera("9", time.monotonic, fake_cameras.never_opens)
    try:
        end = time.monotonic() + 30
        while camera.failures < 2 and time.monotonic() < end:
            assert camera.latest(0.2) is None
        assert camera.failures == 2
        start = time.monotonic()
        assert camera.latest(0.3) is None  # it waits, and keeps nobody waiting
        assert 0.2 < time.monotonic() - start < 2
    finally:
        camera.close()


def test_what_is_live() -> None:
    assert all(map(is_live, ["0", "rtsp://10.0.0.7/stream", "/dev/video2"]))
    assert not any(map(is_live, ["ride.mp4", "pictures", "C:/ride.mp4"]))


def test_a_folder_is_a_film_and_a_bad_picture_does_not_end_it(tmp_path: Path) -> None:
    for i in range(3):
        save_picture(np.full((20, 30, 3), 80 * i, np.uint8), tmp_path / f"{i}.png")
    (tmp_path / "1.png").write_bytes(b"not a picture")
    frames = list(recorded_frames(tmp_path, fps=4))
    assert [f.time_s for f in frames if isinstance(f, Frame)] == [0.0, 0.5]
    bad = frames[1]
    assert isinstance(bad, tuple)
    assert bad[0] == "1.png"


def test_a_video_is_looked_at_so_many_times_a_second(tmp_path: Path) -> None:
    path = tmp_path / "ride.avi"
    _write_video(path, [np.full((48, 64, 3), i, np.uint8) for i in range(50)], 25)
    times = [f.time_s for f in recorded_frames(path, 5) if isinstance(f, Frame)]
    assert times == pytest.approx(np.arange(0, 2, 0.2))


@pytest.mark.parametrize("name", ["nothing.mp4", "text.mp4"])
def test_no_video_is_said_plainly(name: str, tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("this is no film")
    with pytest.raises(InputError, match=r"nothing|text"):
        list(recorded_frames(tmp_path / name, 5))


class Fakes:
    """`vapr watch` on a film of the made van, without models."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.manifest = folder / "route.csv"
        self.manifest.write_text(MANIFEST)
        self.film = Film(
            [
                Box("1Z999AA10123456784", (60, 60)),
                Box("TBA303912345678", (250, 60)),
            ]
        )
        self.pictures = folder / "frames"
        for i in range(6):
            save_picture(self.film.picture(), self.pictures / f"{i:02d}.png")
        load = staticmethod(lambda *args: self.film)
        monkeypatch.setattr(Pipeline, "load", load)

    def run(self, *more: str) -> tuple[int, list[dict[str, Any]], str]:
        arguments = ["watch", *more, "--manifest", str(self.manifest), "--json", "-"]
        result = CliRunner().invoke(app, arguments)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        lines = [json.loads(line) for line in result.stdout.splitlines()]
        return result.exit_code, lines, result.stderr


@pytest.fixture
def fakes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fakes:
    return Fakes(tmp_path, monkeypatch)


def test_one_scene_per_frame_and_a_marked_film(fakes: Fakes) -> None:
    out = fakes.folder / "marked.mp4"
    code, lines, said = fakes.run(str(fakes.pictures), "--out", str(out))
    assert code == 0
    assert len(lines) == 6
    for line in lines:
        jsonschema.validate(line, json.loads(wire.json_schema()))
    last = lines[-1]
    assert last["time_s"] == 1.0
    assert last["checklist"]["found"] == ["1Z999AA10123456784"]
    assert "found 1Z999AA10123456784" in said
    assert len(list(recorded_frames(out, 5))) == 6


def test_the_last_picture_instead_of_a_film(fakes: Fakes) -> None:
    out = fakes.folder / "now.jpg"
    fakes.run(str(fakes.pictures), "--out", str(out))
    assert open_picture(out).shape[1] == 640
    with pytest.raises(UsageError, match=r"\.mp4"):
        fakes.run(str(fakes.pictures), "--out", "marked.gif")


def test_refused_pictures_have_their_line(fakes: Fakes) -> None:
    (fakes.pictures / "03.png").write_bytes(b"")
    code, lines, _ = fakes.run(str(fakes.pictures))
    assert code == 1
    assert [("error" in line) for line in lines] == [False] * 3 + [True] + [False] * 2


def test_a_ride_goes_on_where_the_journal_ends(fakes: Fakes) -> None:
    journal = str(fakes.folder / "ride.db")
    fakes.run(str(fakes.pictures), "--stop", "15", "--journal", journal)
    _, lines, _ = fakes.run(str(fakes.pictures), "--journal", journal)
    assert {line["stop"] for line in lines} == {"15"}


def test_a_camera_lost_for_good_ends_it(
    fakes: Fakes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(source: str, clock: capture.Clock) -> LiveCamera:
        return LiveCamera(source, clock, fake_cameras.never_opens)

    monkeypatch.setattr(watch, "LiveCamera", lost)
    with pytest.raises(CameraError, match="camera 7 gave no picture") as error:
        fakes.run("7", "--give-up", "1")
    assert error.value.exit_code == 5


@pytest.mark.parametrize("source", ["7", "frames"])
def test_an_interrupt_ends_it_quietly_with_130(
    fakes: Fakes, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupted:
        def __init__(self, source: str, clock: capture.Clock) -> None:
            self.closed = False

        def latest(self, wait_s: float) -> Frame:
            raise KeyboardInterrupt

        def close(self) -> None:
            self.closed = True

    def interrupted(path: Path, fps: float) -> Iterator[Frame]:
        yield Frame(fakes.film.picture(), 0.0, "first")
        raise KeyboardInterrupt

    monkeypatch.setattr(watch, "LiveCamera", Interrupted)
    monkeypatch.setattr(watch, "recorded_frames", interrupted)
    out = fakes.folder / "scenes.jsonl"
    given = ["watch", source, "--manifest", str(fakes.manifest), "--json", str(out)]
    monkeypatch.setattr(sys, "argv", ["vapr", *given])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130
    assert len(out.read_text().splitlines()) == (0 if source == "7" else 1)


def test_marks_are_withdrawn_while_the_camera_hangs(
    fakes: Fakes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hanging(source: str, clock: capture.Clock) -> LiveCamera:
        return LiveCamera(str(tmp_path / "opened"), clock, fake_cameras.hangs_for_good)

    monkeypatch.setattr(watch, "LiveCamera", hanging)
    monkeypatch.setattr(capture, "HANG_S", 30.0)
    fakes.film.boxes.clear()
    lines_file = fakes.folder / "scenes.jsonl"
    arguments = ["watch", "0", "--manifest", str(fakes.manifest), "--give-up", "12"]
    result = CliRunner().invoke(app, [*arguments, "--json", str(lines_file)])
    assert isinstance(result.exception, CameraError)
    assert "camera lost (no frame)" in result.stderr
    assert "95th percentile" in result.stderr


def _write_video(path: Path, frames: list[np.ndarray], fps: float) -> None:
    size = (frames[0].shape[1], frames[0].shape[0])
    code = cv2.VideoWriter.fourcc(*"MJPG")
    writer = cv2.VideoWriter(str(path), code, fps, size)
    for frame in frames:
        writer.write(frame)
    writer.release()
