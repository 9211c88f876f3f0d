"""Manifests as people have them: what a driver or dispatcher would notice."""

import csv
import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from vapr.errors import InputError, ManifestError, UsageError
from vapr.route import Route
from vapr.route.check_digits import GS1
from vapr.route.codes import normalise
from vapr.route.manifest import Manifest, load_manifest, read_manifest
from vapr.types import Item

UPS, TBA, USPS = "1Z999AA10123456784", "TBA303912345678", "9400111899223197428497"
FEDEX, S10 = "794000000014", "LX123456785CN"
HEADER = "Stop,Tracking,Name,Address\n"


def read(text: str, columns: Mapping[str, str] | None = None) -> Manifest:
    return read_manifest(text.encode(), "route.csv", columns)


def keys(manifest: Manifest) -> dict[str, list[str]]:
    """Stop id -> the keys of its items."""
    return {stop.id: [item.key for item in stop.items] for stop in manifest.route}


def codes(manifest: Manifest) -> list[tuple[str, tuple[int, ...]]]:
    return [(finding.code, finding.rows) for finding in manifest.report.findings]


# --- the samples: one invented route as eleven programs export it ---------------------

SAMPLES = [
    "01_circuit_spoke.csv",
    "02_optimoroute_latin1.csv",
    "03_route4me.tsv",
    "04_onfleet_tasks.json",
    "05_spoke_api.json",
    "06_amazon_dsp.csv",
    "07_excel_damaged.csv",
    "08_route_de.xlsx",
    "09_stops.geojson",
    "10_vroom_solution.json",
    "11_wildcard_parcel_number.csv",
]
# What cannot be known from the file: (parcel, row that has to be told of).
# U5 was typed with 8 for B and its check digit still fits: nobody can see that.
LOST: dict[str, dict[str, int | None]] = {
    "07_excel_damaged.csv": {"I1": 5, "A2": 20, "I4": 22, "U5": None},
    "08_route_de.xlsx": {"I4": 18},
}


@pytest.fixture(scope="module")
def samples(data_folder: Path) -> Path:
    folder = data_folder.parent / "carriers" / "manifests"
    if not folder.is_dir():
        pytest.skip(f"needs the sample manifests in {folder.parent.name}/ beside it")
    return folder


@pytest.fixture(scope="module")
def truth(samples: Path) -> list[dict[str, str]]:
    with (samples / "truth_parcels.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_give_the_truth(
    name: str, samples: Path, truth: list[dict[str, str]]
) -> None:
    manifest = load_manifest(samples / name)
    lost = LOST.get(name, {})
    found = {(item.key, item.stop) for item in manifest.route.items}
    for parcel in truth:
        key = normalise(parcel["tracking"])[0].value
        assert ((key, parcel["stop"]) in found) == (parcel["parcel"] not in lost)
    told = {row for f in manifest.report.findings for row in f.rows}
    assert {row for row in lost.values() if row} <= told


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_have_the_expected_counts(name: str, samples: Path) -> None:
    expected = json.loads((samples / "expected.json").read_text("utf-8"))[name]
    report = load_manifest(samples / name).report
    assert len(report.stops) == expected["stops"]
    assert report.numbered == expected["parcels"]
    assert [stop.id for stop in report.stops] == [str(n + 1) for n in range(12)]
    delimiters = {",": "comma", ";": "semicolon", "\t": "tab"}
    assert report.delimiter == delimiters.get(expected.get("delimiter", ""), "")
    if "encoding" in expected:
        assert report.encoding == expected["encoding"]


def test_a_damaged_number_stays_open_where_it_is_lost(
    samples: Path, truth: list[dict[str, str]]
) -> None:
    route = load_manifest(samples / "07_excel_damaged.csv").route
    number = {parcel["parcel"]: parcel["tracking"] for parcel in truth}
    for parcel, stop in (("I1", "1"), ("I4", "11")):
        damaged = [item for item in route.stop(stop).items if not item.tracking]
        assert len(damaged) == 1
        assert any(fits(alias, number[parcel]) for alias in damaged[0].aliases)
        assert not any(fits(alias, number["U1"]) for alias in damaged[0].aliases)


def fits(pattern: str, number: str) -> bool:
    return re.fullmatch(pattern.replace("?", "."), number) is not None


