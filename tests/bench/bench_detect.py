"""CPU-milliseconds of the detector beside its bare networks, in one paired run.

`python -m pytest tests/bench/bench_detect.py -m bench -s`. The bare run gives the same
inputs to the same sessions, without cutting, shrinking or post-processing.
"""

import resource
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import cv2
import numpy as np
import pytest

from vapr.detect import OnnxDetector
from vapr.detect.windows import plan_looks, shrink, to_input
from vapr.media import open_picture
from vapr.samples import samples_folder
from vapr.types import Image

pytestmark = pytest.mark.bench
ROUNDS = 3
CEILING = 1.3  # times the bare networks
MOST_MB = 600


def picture(width: int, height: int) -> Image:
    """A sample picture at this size, noise if there is none."""
    found = sorted(Path(samples_folder()).rglob("*.jpg"))
    if not found:
        noise = np.random.default_rng(0).integers(0, 255, (height, width, 3))
        return noise.astype(np.uint8)
    image = open_picture(found[0])
    return np.asarray(cv2.resize(image, (width, height)), np.uint8)


def cpu_ms(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return (time.process_time() - start) * 1e3


@pytest.mark.parametrize("size", [(640, 480), (1280, 720), (1920, 1080), (3840, 2160)])
def test_detecting_costs_little_more_than_the_networks(size: tuple[int, int]) -> None:
    detect = OnnxDetector.load(threads=1)
    image = picture(*size)
    looks = plan_looks(*size, detect.long_side)
    blobs = [to_input(shrink(image, look)) for look in looks]
    seen: list[np.ndarray] = []
    corners = detect.corners

    def noted(views: np.ndarray) -> np.ndarray:
        assert corners is not None
        seen.append(views)
        return corners(views)

    if corners is not None:
        detect.corners = noted
    found = detect(image)
    views = list(seen)
    detect.corners = corners

    def bare() -> None:
        for blob in blobs:
            detect.run(blob)
        for view in views:
            assert corners is not None
            corners(view)

    pairs = [(cpu_ms(bare), cpu_ms(lambda: detect(image))) for _ in range(ROUNDS)]
    networks, whole = (median(times) for times in zip(*pairs, strict=True))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    shapes = " + ".join(f"{b.shape[3]}x{b.shape[2]}" for b in blobs)
    line = (
        f"{size[0]}x{size[1]}: {whole:.0f} ms, networks {networks:.0f} ms "
        f"({shapes}; {len(found)} found), ratio {whole / networks:.2f}, "
        f"peak {peak:.0f} MB"
    )
    print("\n" + line)
    assert whole < CEILING * networks
    assert peak < MOST_MB


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080), (3840, 2160)])
def test_openvino_beside_onnxruntime(size: tuple[int, int]) -> None:
    pytest.importorskip("openvino")
    usual = OnnxDetector.load(threads=1)
    other = OnnxDetector.load(threads=1, runtime="openvino")
    image = picture(*size)
    usual(image), other(image)  # shapes are prepared once
    calls = (lambda: usual(image), lambda: other(image))
    pairs = [tuple(cpu_ms(call) for call in calls) for _ in range(ROUNDS)]
    ours, theirs = (median(times) for times in zip(*pairs, strict=True))
    boxes = [np.array([d.box for d in detect(image)]) for detect in (usual, other)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    line = (
        f"{size[0]}x{size[1]}: onnxruntime {ours:.0f} ms, OpenVINO {theirs:.0f} ms, "
        f"{len(boxes[0])} and {len(boxes[1])} found, peak of both {peak:.0f} MB"
    )
    print("\n" + line)
    assert np.allclose(boxes[0], boxes[1], atol=1.0)
