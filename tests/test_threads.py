"""What keeps several vapr on one machine out of each other's way."""

import numpy as np
import pytest
from threadpoolctl import threadpool_info

import vapr.read.labels
from vapr.read import read_label
from vapr.route import Route
from vapr.types import Image, Quad
from vapr.workers import worker_pool

LABEL: Quad = ((10.0, 10.0), (90.0, 10.0), (90.0, 90.0), (10.0, 90.0))


def blas_threads() -> set[int]:
    info = threadpool_info()
    return {lib["num_threads"] for lib in info if lib["user_api"] == "blas"}


def test_a_worker_computes_in_one_thread() -> None:
    with worker_pool(1) as pool:
        assert pool.submit(blas_threads).result() == {1}


def test_a_label_is_read_in_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[set[int]] = []

    def look(*_: object) -> list[object]:
        seen.append(blas_threads())
        return []

    monkeypatch.setattr(vapr.read.labels, "decode_label", look)
    image: Image = np.full((100, 100, 3), 128, np.uint8)
    before = blas_threads()
    read_label(image, LABEL, Route(()))
    assert seen == [{1}]
    assert blas_threads() == before