def test_coordinates_and_windows_are_kept(samples: Path) -> None:
    for name in ("03_route4me.tsv", "04_onfleet_tasks.json", "09_stops.geojson"):
        stop = load_manifest(samples / name).route.stop("1")
        assert (stop.lat_deg, stop.lon_deg) == (33.97421, -118.24711)
    windows = {
        "01_circuit_spoke.csv": ("08:00", "10:00"),
        "08_route_de.xlsx": ("08:00", "10:00"),
        "09_stops.geojson": ("08:00", "10:00"),
        "11_wildcard_parcel_number.csv": ("17:00", "21:00"),
        "04_onfleet_tasks.json": ("2026-11-22T08:00Z", "2026-11-22T12:00Z"),
    }
    for name, window in windows.items():
        assert load_manifest(samples / name).route.stop("1").window == window


def test_phones_and_mails_stay_outside_and_names_out_of_reports(samples: Path) -> None:
    for name in SAMPLES:
        manifest = load_manifest(samples / name)
        assert "1555010" not in repr(manifest)
        report = repr(manifest.report)
        for word in ("Beispiel", "Juniper", "Lindqvist", "Quarry"):
            assert word not in report


# --- stops ----------------------------------------------------------------------------


def test_stops_come_in_order_of_their_numbers_and_that_is_told() -> None:
    manifest = read(f"{HEADER}10,{UPS},A,x 1\n2,{TBA},B,x 2\n9,{USPS},C,x 3\n")
    assert list(keys(manifest)) == ["2", "9", "10"]
    assert ("reordered", ()) in codes(manifest)


def test_stops_with_names_keep_the_order_of_the_file() -> None:
    manifest = read(f"{HEADER}B,{UPS},A,x\nA,{TBA},B,y\nB,{USPS},A,x\n")
    assert keys(manifest) == {"B": [UPS, USPS], "A": [TBA]}


def test_without_a_stop_column_equal_address_and_name_are_one_stop() -> None:
    text = (
        f"Tracking,Name,Address\n{UPS},Ann,1 Elm\n{TBA},Bob,1 Elm\n{USPS},Ann,1 ELM\n"
    )
    assert keys(read(text)) == {"1": [UPS, USPS], "2": [TBA]}


def test_a_blank_stop_inherits_from_an_equal_address() -> None:
    manifest = read(
        f"{HEADER}1,{UPS},A,1 Elm St\n2,{TBA},B,2 Oak\n,{USPS},A,1 elm st.\n"
    )
    assert keys(manifest) == {"1": [UPS, USPS], "2": [TBA]}
    assert codes(manifest) == [("blank_stop", (4,))]


def test_a_blank_stop_between_two_with_its_address_is_refused() -> None:
    manifest = read(
        f"{HEADER}1,{UPS},A,1 Elm\n2,{TBA},A,1 Elm\n3,,B,2 Oak\n,{USPS},A,1 Elm\n"
    )
    (finding,) = manifest.report.refused
    assert finding.rows == (5,)
    assert "stops 1, 2" in finding.reason


def test_a_row_of_numbers_below_a_stop_belongs_to_it() -> None:
    manifest = read(f"{HEADER}1,{UPS},A,1 Elm\n,{TBA},,\n2,{USPS},B,2 Oak\n")
    assert keys(manifest) == {"1": [UPS, TBA], "2": [USPS]}


def test_a_blank_stop_with_a_new_address_becomes_a_stop_of_its_own() -> None:
    manifest = read(f"{HEADER}1,{UPS},A,1 Elm\n,{TBA},B,2 Oak\n2,{USPS},C,3 Ash\n")
    assert keys(manifest) == {"1": [UPS], "line 3": [TBA], "2": [USPS]}
    assert codes(manifest) == [("own_stop", (3,))]


def test_depots_totals_titles_and_second_headers_are_no_stops() -> None:
    manifest = read(
        f"Route sheet 7,,,\n\n{HEADER}0,,Depot,9 Dock Rd\n1,{UPS},A,1 Elm\n{HEADER}"
        f"2,{TBA},B,2 Oak\nTotal: 2 parcels,,,\n"
    )
    assert keys(manifest) == {"1": [UPS], "2": [TBA]}
    assert codes(manifest) == [
        ("title", (1,)),
        ("depot", (4,)),
        ("header_again", (6,)),
        ("total", (8,)),
    ]


