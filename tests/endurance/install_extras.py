"""Install each extra beside the core in a bare environment, and use what it brings.

    python tests/endurance/install_extras.py serve xlsx train

Installs from the package index (`train` alone is more than a gigabyte), so it is a
command of its own. Told for each extra: the size of its environment, and whether it
works. Two OpenCV wheels share one `cv2`: it must still open, and be the pinned one.
"""

import argparse
import subprocess
import sys
import venv
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
ONE_CV2 = """
import cv2
from importlib.metadata import distributions
wheels = {d.version for d in distributions() if d.name.startswith("opencv-python")}
assert len(wheels) == 1, f"OpenCV wheels of several versions: {wheels}"
assert wheels.pop().startswith(cv2.__version__), cv2.__version__
"""
PROBES = {
    "serve": "from vapr.serve import create_app",
    "ocr": """
from vapr.read.text_net import text_nets
assert text_nets() is not None
""",
    "xlsx": """
import openpyxl
from vapr.route import Route
book = openpyxl.Workbook()
book.active.append(["stop", "tracking_number"])
book.active.append(["1", "1Z999AA10123456784"])
book.save("route.xlsx")
assert len(Route.load("route.xlsx").items) == 1
""",
    "openvino": """
import numpy
from vapr.detect import load_detector
load_detector("openvino:")(numpy.zeros((480, 640, 3), numpy.uint8))
""",
    "train": """
import vapr.train.fit
from ultralytics import YOLO
from vapr.detect import load_detector
YOLO("yolo26n.yaml").save("own.pt")
assert load_detector("own.pt", classes={"0": "parcel"}) is not None
""",
}


def main() -> None:
    """Try the extras named on the command line; exit 1 when one does not work."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("extras", nargs="*", default=list(PROBES), choices=PROBES)
    failed = [extra for extra in parser.parse_args().extras if not works(extra)]
    sys.exit(f"do not work: {', '.join(failed)}" if failed else 0)


def works(extra: str) -> bool:
    """Install an extra in an environment of its own and run its probe there."""
    with TemporaryDirectory() as folder:
        python = Path(folder, "bin", "python")
        venv.create(folder, with_pip=True)
        project = f"{ROOT}[{extra}]"
        pip = [str(python), "-m", "pip", "install", "--quiet", project]
        subprocess.run(pip, check=True)
        probe = subprocess.run(
            [python, "-c", ONE_CV2 + PROBES[extra]], cwd=folder, check=False
        )
        demo = subprocess.run(
            [Path(folder, "bin", "vapr"), "demo"],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            check=False,
        )
        megabytes = sum(f.lstat().st_size for f in Path(folder).rglob("*")) / 1e6
        sound = probe.returncode == demo.returncode == 0
        told = "works" if sound else "DOES NOT WORK"
        sys.stdout.write(f"{extra}: {megabytes:.0f} MB, {told}\n")
        return sound


if __name__ == "__main__":
    main()
