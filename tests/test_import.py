"""The core stays light, and what is public is what `vapr` lists."""

import re
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path

import vapr

ROOT = Path(__file__).parents[1]

HEAVY = {
    "torch",
    "ultralytics",
    "fastapi",
    "starlette",
    "rapidocr",
    "openpyxl",
    "scipy",
}


def _modules_after(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return {name.partition(".")[0] for name in run.stdout.split()}


def test_the_whole_public_api_pulls_in_nothing_optional() -> None:
    loaded = _modules_after("import vapr\nfor n in vapr.__all__: getattr(vapr, n)")
    assert not loaded & HEAVY


def test_import_and_help_load_no_pictures_and_no_models() -> None:
    slow = {"numpy", "cv2", "onnxruntime", "PIL", "zxingcpp", "pydantic"}
    assert not _modules_after("import vapr") & slow
    assert not _modules_after("import vapr.cli.app") & slow


def test_every_public_name_is_there_and_documented() -> None:
    for name in vapr.__all__:
        assert getattr(vapr, name).__doc__, name
    assert set(vapr.__all__) == set(dir(vapr))


def test_the_extras_bring_the_same_opencv_as_the_core() -> None:
    """Two wheels of OpenCV share one cv2: of different versions they break it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *chain(*project["optional-dependencies"].values()),
    ]
    pins = {w.partition("==")[2] for w in wanted if w.startswith("opencv-python")}
    assert len(pins) == 1
    assert "" not in pins


def test_ultralytics_is_beside_a_pin_of_the_opencv_it_brings() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for extra, wanted in project["optional-dependencies"].items():
        names = {re.split(r"[\[=<>]", line)[0] for line in wanted}
        assert "ultralytics" not in names or "opencv-python" in names, extra