def test_a_stop_without_number_and_address_is_no_total_line() -> None:
    assert keys(read("Stop,Tracking\nB,N/A\nTotal,1\n")) == {"B": ["stop B, no number"]}


def test_a_pickup_has_nothing_to_hand_over() -> None:
    text = f"Stop,Type,Tracking\n1,D,{UPS}\n2,P,{TBA}\n3,D,{USPS}\n"
    manifest = read(text)
    assert keys(manifest) == {"1": [UPS], "2": [], "3": [USPS]}
    assert codes(manifest) == [("pickup", (3,))]


def test_two_vans_in_one_file_keep_their_stops_apart() -> None:
    text = f"Route,Stop,Tracking\nVan 1,1,{UPS}\nVan 2,1,{TBA}\n"
    assert keys(read(text)) == {"Van 1 1": [UPS], "Van 2 1": [TBA]}


def test_a_route_code_of_each_parcel_splits_no_stop() -> None:
    text = f"Route,Stop,Tracking,Address\nB1,1,{UPS},1 Elm\nB2,1,{TBA},1 Elm\n"
    assert keys(read(text)) == {"1": [UPS, TBA]}


# --- items ----------------------------------------------------------------------------


def test_rows_without_a_number_are_items_with_names_of_their_own() -> None:
    manifest = read(f"{HEADER}5,N/A,A,x\n5,,A,x\n5,{UPS},A,x\n6,-,B,y\n")
    assert keys(manifest) == {
        "5": ["stop 5, no number", "stop 5, no number (2)", UPS],
        "6": ["stop 6, no number"],
    }
    assert codes(manifest) == [(("no_number"), (row,)) for row in (2, 3, 5)]


def test_counted_parcels_beyond_the_numbers_are_items_too() -> None:
    text = f"Stop,Packages,Barcodes\n1,3,{UPS} / {TBA}\n2,1,{USPS}\n3,2,\n"
    assert keys(read(text)) == {
        "1": [UPS, TBA, "stop 1, no number"],
        "2": [USPS],
        "3": ["stop 3, no number", "stop 3, no number (2)"],
    }


def test_a_stops_count_on_each_of_its_rows_is_one_count() -> None:
    text = f"Stop,Packages,Barcode\n1,2,{UPS}\n1,2,{TBA}\n"
    assert keys(read(text)) == {"1": [UPS, TBA]}


def test_a_quantity_of_goods_makes_no_parcels() -> None:
    assert keys(read(f"Stop,Qty,Tracking\n1,5,{UPS}\n")) == {"1": [UPS]}


def test_the_same_number_twice_on_one_stop_is_one_parcel() -> None:
    manifest = read(f"{HEADER}1,{UPS},A,x\n1,{UPS.lower()},A,x\n")
    assert keys(manifest) == {"1": [UPS]}
    assert codes(manifest) == [("merged", (2, 3))]


def test_the_same_number_on_two_stops_is_an_error_naming_both_rows() -> None:
    with pytest.raises(ManifestError) as caught:
        read(f"{HEADER}1,{UPS},Ann,x\n2,{TBA},Bob,y\n3,1Z 999 AA1 0123456784,Cy,z\n")
    for word in (UPS, "line 2: stop 1", "line 4: stop 3"):
        assert word in str(caught.value)
    assert "Ann" not in str(caught.value)


def test_two_columns_of_numbers_are_two_names_of_one_parcel() -> None:
    text = f"Stop,Tracking Number,Barcode\n1,{UPS},{USPS}\n2,{TBA},{FEDEX}\n3,,{S10}\n"
    manifest = read(text)
    assert keys(manifest) == {"1": [UPS], "2": [TBA], "3": [S10]}
    assert manifest.route.items[0].aliases == (USPS,)


def test_numbered_columns_are_several_parcels() -> None:
    text = (
        f"Stop,Barcode 1,Barcode 2,Barcode 3\n1,{UPS},{TBA},\n2,{USPS},PKG-0001,{S10}\n"
    )
    assert keys(read(text)) == {"1": [UPS, TBA], "2": [USPS, "PKG0001", S10]}


