"""The angle table in full, and CPU-milliseconds of decoding.

`python -m pytest tests/bench/bench_decode.py -m bench -s`. Five symbologies, 20 flat
codes each, every 5 degrees, 3 px per module: by the label's corners, and by the whole
picture without them. For scale: the same by one plain zxing-cpp call.
"""

import time
from collections.abc import Callable
from itertools import product
from statistics import median

import cv2
import numpy as np
import pytest
import zxingcpp

from tests.flat_codes import SYMBOLOGIES, code_modules, turned
from vapr.read.decode import decode_label, decode_picture
from vapr.types import Image, Quad

pytestmark = pytest.mark.bench
FIVE = ("Code128", "Code39", "ITF", "QRCode", "DataMatrix")
CODES, STEP = 20, 5
LEAST_READ = 0.95
LABEL_MS, PICTURE_MS = 15, 400

Reader = Callable[[Image, Quad], list[str]]
READERS: dict[str, Reader] = {
    "label": lambda image, quad: [c.text for c in decode_label(image, quad)],
    "picture": lambda image, quad: [c.text for c in decode_picture(image)],
    "plain": lambda image, quad: [c.text for c in zxingcpp.read_barcodes(image)],
}


@pytest.mark.parametrize("reader", ["label", "picture", "plain"])
@pytest.mark.parametrize("symbology", FIVE)
def test_angle_table(symbology: str, reader: str) -> None:
    right = wrong = 0
    angles = range(0, 360, STEP)
    for seed, degrees in product(range(CODES), angles):
        said = SYMBOLOGIES[symbology][1](seed)
        image, quad = turned(code_modules(symbology, said), 3.0, degrees)
        texts = READERS[reader](image, quad)
        right += said in texts
        wrong += any(text != said for text in texts)
    share = right / (CODES * len(angles))
    print(f"{symbology:11} {reader:8} read {share:6.1%}  wrong {wrong}")
    if reader != "plain":
        assert wrong == 0
        assert share >= LEAST_READ


def cpu_ms(call: Callable[[], object], rounds: int = 5) -> float:
    spans = []
    for _ in range(rounds):
        start = time.process_time()
        call()
        spans.append((time.process_time() - start) * 1e3)
    return median(spans)


def scene() -> Image:
    """1080p of blurred noise at several scales, with far labels: nothing to read."""
    rng = np.random.default_rng(0)
    layers = [
        cv2.resize(rng.normal(0, 20, (1080 // k, 1920 // k)), (1920, 1080))
        for k in (2, 8, 40)
    ]
    image: Image = np.clip(128 + np.sum(layers, axis=0), 0, 255).astype(np.uint8)
    for k in range(24):
        cells = code_modules("Code128", SYMBOLOGIES["Code128"][1](k))
        far, _ = turned(cells, 0.5, 15.0 * k)
        x, y = 60 + 300 * (k % 6), 40 + 250 * (k // 6)
        image[y : y + far.shape[0], x : x + far.shape[1]] = far
    return np.asarray(image, np.uint8)


@pytest.mark.parametrize("longest", [60.0, 100.0, 150.0, 300.0])
def test_label_with_nothing_to_read(longest: float) -> None:
    image = scene()[:400, :600].copy()
    side = longest * 0.67
    label = ((50.0, 20.0), (50.0 + side, 22.0), (48.0 + side, longest), (48.0, longest))
    spent = cpu_ms(lambda: decode_label(image, label))
    print(f"label of {longest:.0f} px: {spent:.1f} ms")
    assert longest > 150 or spent < LABEL_MS


def test_picture_with_nothing_to_read() -> None:
    image = scene()
    spent = cpu_ms(lambda: decode_picture(image))
    print(f"1080p: {spent:.0f} ms")
    assert spent < PICTURE_MS
