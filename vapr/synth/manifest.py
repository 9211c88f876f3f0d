"""An invented route: stops in order, each with items of many carriers' schemes."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vapr.synth.schemes import Code, make_number
from vapr.synth.words import FAMILY, GIVEN, STREETS, TOWNS

HEADER = ("stop", "tracking_number", "recipient", "address", "sort_code")


@dataclass(frozen=True, slots=True)
class Row:
    """One item of the made manifest, with the codes its label carries."""

    stop: str
    tracking: str
    recipient: str
    street: str
    town: str
    postal: str
    sort_code: str
    codes: tuple[Code, ...]
    scheme: str = ""


def _row(rng: np.random.Generator, stop: str, where: tuple[str, str, str]) -> Row:
    street, town, postal = where
    number = make_number(rng, postal)
    name = f"{GIVEN[rng.integers(len(GIVEN))]} {FAMILY[rng.integers(len(FAMILY))]}"
    zone = "ABCDE"[int(rng.integers(5))]
    bag = f"{zone}{int(stop) % 32 + 1}.{rng.integers(1, 5)}{'XYGBE'[rng.integers(5)]}"
    return Row(
        stop=stop,
        tracking=number.tracking,
        recipient=name,
        street=street,
        town=town,
        postal=postal,
        sort_code=f"{bag} {rng.integers(1, 1000):03d}",
        codes=number.codes,
        scheme=number.scheme,
    )


def make_route(seed: int, stops: int, items: int) -> tuple[Row, ...]:
    """`items` rows over `stops` stops, in driving order, numbers unique.

    Every stop has at least one item while there are enough. Deterministic by `seed`.
    """
    rng = np.random.default_rng([seed, 101])
    first = int(rng.integers(1, 60))
    extra = rng.integers(0, stops, max(items - stops, 0))
    of_stop = np.sort(np.concatenate([np.arange(min(stops, items)), extra]))
    rows: dict[str, Row] = {}
    places: dict[int, tuple[str, str, str]] = {}
    for index in of_stop:
        if int(index) not in places:
            places[int(index)] = (
                f"{rng.integers(1, 400)} {STREETS[rng.integers(len(STREETS))]}",
                TOWNS[rng.integers(len(TOWNS))],
                f"{rng.integers(501, 99950):05d}",
            )
        row = _row(rng, str(first + int(index)), places[int(index)])
        while row.tracking in rows:
            row = _row(rng, str(first + int(index)), places[int(index)])
        rows[row.tracking] = row
    return tuple(rows.values())


def write_route(rows: tuple[Row, ...], path: Path) -> None:
    """Writes rows as a CSV with the columns of `HEADER`."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for row in rows:
            address = f"{row.street}, {row.town} {row.postal}"
            writer.writerow(
                (row.stop, row.tracking, row.recipient, address, row.sort_code)
            )