def test_wildcards_in_front_are_routing_and_those_inside_stay() -> None:
    manifest = read(f"{HEADER}1,????????{USPS},A,x\n2,1Z999AA1??23456784,B,y\n")
    assert keys(manifest)["1"] == [USPS]
    (item,) = manifest.route.stop("2").items
    assert item.aliases == ("1Z999AA1??23456784",)


# --- a spreadsheet's damage -----------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "key", "code"),
    [
        (f'"=""{USPS}"""', USPS, "formula_text"),
        (f"'{FEDEX}", FEDEX, "apostrophe"),
        (f"{FEDEX}.0", FEDEX, "decimal"),
        (f"{FEDEX}.00", FEDEX, "decimal"),
        ("\uff17\uff19\uff14" + FEDEX[3:], FEDEX, "full_width"),
        ("\u200b" + FEDEX, FEDEX, "invisible"),
        ("7.94000000014E+11", FEDEX, "scientific"),
        ("1502000000081", "01502000000081", "zeros_eaten"),
        ("340500000000000774", "00340500000000000774", "zeros_eaten"),
    ],
)
def test_damage_that_can_be_mended_is_mended_and_told(
    cell: str, key: str, code: str
) -> None:
    manifest = read(f"{HEADER}1,{cell},A,x\n2,{UPS},B,y\n")
    assert keys(manifest)["1"] == [key]
    assert codes(manifest) == [(code, (2,))]
    assert manifest.report.repaired


@pytest.mark.parametrize(
    "cell", ["9.40011E+21", '"9,40011E+21"', "9400110000000000000000"]
)
def test_lost_digits_leave_a_pattern_and_are_told(cell: str) -> None:
    manifest = read(f"{HEADER}1,{cell},A,x\n1,{cell},A,x\n2,{UPS},B,y\n")
    items = manifest.route.stop("1").items
    assert len({item.key for item in items}) == 2
    assert all(item.tracking is None for item in items)
    whole = "9400110000000001234567"
    assert any(fits(alias, whole) for alias in items[0].aliases)
    assert {rows for _, rows in codes(manifest)} == {(2,), (3,)}


def test_a_rounded_head_may_begin_one_lower() -> None:
    manifest = read(f"{HEADER}1,9.40010E+21,A,x\n2,{UPS},B,y\n")
    aliases = manifest.route.stop("1").items[0].aliases
    for head, possible in (("9400096", True), ("9400104", True), ("9400200", False)):
        assert any(fits(alias, head + "1" * 15) for alias in aliases) == possible


def test_zeros_of_a_sound_number_are_its_own() -> None:
    sound = next(n for n in map(gs1_number, range(1000)) if n.endswith("0000000"))
    manifest = read(f"{HEADER}1,{sound},A,x\n")
    assert keys(manifest)["1"] == [sound]
    assert not codes(manifest)


def gs1_number(serial: int) -> str:
    return GS1.mend(f"940010{serial:09}0000000")


def test_a_wrong_check_digit_is_told() -> None:
    manifest = read(f"{HEADER}1,1Z999AA10123456785,A,x\n")
    assert keys(manifest)["1"] == ["1Z999AA10123456785"]
    assert codes(manifest) == [("check_digit", (2,))]


@pytest.mark.parametrize("sign", ["/", " / ", ",", ";", "|", " ", "\n"])
def test_several_numbers_in_a_cell(sign: str) -> None:
    manifest = read(f'{HEADER}1,"{UPS}{sign}{TBA}{sign}{USPS}",A,x\n')
    assert keys(manifest)["1"] == [UPS, TBA, USPS]


def test_a_mistyped_number_among_good_ones_is_not_lost() -> None:
    manifest = read(f"{HEADER}1,{UPS} / 1Z999AA10123456785,A,x\n")
    assert keys(manifest)["1"] == [UPS, "1Z999AA10123456785"]
    assert codes(manifest) == [("check_digit", (2,))]


def test_numbers_within_other_words() -> None:
    manifest = read(f'{HEADER}1,"two: {UPS} and {TBA} (fragile)",A,x\n')
    assert keys(manifest)["1"] == [UPS, TBA]
    manifest = read(f"{HEADER}1,see {UPS} and 1Z999AA10123456785 please,A,x\n")
    assert keys(manifest)["1"] == [UPS, "1Z999AA10123456785"]


