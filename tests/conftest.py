"""What several rooms' tests share: a small route and a picture of its parcels."""

import os
from pathlib import Path

import cv2
import numpy as np
import pytest
import zxingcpp

from vapr.route import Route, Stop
from vapr.types import Detection, Image, Item, Quad

NUMBERS = {
    "14": ["1Z999AA10123456784", "TBA303912345678"],
    "15": ["9400111899223197428490"],
}


@pytest.fixture(scope="session")
def small_route() -> Route:
    stops = [
        Stop(stop, tuple(Item(number, stop, number) for number in numbers))
        for stop, numbers in NUMBERS.items()
    ]
    return Route(tuple(stops))


def code_128(text: str, module_px: int = 3, height_px: int = 120) -> Image:
    """A Code 128 symbol with its quiet zone, grey BGR."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128)
    row = np.asarray(code.to_image(scale=module_px, add_quiet_zones=True))
    bars = cv2.resize(row[row.shape[0] // 2][None], (row.shape[1], height_px))
    return np.repeat(bars[..., None], 3, axis=2).astype(np.uint8)


def draw_parcel(
    image: Image, number: str, at: tuple[int, int], module_px: int = 3
) -> list[Detection]:
    """Paint a brown parcel with a label on it; returns what a detector would find."""
    bars = code_128(number, module_px)
    height, width = bars.shape[:2]
    label = np.full((height + 80, width + 20, 3), 255, np.uint8)
    label[40 : 40 + height, 10 : 10 + width] = bars
    x, y = at
    lh, lw = label.shape[:2]
    image[y : y + lh + 80, x : x + lw + 80] = (90, 140, 180)
    image[y + 40 : y + 40 + lh, x + 40 : x + 40 + lw] = label
    box = (float(x), float(y), float(x + lw + 80), float(y + lh + 80))
    corners = (float(x + 40), float(y + 40), float(x + 40 + lw), float(y + 40 + lh))
    quad: Quad = (
        (corners[0], corners[1]),
        (corners[2], corners[1]),
        (corners[2], corners[3]),
        (corners[0], corners[3]),
    )
    return [
        Detection("parcel", box, 0.9),
        Detection("label", corners, 0.9, quad),
    ]


@pytest.fixture(scope="session")
def parcels_picture() -> tuple[Image, list[Detection]]:
    """A pick, a parcel to leave, a foreign one and one without any label."""
    image = np.full((1100, 1700, 3), 60, np.uint8)
    found: list[Detection] = []
    found += draw_parcel(image, "1Z999AA10123456784", (40, 40))
    found += draw_parcel(image, "9400111899223197428490", (40, 420))
    found += draw_parcel(image, "1Z12345E1512345676", (900, 40))
    image[500:700, 1000:1300] = (90, 140, 180)
    found.append(Detection("parcel", (1000, 500, 1300, 700), 0.8))
    return image, found


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """Outside photographs; tests that ask for them are skipped where they are not."""
    folder = os.environ.get("VAPR_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("needs outside photographs: set VAPR_DATA to their folder")
    return Path(folder)
