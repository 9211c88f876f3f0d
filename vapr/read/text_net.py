"""The two networks that read text, where the extra `[ocr]` is installed.

They come with the wheel of `rapidocr` (PP-OCRv6 small, Apache-2.0) and are run by our
own onnxruntime sessions: nothing of that package is imported, nothing is downloaded.
One marks where text lines lie, one gives per step of a line the probability of each
character (CTC, Graves et al. 2006). Without the wheel text is simply not read.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from vapr.types import Image

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

PACKAGE: Final = "rapidocr"
FILES: Final = {
    "PP-OCRv6_det_small.onnx": (
        "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f"
    ),
    "PP-OCRv6_rec_small.onnx": (
        "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884"
    ),
}
"""The models the scale of `models/text.json` was fitted with, and their sha256."""
HEIGHT: Final = 48
"""Of a line in the recogniser, px."""
WIDTHS: Final = (96, 160, 240, 320, 480, 640)
"""Widths of lines in the recogniser, px: few shapes, so that it plans each once."""
BLOCK: Final = 32
"""The finder's pictures are whole multiples of this, px."""

Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class TextNets:
    """Both networks and the recogniser's characters; index 0 is CTC's blank."""

    finder: "InferenceSession"
    recogniser: "InferenceSession"
    characters: tuple[str, ...]

    def find(self, grey: Image) -> Plane:
        """How likely each pixel lies in the core of a text line.

        Args:
            grey: uint8 (H, W), upright.

        Returns:
            Probabilities (H, W).
        """
        height, width = grey.shape
        down, right = -height % BLOCK, -width % BLOCK
        x = np.pad(even_contrast(grey), ((0, down), (0, right)), mode="edge")
        out = _run(self.finder, np.repeat(x[None, None], 3, axis=1))
        return np.asarray(out[0, 0, :height, :width], np.float32)

    def read(self, lines: list[Image]) -> list[Plane]:
        """Probabilities (steps, characters) of each line, grey uint8 of any size."""
        import cv2

        batches: dict[int, list[int]] = {}
        inputs: list[Plane] = []
        for index, line in enumerate(lines):
            height, width = line.shape
            wanted = width * HEIGHT / height
            room = min((w for w in WIDTHS if w >= wanted), default=WIDTHS[-1])
            size = (min(max(round(wanted), 8), room), HEIGHT)
            small = height > HEIGHT
            flags = cv2.INTER_AREA if small else cv2.INTER_CUBIC
            scaled = np.asarray(cv2.resize(line, size, interpolation=flags), np.uint8)
            padded = np.zeros((HEIGHT, room), np.float32)
            padded[:, : size[0]] = even_contrast(scaled)
            inputs.append(padded)
            batches.setdefault(room, []).append(index)
        out: dict[int, Plane] = {}
        for indices in batches.values():
            x = np.repeat(np.stack([inputs[i] for i in indices])[:, None], 3, axis=1)
            out.update(zip(indices, _run(self.recogniser, x), strict=True))
        return [out[index] for index in range(len(lines))]


def even_contrast(grey: Image) -> Plane:
    """Grey values -1..1 between their own 2nd and 98th percentiles."""
    values = grey.astype(np.float32)
    low, high = np.percentile(values, (2, 98))
    share = (values - low) / max(float(high - low), 12.0)
    return np.asarray(np.clip(share, 0, 1) * 2 - 1, np.float32)


def _run(session: "InferenceSession", x: Plane) -> Plane:
    name = session.get_inputs()[0].name
    return np.asarray(session.run(None, {name: x})[0], np.float32)


def text_files() -> dict[str, Path] | None:
    """Where the networks lie; None if the extra is missing or of another version."""
    try:
        package = distribution(PACKAGE)
    except PackageNotFoundError:
        return None
    found = {
        name: Path(str(package.locate_file(f"{PACKAGE}/models/{name}")))
        for name in FILES
    }
    intact = all(
        path.is_file() and _hash(path) == FILES[n] for n, path in found.items()
    )
    return found if intact else None


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@lru_cache(maxsize=1)
def text_nets() -> TextNets | None:
    """The networks, opened once; None where text cannot be read."""
    files = text_files()
    if files is None:
        return None
    finder, recogniser = (_open(files[name]) for name in FILES)
    listed = recogniser.get_modelmeta().custom_metadata_map["character"].split("\n")
    return TextNets(finder, recogniser, ("", *listed, " "))


def _open(path: Path) -> "InferenceSession":
    import onnxruntime  # takes long to import, and not every command reads text

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # callers spread labels over threads themselves
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(
        str(path), options, providers=["CPUExecutionProvider"]
    )