def test_a_number_with_blanks_stays_whole() -> None:
    blanks = " ".join(USPS[i : i + 4] for i in range(0, 22, 4))
    assert keys(read(f"{HEADER}1,{blanks},A,x\n"))["1"] == [USPS]


def test_a_shippers_own_numbers_are_told_apart_too() -> None:
    manifest = read(f'{HEADER}1,"PKG-000123, PKG-000124",A,x\n')
    assert keys(manifest)["1"] == ["PKG000123", "PKG000124"]


# --- columns --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        "Stop #,Tracking No.,Recipient,Delivery Address",
        "Stopp,Sendungsnummer,Empfänger,Anschrift",
        "Arrêt,N° de suivi,Destinataire,Adresse de livraison",
        "Parada,Número de guía,Destinatario,Dirección",
        "Volgorde,Zendingnummer,Ontvanger,Bezorgadres",
        "Kolejność,Numer przesyłki,Odbiorca,Adres dostawy",
        "配達順,お問い合わせ番号,お届け先氏名,住所",
        "序号,运单号,收件人,收货地址",
    ],
)
def test_headers_in_eight_languages(header: str) -> None:
    manifest = read(f"{header}\n1,{UPS},Ann,1 Elm\n2,{TBA},Bob,2 Oak\n")
    assert keys(manifest) == {"1": [UPS], "2": [TBA]}
    (item,) = manifest.route.stop("1").items
    assert (item.recipient, item.address) == ("Ann", "1 Elm")


def test_numbers_are_known_by_their_look_under_any_header() -> None:
    manifest = read(f"Stop,Order No,Ref X\n1,77,{UPS}\n2,78,{TBA}\n3,79,N/A\n")
    assert keys(manifest) == {"1": [UPS], "2": [TBA], "3": ["stop 3, no number"]}
    (choice,) = [c for c in manifest.report.columns if c.field == "tracking"]
    assert choice.column == "Ref X"
    assert "100%" in choice.why


def test_a_row_number_is_no_stop_number() -> None:
    text = f"No.,Tracking,Address\n1,{UPS},1 Elm\n2,{TBA},1 Elm\n3,{USPS},2 Oak\n"
    assert keys(read(text)) == {"1": [UPS, TBA], "2": [USPS]}
    counted = text.replace("\n2,", "\n1,").replace("\n3,", "\n7,")
    assert keys(read(counted)) == {"1": [UPS, TBA], "7": [USPS]}


def test_parcels_are_numbers_or_how_many_as_the_cells_say() -> None:
    counted = read(f"Stop,Parcels,Ref\n1,2,{UPS}\n2,1,{TBA}\n")
    assert keys(counted) == {"1": [UPS, "stop 1, no number"], "2": [TBA]}
    named = read(f"Stop,Packages\n1,{UPS} {FEDEX}\n2,{TBA}\n")
    assert keys(named) == {"1": [UPS, FEDEX], "2": [TBA]}


def test_a_customers_number_is_no_name_and_a_contacts_number_a_phone() -> None:
    manifest = read(f"Stop,Tracking,Receiver No,Contact #\n1,{UPS},C77,555\n")
    assert manifest.route.items[0].recipient == ""
    assert dict(manifest.report.unused)["Contact #"] == "dropped at the door"


def test_an_order_number_is_no_tracking_number() -> None:
    manifest = read("Stop,Order No\n1,PO00007\n2,PO00008\n")
    assert manifest.report.numbered == 0
    assert ("no_tracking", ()) in codes(manifest)


def test_columns_can_be_overruled_by_name_and_by_place() -> None:
    text = f"a,b,c\n1,{UPS},{TBA}\n2,{USPS},{FEDEX}\n"
    assert keys(read(text, {"stop": "a", "tracking": "C"})) == {
        "1": [TBA],
        "2": [FEDEX],
    }
    bare = f"1,{UPS},Ann\n2,{TBA},Bob\n"
    assert keys(read(bare, {"stop": "1", "tracking": "2"})) == {"1": [UPS], "2": [TBA]}


def test_a_file_without_headers_is_refused_with_the_way_out() -> None:
    with pytest.raises(ManifestError, match=r"--columns .*tracking=2"):
        read(f"1,{UPS},Ann\n2,{TBA},Bob\n")


