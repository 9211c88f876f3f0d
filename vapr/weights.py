"""A model's name -> its file, hash, input size and licence.

Models lie in `models/` of a checkout and in `vapr/_data/models` of an installed wheel,
each with its facts in `NAME.json` and its card in `NAME.md` beside it. The hash is
checked whenever a model is opened by name: a cut or mixed-up file must not decide
what is picked.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from vapr.errors import ModelError

DEFAULT_DETECTOR = "vapr-detect-5"

_PACKAGE = Path(__file__).resolve().parent
_FOLDERS = (_PACKAGE.parent / "models", _PACKAGE / "_data" / "models")


@dataclass(frozen=True, slots=True)
class Model:
    """What is known of a model file; `long_side` is the picture's in the network, px.

    `thresholds` are (class, least score) of what is reported. `corners` names the
    corner network that goes with a detector. `sha256` is empty for a
    model without facts beside it.
    """

    name: str
    path: Path
    sha256: str = ""
    licence: str = "unknown"
    classes: tuple[str, ...] = ("parcel", "label", "aid")
    long_side: int = 1280
    thresholds: tuple[tuple[str, float], ...] = ()
    corners: str = ""


def models_folder() -> Path:
    """Where this installation keeps its models.

    Raises:
        ModelError: there is no such folder.
    """
    for folder in _FOLDERS:
        if folder.is_dir():
            return folder
    raise ModelError("this installation has no models folder; install vapr again")


def list_models(folder: Path | None = None) -> list[Model]:
    """Every model that has facts beside it, by name."""
    folder = folder or models_folder()
    found = (path.with_suffix(".onnx") for path in sorted(folder.glob("*.json")))
    return [describe_model(path) for path in found if path.exists()]


def find_model(name: str | Path, folder: Path | None = None) -> Model:
    """The model of a name ("vapr-detect-5") or a path to an .onnx file.

    Raises:
        ModelError: there is no such model; the message lists those there are.
    """
    path = Path(name)
    if path.suffix == ".onnx":
        if not path.is_file():
            raise ModelError(f"no model file {path}")
        return describe_model(path)
    folder = folder or models_folder()
    path = folder / f"{name}.onnx"
    if not path.is_file():
        known = ", ".join(model.name for model in list_models(folder)) or "none"
        raise ModelError(f"no model named {name!r}; there are: {known}")
    return describe_model(path)


def describe_model(path: Path) -> Model:
    """The facts beside a model file; a bare file gets the usual ones.

    Raises:
        ModelError: the facts cannot be understood.
    """
    facts = path.with_suffix(".json")
    if not facts.is_file():
        return Model(path.stem, path)
    try:
        data = json.loads(facts.read_text("utf-8"))
        return Model(
            str(data["name"]),
            path,
            str(data["sha256"]),
            str(data["licence"]),
            tuple(map(str, data.get("classes", Model("", path).classes))),
            int(data.get("long_side", 1280)),
            tuple((str(k), float(v)) for k, v in data.get("thresholds", {}).items()),
            str(data.get("corners", "")),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"{facts.name}: wanted a model's name, sha256 and licence as JSON"
        raise ModelError(message) from error


def read_model(model: Model) -> bytes:
    """The bytes of a model file, checked against its hash if that is known.

    Raises:
        ModelError: the file is missing, empty, or not the one its facts describe.
    """
    try:
        data = model.path.read_bytes()
    except OSError as error:
        message = f"cannot read model {model.path.name}: {error.strerror}"
        raise ModelError(message) from error
    if not data:
        raise ModelError(f"model {model.path.name} is empty")
    if model.sha256 and hashlib.sha256(data).hexdigest() != model.sha256:
        raise ModelError(
            f"model {model.path.name} is damaged or not the one its facts describe "
            "(sha256 differs); install vapr again or export the model again"
        )
    return data
