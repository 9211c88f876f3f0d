"""Whatever a file holds: a route that accounts for every row, or one clear error.

`VAPR_CASES=5000 pytest tests/test_manifest_property.py` runs more cases than usual.
"""

import csv
import io
import json
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vapr.errors import InputError
from vapr.route.manifest import Manifest, read_manifest
from vapr.route.numbers import is_plain_number, read_numbers

CASES = int(os.environ.get("VAPR_CASES", "100"))
often = settings(
    max_examples=CASES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

HEADERS = [
    "Stop #",
    "Sequence",
    "Tracking Number",
    "Barcode",
    "Sendungsnummer",
    "Name",
    "Address",
    "Anschrift",
    "City",
    "Zip",
    "Packages",
    "Qty",
    "Phone",
    "Notes",
    "Lat",
    "Lng",
    "Order ID",
    "Type",
    "Route",
    "Empfänger",
    "住所",
    "From",
    "To",
    "Foo",
    "",
]
NUMBERS = [
    "1Z999AA10123456784",
    "TBA303912345678",
    "9400111899223197428490",
    "794000000014",
    "9.40011E+21",
    "9400100000000000000000",
    "1502000000081",
    "340500000000000774",
    "N/A",
    '="9400111899223197428490"',
    "LX123456785CN",
    "????????9400100000000000101017",
    "420900039400100000000000202776",
    "1Z999AA10123456784 / TBA303912345678",
    "PKG-0001",
    "\uff11\uff12\uff13",
]
PLACES = [
    "12 Juniper Row",
    "14 Mill Lane, Park 90001",
    "Straße 4",
    "",
    "Depot",
    "TOTAL",
]
SMALL = [
    "",
    "0",
    "1",
    "2",
    "3",
    "12",
    "1.0",
    "A1",
    "-",
    "33.9",
    "-118.2",
    "08:00-10:00",
]
cells = (
    st.sampled_from(NUMBERS)
    | st.sampled_from(PLACES)
    | st.sampled_from(SMALL)
    | st.sampled_from(HEADERS)
    | st.text(max_size=12)
)
rows = st.lists(cells, max_size=7)
tables = st.tuples(
    st.lists(rows, max_size=2),
    st.lists(st.sampled_from(HEADERS), min_size=1, max_size=7),
    st.lists(rows, max_size=12),
)
encodings = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp932"])


def understood(data: bytes) -> Manifest | None:
    """The manifest, or None after a clear error of vapr's own."""
    try:
        return read_manifest(data, "any")
    except InputError as error:
        said = str(error)
    assert 10 < len(said) < 2000
    assert "\n" not in said
    return None


def assert_every_row_counts(manifest: Manifest) -> None:
    """Each filled row is an item, or was told of; and keys are unique."""
    report = manifest.report
    header = report.header_row or 0
    told = {row for finding in report.findings for row in finding.rows}
    told |= {item.row for item in manifest.route.items if item.row is not None}
    assert len({row for row in told if row > header}) == report.rows
    keys = [item.key for item in manifest.route.items]
    assert len(set(keys)) == len(keys)
    assert all(item.stop == stop.id for stop in manifest.route for item in stop.items)
    assert report.items == len(manifest.route.items)


@often
@given(tables, st.sampled_from(",;\t|"), encodings)
def test_tables_lose_no_row(
    table: tuple[list[list[str]], list[str], list[list[str]]],
    delimiter: str,
    encoding: str,
) -> None:
    above, header, below = table
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([*above, header, *below])
    manifest = understood(text.getvalue().encode(encoding, "replace"))
    if manifest is not None:
        assert_every_row_counts(manifest)


@often
@given(st.lists(cells | st.sampled_from(list(',;"\n\t|')), max_size=60).map("".join))
def test_any_text_is_understood_or_refused(text: str) -> None:
    manifest = understood(("Stop,Tracking,Name\n" + text).encode("utf-8", "replace"))
    if manifest is not None:
        assert_every_row_counts(manifest)


@often
@given(st.binary(max_size=300))
def test_any_bytes_are_understood_or_refused(data: bytes) -> None:
    manifest = understood(data)
    if manifest is not None:
        assert_every_row_counts(manifest)


JSON_NAMES = [
    "stops",
    "tasks",
    "type",
    "features",
    "properties",
    "geometry",
    "coordinates",
    "steps",
    "routes",
    "barcodes",
    "tracking",
    "address",
    "name",
    "stop",
    "location",
    "description",
]
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | cells
    | st.just("FeatureCollection"),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(JSON_NAMES),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@often
@given(json_values)
def test_any_json_is_understood_or_refused(value: object) -> None:
    manifest = understood(json.dumps(value).encode())
    if manifest is not None:
        assert_every_row_counts(manifest)


@often
@given(st.sampled_from(NUMBERS) | st.text("0123456789ZTBAX1 ", max_size=24))
def test_the_quick_way_says_what_the_long_one_says(cell: str) -> None:
    if is_plain_number(cell):
        (number,) = read_numbers(cell)
        assert (number.key, number.tracking) == (cell, cell)
        assert not number.code


@pytest.mark.parametrize("digits", ["420900010001", "000000000001", "794000000014"])
def test_twelve_digits_are_their_own_key(digits: str) -> None:
    assert is_plain_number(digits)
    (number,) = read_numbers(digits)
    assert number.key == digits