def test_overruling_with_a_column_that_is_not_there_lists_those_that_are() -> None:
    with pytest.raises(UsageError, match="Stop, Tracking, Name, Address"):
        read(f"{HEADER}1,{UPS},A,x\n", {"tracking": "Ref"})
    with pytest.raises(UsageError, match="is no field"):
        read(f"{HEADER}1,{UPS},A,x\n", {"colour": "Name"})


def test_a_table_that_cannot_tell_stops_apart_is_refused() -> None:
    with pytest.raises(ManifestError, match="no column tells the stops apart"):
        read(f"Tracking,Weight\n{UPS},1.5\n{TBA},0.5\n")


# --- the file itself ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "header"),
    [
        ("utf-8-sig", "Stop;Sendungsnummer;Empfänger"),
        ("utf-16", "Stop;Sendungsnummer;Empfänger"),
        ("utf-16-le", "Stop;Sendungsnummer;Empfänger"),
        ("latin-1", "Stop;Sendungsnummer;Empfänger"),
        ("cp1250", "Kolejność;Numer przesyłki;Imię i nazwisko"),
        ("cp932", "配達順;お問い合わせ番号;お届け先氏名"),
        ("gb18030", "序号;快递单号;收件人姓名"),
    ],
)
def test_encodings(encoding: str, header: str) -> None:
    name = header.split(";")[2]
    data = f"{header}\n1;{UPS};{name}\n2;{TBA};{name}\n".encode(encoding)
    manifest = read_manifest(data)
    assert keys(manifest) == {"1": [UPS], "2": [TBA]}
    assert manifest.route.items[0].recipient == name
    assert manifest.report.encoding == encoding


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_with_and_without_a_sep_line(delimiter: str) -> None:
    text = HEADER.replace(",", delimiter) + f"1{delimiter}{UPS}{delimiter}{delimiter}\n"
    assert keys(read(text)) == {"1": [UPS]}
    assert keys(read(f"sep={delimiter}\r\n{text}")) == {"1": [UPS]}
    assert read(f"sep={delimiter}\r\n{text}").route.items[0].row == 3


def test_a_stray_quote_loses_no_row() -> None:
    manifest = read(f'{HEADER}1,{UPS},"Ann,x\n2,{TBA},Bob,y\n3,{USPS},Cy,z\n')
    assert keys(manifest) == {"1": [UPS], "2": [TBA], "3": [USPS]}
    assert codes(manifest) == [("stray_quote", (2,))]


def test_a_quote_that_swallows_rows_is_an_error_naming_the_line() -> None:
    with pytest.raises(ManifestError, match=r"line 2.*swallows 2 more lines"):
        read(f'{HEADER}1,{UPS},"Ann,x\n2,{TBA},Bob,y\n3,{USPS},Cy",z\n')


