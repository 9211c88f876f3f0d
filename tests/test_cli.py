"""The commands: exit codes, what goes where, and that one bad picture stops nothing."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from vapr.cli.locate import overlay_names
from vapr.media import open_picture, save_picture
from vapr.types import Detection, Image
from vapr.wire import json_schema

ROUTE = """stop,tracking_number,recipient
14,1Z999AA10123456784,Ada Example
14,TBA303912345678,Ada Example
15,9400111899223197428490,Bo Example
"""


def vapr(*args: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "vapr", *args],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        timeout=240,
    )


@pytest.fixture(scope="module")
def folder(
    tmp_path_factory: pytest.TempPathFactory,
    parcels_picture: tuple[Image, list[Detection]],
) -> Path:
    folder = tmp_path_factory.mktemp("van")
    save_picture(parcels_picture[0], folder / "van.png")
    (folder / "route.csv").write_text(ROUTE, encoding="utf-8")
    (folder / "bad.jpg").write_bytes(b"\xff\xd8\xff\xe0 cut")
    return folder


def test_help_names_the_commands_and_exit_codes() -> None:
    run = vapr("--help")
    assert run.returncode == 0
    for command in ("demo", "locate", "manifest", "doctor"):
        assert command in run.stdout
    assert "Exit codes" in run.stdout


@pytest.mark.parametrize("command", ["eval", "replay"])
def test_help_of_what_measures_says_what_is_written(command: str) -> None:
    said = " ".join(vapr(command, "--help").stdout.split())
    assert "figures as JSON" in said
    assert "with ." not in said  # a name in brackets is no style


def test_a_bad_picture_among_good_ones_stops_nothing(folder: Path) -> None:
    run = vapr(
        "locate", "van.png", "bad.jpg", "-m", "route.csv", "-s", "14",
        "--out", "out", "--json", "-", "--explain", cwd=folder,
    )  # fmt: skip
    assert run.returncode == 1, run.stderr
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    for line in lines:
        jsonschema.validate(line, json.loads(json_schema()))
    by_source = {line["source"]: line for line in lines}
    assert by_source["bad.jpg"]["error"]["code"] == "truncated_picture"
    picks = [p for p in by_source["van.png"]["parcels"] if p["verdict"] == "pick"]
    assert [p["id"] for p in picks] == ["1Z999AA10123456784"]
    assert open_picture(folder / "out" / "van.jpg").shape[1] == 1700
    assert "1 of 2 found" in run.stderr
    assert "Example" not in run.stdout + run.stderr  # no recipient's name


def test_names_with_brackets_are_told_as_they_are(folder: Path) -> None:
    bad = folder / "bad[a].jpg"
    bad.write_bytes((folder / "bad.jpg").read_bytes())
    run = vapr(
        "locate", "van.png", bad.name, "-m", "route.csv", "--out", "o[/b]", cwd=folder
    )
    assert run.returncode == 1, run.stderr
    assert "bad[a].jpg" in run.stdout
    assert "o[/b]" in run.stderr


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["locate", "van.png", "-m", "gone.csv"], 3, "gone.csv"),
        (["locate", "van.png", "-m", "route.csv", "-s", "99"], 2, "14, 15"),
        (["locate", "van.png", "-m", "route.csv", "--model", "no.onnx"], 4, "no.onnx"),
        (["locate", "no*.png", "-m", "route.csv"], 3, "no picture"),
        (["locate", "van.png", "-m", "route.csv", "--classes", "a"], 2, "name=value"),
        (["locate", "van.png"], 2, "manifest"),
        (["nonsense"], 2, "nonsense"),
    ],
)
def test_what_went_wrong_is_in_the_code_and_in_words(
    folder: Path, args: list[str], code: int, says: str
) -> None:
    run = vapr(*args, cwd=folder)
    assert run.returncode == code, run.stderr
    assert says in run.stderr
    assert "Traceback" not in run.stderr


def test_doctor_knows_the_models() -> None:
    run = vapr("doctor")
    assert run.returncode == 0, run.stderr
    assert "intact" in run.stdout
    assert "vapr-detect-5" in run.stdout


def test_pictures_of_one_name_do_not_overwrite_each_other() -> None:
    paths = [Path("a/x.jpg"), Path("b/x.png"), Path("b/y.jpg")]
    assert overlay_names(paths) == ["x.jpg", "x-2.jpg", "y.jpg"]
