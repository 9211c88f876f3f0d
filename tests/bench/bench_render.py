"""Drawing 40 parcels: CPU time of one picture. Run alone with `pytest -m bench`."""

import time

import numpy as np
import pytest

from vapr.render import draw
from vapr.types import Checklist, Parcel, Scene, Verdict


def forty(size: tuple[int, int]) -> Scene:
    rng = np.random.default_rng(5)
    w, h = size
    parcels = []
    for i in range(40):
        verdict: Verdict = "pick" if i < 4 else "leave" if i < 28 else "unknown"
        x, y = rng.uniform(0, 0.9, 2) * (w, h)
        box = (x, y, x + 0.12 * w, y + 0.15 * h)
        parcels.append(Parcel(box, verdict=verdict, id=f"1Z999AA1012345{i:04}"))
    names = tuple(str(p.id) for p in parcels)
    return Scene(size, tuple(parcels), Checklist("14", 6, names[:4], names[4:6]))


@pytest.mark.bench
@pytest.mark.parametrize(
    ("size", "limit_ms"), [((1920, 1080), 40), ((3840, 2160), 150)]
)
def test_drawing_forty_parcels(size: tuple[int, int], limit_ms: float) -> None:
    image = np.full((size[1], size[0], 3), 90, np.uint8)
    scene = forty(size)
    draw(image, scene)
    times = []
    for _ in range(7):
        start = time.process_time()
        draw(image, scene)
        times.append(1000 * (time.process_time() - start))
    assert np.median(times) <= limit_ms, [round(t, 1) for t in times]