def test_an_unquoted_comma_in_an_address_is_joined_or_the_row_refused() -> None:
    text = f"Stop,Address,Tracking\n1,1 Elm, Park,{UPS}\n2,2 Oak,{TBA}\n3,x,y,z,N/A,0\n"
    manifest = read(text)
    assert keys(manifest) == {"1": [UPS], "2": [TBA]}
    assert manifest.route.items[0].address == "1 Elm, Park"
    assert codes(manifest) == [("extra_cells", (2,)), ("extra_cells", (4,))]
    assert [finding.rows for finding in manifest.report.refused] == [(4,)]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\r\n", "is empty"),
        (b"%PDF-1.7 ...", "is a PDF"),
        (b"\x89PNG\r\n\x1a\n", "is a picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel file"),
        (b"<html><table><tr><td>Stop</td></tr></table>", "is a web page"),
        (b"PK\x03\x04 cut off", "damaged workbook"),
        (b'{"stops": [', "damaged JSON"),
        (b'{"a": 1}', "no list of stops"),
        (b"Stop,Tracking\n", "nothing below the header"),
        (b"Stop,Trac\x00king\n1,2\x00\n", "not a text file"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_manifest_is_refused_in_words(data: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_manifest(data, "route")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"gone\.csv cannot be opened"):
        Route.load(tmp_path / "gone.csv")


# --- what items carry -----------------------------------------------------------------


def item_of(header: str, row: str) -> Item:
    return read(f"Stop,Tracking,{header}\n1,{UPS},{row}\n").route.items[0]


@pytest.mark.parametrize(
    ("cell", "window"),
    [
        ("8:00 - 12:00", ("08:00", "12:00")),
        ("0900-1300", ("09:00", "13:00")),
        ("14\u301c16", ("14:00", "16:00")),
        ("9:30 bis 11:00", ("09:30", "11:00")),
        ("ab 14 Uhr", ("ab 14 Uhr", "")),
        ("0.75", ("18:00", "")),
        ("2026-01-01 08:00 - 2026-01-01 10:00", ("08:00", "10:00")),
    ],
)
def test_time_windows(cell: str, window: tuple[str, str]) -> None:
    manifest = read(f"Stop,Tracking,Time Window\n1,{UPS},{cell}\n")
    assert manifest.route.stop("1").window == window


def test_parts_of_an_address_are_known_whosever_they_are() -> None:
    item = item_of(
        "Ship To Street,Ship To City,Delivery Postcode,PLZ/Ort", "1 Elm,Park,90001,"
    )
    assert item.address == "1 Elm, Park, 90001"
    assert item_of("Straße,PLZ/Ort", "Ringweg 5,10115 Berlin").postal_code == "10115"


@pytest.mark.parametrize(
    ("header", "row", "code"),
    [
        ("Zip", "90001", "90001"),
        ("PLZ", "10115", "10115"),
        ("Address", '"12 Elm Row, Park CA 90001-1234"', "90001-1234"),
        ("Address", '"01422 Amanda Key, PARK VI 37007"', "37007"),
        ("Address", '"12 Elm Row, Park 90001, US"', "90001"),
        ("Address", "12345 Elm Row", ""),
        ("Address", '"10 Downing St, London SW1A 2AA"', "SW1A 2AA"),
        ("Address", '"1 Rue X, Ottawa ON K1A 0B1"', "K1A 0B1"),
        ("Address", '"Ringweg 5, 1010 Wien"', "1010"),
        ("Address", '"Kade 3, 1012 AB Amsterdam"', "1012 AB"),
        ("Address", "秋田県日野市27丁目5番3号 851 515-5733", "515-5733"),
        ("Address", '"ul. Długa 4, 00-238 Warszawa"', "00-238"),
    ],
)
def test_postal_codes(header: str, row: str, code: str) -> None:
    assert item_of(header, row).postal_code == code


def test_the_routing_code_before_a_number_gives_its_postal_code() -> None:
    item = read(f"Stop,Tracking\n1,42090003{USPS}\n").route.items[0]
    assert (item.key, item.tracking, item.postal_code) == (USPS, USPS, "90003")


def test_a_zip_that_lost_its_zero_gets_it_back() -> None:
    text = f"Stop,Tracking,Zip\n1,{UPS},90001\n2,{TBA},2139\n3,{USPS},10001\n"
    manifest = read(text)
    assert [item.postal_code for item in manifest.route.items] == [
        "90001",
        "02139",
        "10001",
    ]
    assert codes(manifest) == [("zip_zero", (3,))]


def test_the_parts_of_an_address_and_a_name_come_together() -> None:
    item = item_of(
        "Vorname,Nachname,Straße,Hausnummer,PLZ,Ort,Sortiercode",
        "Ann,Example,Ringweg,5,10115,Berlin,B1-2C",
    )
    assert item.recipient == "Ann Example"
    assert item.address == "Ringweg 5, Berlin, 10115"
    assert item.sort_code == "B1-2C"


def test_loading_a_csv_needs_no_spreadsheet_package(tmp_path: Path) -> None:
    path = tmp_path / "route.csv"
    path.write_text(f"{HEADER}1,{UPS},A,x\n", encoding="utf-8")
    program = (
        "import sys; sys.modules['openpyxl'] = None\n"
        "from vapr.route import Route; Route.load(sys.argv[1])"
    )
    subprocess.run([sys.executable, "-c", program, str(path)], check=True, timeout=60)


@pytest.mark.parametrize("properties", [[1], "ab", 3])
def test_a_feature_without_proper_properties_is_refused_not_a_crash(
    properties: object,
) -> None:
    feature = {"type": "Feature", "properties": properties, "geometry": None}
    text = json.dumps({"type": "FeatureCollection", "features": [feature]})
    with pytest.raises(ManifestError):
        read(text)
