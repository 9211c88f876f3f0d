"""Microseconds a payload: `normalise` and the index, beside biip and tracking-numbers.

`python -m pytest tests/bench/bench_codes.py -m bench -s`; the other packages take part
where they are installed (`pip install biip tracking-numbers`).
"""

import csv
import importlib
import os
import re
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from vapr.route import Route, RouteIndex, Stop, normalise
from vapr.types import Item

pytestmark = pytest.mark.bench
_ROUNDS = 50
_CEILING_US = 250.0

PAYLOADS = [
    ("1Z12345E0205271686", "1Z12345E0205271686"),
    ("420902109400110200881234567896", "9400110200881234567896"),
    ("]C142090210\x1d9400110200881234567896", "9400110200881234567896"),
    ("9622000000001234567800123456789012", "123456789012"),
    ("TBA303912345678", "TBA303912345678"),
    ("]C100340434123456789012", "00340434123456789012"),
    ("RR473124829DE", "RR473124829DE"),
    ("%000815101234567890121101276", "01234567890121"),
    ("https://id.example.org/00/340434123456789012", "340434123456789012"),
]


def payloads() -> list[tuple[str, str]]:
    """The shared vectors where they are at hand, else the few above."""
    data = os.environ.get("VAPR_DATA", "/nowhere")
    path = Path(data).parent / "carriers" / "payload_vectors.csv"
    if not path.is_file():
        return PAYLOADS
    with path.open(encoding="utf-8", newline="") as file:
        return [
            (row["payload"].replace("<GS>", "\x1d"), row["expected_tracking"])
            for row in csv.DictReader(file)
        ]


def biip_reader() -> Callable[[str], set[str]]:
    biip = importlib.import_module("biip")

    def read(payload: str) -> set[str]:
        found = biip.parse(payload)
        values = {found.value}
        if found.sscc:
            values |= {found.sscc.value, "00" + found.sscc.value}
        if found.gs1_message:
            values |= {e.ai.ai + e.value for e in found.gs1_message.element_strings}
        return {value for value in values if value}

    return read


def tracking_numbers_reader() -> Callable[[str], set[str]]:
    package = importlib.import_module("tracking_numbers")

    def read(payload: str) -> set[str]:
        found = package.get_tracking_number(payload)
        return {found.number} if found else set()

    return read


def own_reader() -> Callable[[str], set[str]]:
    return lambda payload: {key.value for key in normalise(payload)}


READERS = {
    "vapr.normalise": own_reader,
    "biip": biip_reader,
    "tracking-numbers": tracking_numbers_reader,
}


def median_us(call: Callable[[str], object], texts: list[str]) -> float:
    rounds = []
    for _ in range(_ROUNDS):
        start = time.process_time()
        for text in texts:
            call(text)
        rounds.append(time.process_time() - start)
    return sorted(rounds)[_ROUNDS // 2] / len(texts) * 1e6


def plain(number: str) -> str:
    """As numbers are compared: without blanks and dots, in capitals."""
    return re.sub(r"[^0-9A-Z]", "", number.upper())


def careful(read: Callable[[str], set[str]], payload: str) -> set[str]:
    """What it gives; nothing where it refuses (each package has its own errors)."""
    try:
        return {plain(value) for value in read(payload)}
    except Exception:  # noqa: BLE001
        return set()


def test_microseconds_a_payload() -> None:
    pairs = payloads()
    texts = [payload for payload, _ in pairs]
    lines = [f"{len(pairs)} payloads, median of {_ROUNDS} rounds, process CPU time"]
    for name, make in READERS.items():
        try:
            read = make()
        except ImportError:
            lines.append(f"{name:18} not installed")
            continue
        found = sum(
            plain(number) in careful(read, payload) for payload, number in pairs
        )
        spent = median_us(partial(careful, read), texts)
        lines.append(f"{name:18} {spent:8.1f} us   finds {found} of {len(pairs)}")
        assert name != "vapr.normalise" or spent < _CEILING_US
    print("\n" + "\n".join(lines))


def test_microseconds_an_answer_of_the_index() -> None:
    pairs = payloads()
    items = [Item(n, "1", n) for n in dict.fromkeys(number for _, number in pairs)]
    items += [Item(f"TBA{n:012}", "2", f"TBA{n:012}") for n in range(300)]
    index = RouteIndex.of(Route((Stop("1", tuple(items)),)))
    spent = median_us(index.find, [payload for payload, _ in pairs])
    print(f"\nRouteIndex.find, {len(items)} items: {spent:.1f} us")
    assert spent < 2 * _CEILING_US
