"""Photographs of codes by others: floors that only rise, and nothing made up.

The photographs are not ours to ship; VAPR_DATA names the folder that holds `codes/`.
"""

import json
import os
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from vapr.read.decode import decode_picture

DATA = os.environ.get("VAPR_DATA")
pytestmark = pytest.mark.skipif(
    not DATA, reason="VAPR_DATA does not name the folder of real photographs"
)

QUAGGA2_FLOOR = 99  # of 115; 10 are of a symbology (2 of 5) that is not read
FLOORS = {
    "aztec": 46,  # of 47
    "codabar": 12,  # of 15
    "code128": 22,  # of 22
    "code39": 13,  # of 14
    "code93": 3,  # of 3
    "datamatrix": 92,  # of 95
    "itf": 19,  # of 20
    "maxicode": 8,  # of 8, all upright and alone in their picture
    "pdf417": 56,  # of 56
    "qrcode": 122,  # of 137
}
ALSO_PRINTED = {
    # stickers with a serial number beside the code the truth names
    "code_32/image-6.jpg": ("1393878351", "13938783510D4YGY"),
    "code_32/image-7.jpg": ("0482763707", "04827637070W8W2Z"),
    "code_32/image-8.jpg": ("0482763707", "04827637070W8W2Z"),
    "code_32/image-9.jpg": ("0284111935",),
    "code_32/image-10.jpg": ("0284111935",),
}


@dataclass(frozen=True)
class Outcome:
    """What was read of one photograph, beside what is printed there."""

    name: str
    right: bool
    wrong: tuple[str, ...]


def says(truth: dict[str, str], text: str) -> bool:
    """Whether a text is what a truth says, in the decoder's way of writing it."""
    said, symbology = truth["text"].strip(), truth["format"]
    text = text.strip()
    if symbology == "UPCE" and len(said) == 8:
        return text[-1] == said[-1] and said[1:3] == text[2:4]
    if symbology in ("UPCA", "EAN13") and len(said) > 13:
        return text == said[:13]  # its add-on is left out
    # UPC-A is the EAN-13 that starts with 0; VINs of imports are printed behind an I
    return text in (said, "0" + said, "I" + said, said.upper())


def look_at(truth: dict[str, list[dict[str, str]]], path: Path, name: str) -> Outcome:
    with PillowImage.open(path) as picture:
        image = np.asarray(picture.convert("RGB"))[..., ::-1]
    texts = [code.text for code in decode_picture(image)]
    printed = [code for code in truth["codes"] if code["text"]]
    right = [text for text in texts if any(says(code, text) for code in printed)]
    known = ALSO_PRINTED.get(name, ())
    wrong = tuple(text for text in texts if text not in right and text not in known)
    return Outcome(name, bool(right), wrong)


@cache
def outcomes(folder: str) -> list[Outcome]:
    root = Path(DATA or "") / "codes"
    lines = (root / "truth.jsonl").read_text().splitlines()
    truths = [json.loads(line) for line in lines]
    return [
        look_at(truth, root / truth["image"], truth["image"].removeprefix(folder + "/"))
        for truth in truths
        if truth["image"].startswith(folder + "/")
    ]


def test_codes_at_a_distance_and_any_angle_are_read() -> None:
    found = outcomes("quagga2")
    assert len(found) == 115
    assert sum(outcome.right for outcome in found) >= QUAGGA2_FLOOR


@pytest.mark.parametrize("folder", ["quagga2", "zxing-cpp"])
def test_no_code_is_made_up(folder: str) -> None:
    assert [outcome for outcome in outcomes(folder) if outcome.wrong] == []


def test_close_ups_of_the_symbologies_of_carriers_are_read() -> None:
    right: Counter[str] = Counter()
    for outcome in outcomes("zxing-cpp"):
        right[outcome.name.split("-")[0]] += outcome.right
    assert {name: n for name, n in FLOORS.items() if right[name] < n} == {}


def test_nothing_is_read_where_there_is_nothing() -> None:
    folders = outcomes("zxing-cpp")
    empty = [o for o in folders if o.name.startswith("falsepositives")]
    assert len(empty) == 46
    assert [outcome for outcome in empty if outcome.right or outcome.wrong] == []
