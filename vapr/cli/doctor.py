"""`vapr doctor`: what is here, what is missing, and the line that installs it."""

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rich.console import Console
from rich.table import Table

from vapr.errors import ModelError
from vapr.weights import list_models, read_model

CORE = ("numpy", "opencv-python-headless", "onnxruntime", "pillow", "zxing-cpp")
EXTRAS = {
    "ocr": ("rapidocr", "read the print on labels and driver-aid stickers"),
    "train": ("ultralytics", "train a detector, or use your own .pt"),
    "serve": ("fastapi", "the driver's page and the HTTP service"),
    "xlsx": ("openpyxl", "read XLSX manifests"),
    "openvino": ("openvino", "the detector in less time on Intel"),
    "bench": ("matplotlib", "pictures of curves"),
}


def run_doctor() -> int:
    """Print the report; returns 0, or 4 when a model that ships is damaged."""
    console = Console(highlight=False)
    console.print(_packages())
    table, sound = _models()
    console.print(table)
    console.print(_cameras())
    return 0 if sound else ModelError.exit_code


def _packages() -> Table:
    table = Table(title=f"vapr {version('vapr')}, Python {platform.python_version()}")
    for column in ("package", "version", ""):
        table.add_column(column)
    for name in CORE:
        table.add_row(name, _version(name) or "[red]missing[/]", "core")
    for extra, (name, what) in EXTRAS.items():
        found = _version(name)
        line = what if found else f'{what}: pip install "vapr\\[{extra}]"'
        table.add_row(name, found or "-", line)
    return table


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _models() -> tuple[Table, bool]:
    table = Table(title="Models")
    for column in ("name", "input px", "licence", "sha256", "state"):
        table.add_column(column)
    sound = True
    for model in list_models():
        try:
            read_model(model)
            state = "[green]intact[/]"
        except ModelError as error:
            sound, state = False, f"[red]{error}[/]"
        table.add_row(
            model.name, str(model.long_side), model.licence, model.sha256[:12], state
        )
    return table, sound


def _cameras() -> str:
    """Device files are listed, not opened: opening one would take it from its user."""
    devices = sorted(str(path) for path in Path("/dev").glob("video*"))
    return f"Cameras: {', '.join(devices)}" if devices else "Cameras: none found here"
