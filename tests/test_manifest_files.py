"""Workbooks and JSON: the same route from other kinds of file."""

import io
import json
import sys
import zipfile
from datetime import time
from typing import Any

import openpyxl
import pytest

from vapr.errors import ManifestError, MissingExtraError
from vapr.route.manifest import Manifest, read_manifest

UPS, TBA, FEDEX = "1Z999AA10123456784", "TBA303912345678", "794000000014"
HEADER = ["Stop", "Tracking", "Name", "Address"]


def workbook(*sheets: list[list[Any]]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for number, rows in enumerate(sheets, 1):
        sheet = book.create_sheet(f"Sheet {number}")
        for row in rows:
            sheet.append(row)
    return book


def read_book(book: openpyxl.Workbook) -> Manifest:
    data = io.BytesIO()
    book.save(data)
    return read_manifest(data.getvalue(), "route.xlsx")


def keys(manifest: Manifest) -> dict[str, list[str]]:
    return {stop.id: [item.key for item in stop.items] for stop in manifest.route}


def codes(manifest: Manifest) -> list[tuple[str, tuple[int, ...]]]:
    return [(finding.code, finding.rows) for finding in manifest.report.findings]


def test_the_sheet_with_the_route_is_found_and_others_are_told_of() -> None:
    notes = [["Van 4"], ["Monday"], ["Rain"]]
    manifest = read_book(workbook(notes, [HEADER, [1, UPS, "A", "x"]]))
    assert keys(manifest) == {"1": [UPS]}
    assert manifest.report.format == 'XLSX, sheet "Sheet 2"'
    assert codes(manifest) == [("other_sheet", ())]


def test_numbers_keep_their_digits_or_say_what_is_lost() -> None:
    manifest = read_book(
        workbook([HEADER, [1, 794000000014, "A", "x"], [2.0, 9.4001e21, "B", "y"]])
    )
    assert keys(manifest)["1"] == [FEDEX]
    (damaged,) = manifest.route.stop("2").items
    assert damaged.tracking is None
    assert damaged.aliases == ("940010000000000???????",)
    assert codes(manifest) == [("scientific", (3,))]


def test_leading_zeros_of_a_number_format_count() -> None:
    book = workbook([HEADER, [1, 1502000000081, "A", "x"]])
    book.worksheets[0]["B2"].number_format = "00000000000000"
    manifest = read_book(book)
    assert keys(manifest) == {"1": ["01502000000081"]}
    assert codes(manifest) == []


def test_merged_cells_count_for_every_row() -> None:
    book = workbook(
        [HEADER, [1, UPS, "A", "x"], [None, TBA, "B", "y"], [2, FEDEX, "C", "z"]]
    )
    book.worksheets[0].merge_cells("A2:A3")
    assert keys(read_book(book)) == {"1": [UPS, TBA], "2": [FEDEX]}


def test_times_dates_and_titles_merged_across() -> None:
    rows = [["Route 7"], [], [*HEADER, "From", "To"]]
    book = workbook([*rows, [1, UPS, "A", "x", time(8), 0.5]])
    book.worksheets[0].merge_cells("A1:D1")
    manifest = read_book(book)
    assert manifest.route.stop("1").window == ("08:00", "12:00")
    assert codes(manifest) == [("title", (1,))]


def test_without_openpyxl_the_error_says_the_pip_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = io.BytesIO()
    workbook([HEADER, [1, UPS, "A", "x"]]).save(data)
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(MissingExtraError, match=r'pip install "vapr\[xlsx\]"'):
        read_manifest(data.getvalue(), "route.xlsx")


def archive(**entries: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in entries.items():
            file.writestr(name, content)
    return data.getvalue()


def test_other_archives_and_bombs_are_refused() -> None:
    with pytest.raises(ManifestError, match="not an XLSX workbook"):
        read_manifest(archive(word=b"text"), "route.docx")
    with pytest.raises(ManifestError, match="damaged or locked"):
        read_manifest(archive(**{"xl/workbook.xml": b"<a>"}), "route.xlsx")
    with pytest.raises(ManifestError, match="too large for a route"):
        read_manifest(archive(**{"xl/a": bytes(401_000_000)}), "route.xlsx")
    with pytest.raises(ManifestError, match="no sheet"):
        read_book(workbook([]))


def read_json(value: object) -> Manifest:
    return read_manifest(json.dumps(value).encode(), "route.json")


PLAIN = [{"stop": 1, "tracking": UPS}, {"stop": 2, "tracking": TBA}]


@pytest.mark.parametrize(
    "value",
    [
        PLAIN,
        {"route": {"title": "x", "stops": PLAIN}},
        {"meta": [{"a": 1}, {"a": 2}, {"a": 3}], "stops": PLAIN},
        [{"stop": 1, "parcels": [{"barcode": UPS}]}, {"stop": 2, "parcels": [TBA]}],
        {"routes": [{"id": 7, "stops": PLAIN}]},
        [{"stop": 1, "orders": [{"packages": [{"trackingId": UPS}]}]}, PLAIN[1]],
        {"addresses": [
            {"alias": "Depot", "is_depot": True, "sequence_no": 0},
            {"alias": "A", "sequence_no": 1, "custom_fields": {"barcode": UPS}},
            {"alias": "B", "sequence_no": 2, "custom_fields": {"barcode": TBA}},
        ]},
    ],
)  # fmt: skip
def test_plain_json_of_many_shapes(value: object) -> None:
    assert keys(read_json(value)) == {"1": [UPS], "2": [TBA]}


def test_the_number_of_a_parcel_is_not_its_id() -> None:
    parcels = [{"id": 77, "barcode": UPS}, {"id": TBA, "size": "L"}]
    stops = [{"stop": 1, "packages": parcels, "people": [{"number": FEDEX}]}]
    manifest = read_json(stops)
    assert keys(manifest) == {"1": [UPS, TBA]}
    assert [choice.field for choice in manifest.report.columns].count("alias") == 0


def test_the_routes_of_several_vans_keep_their_names() -> None:
    vans = [
        {"name": "North", "stops": PLAIN[:1]},
        {"name": "South", "stops": PLAIN[1:]},
    ]
    vans[1]["stops"] = [{"stop": 1, "tracking": TBA}]
    assert keys(read_json({"routes": vans})) == {"North 1": [UPS], "South 1": [TBA]}


def test_json_lines() -> None:
    text = "\n".join(map(json.dumps, PLAIN))
    assert keys(read_manifest(text.encode())) == {"1": [UPS], "2": [TBA]}


def test_parcels_as_objects_without_a_number_are_items_too() -> None:
    stops = [{"stop": 1, "parcels": [{"barcode": UPS}, {"size": "L"}]}]
    assert keys(read_json(stops)) == {"1": [UPS, "stop 1, no number"]}


def test_a_vroom_solution_of_two_vans_keeps_them_apart() -> None:
    def van(number: int, tracking: str) -> dict[str, object]:
        place = [4.9 + number, 52.4]
        step = {
            "type": "job",
            "description": f"Ann | {tracking}",
            "location": place,
        }
        return {"vehicle": number, "steps": [{"type": "start"}, step, {"type": "end"}]}

    manifest = read_json({"routes": [van(1, UPS), van(2, TBA)]})
    assert keys(manifest) == {"1 1": [UPS], "2 1": [TBA]}
    stop = manifest.route.stops[0]
    assert (stop.lat_deg, stop.lon_deg) == (52.4, 5.9)
    assert stop.items[0].recipient == "Ann"


def test_a_pair_with_latitude_first_is_not_believed() -> None:
    manifest = read_json([{"stop": 1, "tracking": UPS, "location": [33.9, -118.2]}])
    (stop,) = manifest.route
    assert (stop.lat_deg, stop.lon_deg) == (None, None)
    assert codes(manifest) == [("position", (1,))]
