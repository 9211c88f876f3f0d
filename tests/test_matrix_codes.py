"""Matrix codes as modules: what is written here is what decoders read."""

import numpy as np
import pytest
import zxingcpp
from numpy.typing import NDArray

from vapr.read import datamatrix, qr
from vapr.read.matrix_absent import near_codes
from vapr.read.matrix_book import (
    MatrixBook,
    Row,
    code_forms,
    is_writable,
    layout_of,
    write_rows,
)
from vapr.route.matrix_payloads import matrix_codes
from vapr.route.payloads import LabelCode
from vapr.types import Item

TEXTS = (
    "TBA553705672547",
    "200181234794",
    "9361471024059479980077",
    "TBA553705672547|30575",
    "1ZVWF603YW20269256;98052-1234",
)


def read(signs: NDArray[np.int8], symbology: str) -> str:
    """What zxing-cpp reads of modules, dark where positive."""
    dark = np.pad(np.where(signs > 0, 0, 255), 4, constant_values=255)
    picture = np.kron(dark, np.ones((4, 4))).astype(np.uint8)
    kind = getattr(zxingcpp.BarcodeFormat, symbology)
    found = zxingcpp.read_barcodes(picture, formats=kind)
    return found[0].text if found else ""


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("symbology", ["QRCode", "DataMatrix"])
def test_every_form_of_a_code_reads_as_its_text(text: str, symbology: str) -> None:
    forms = code_forms(LabelCode(text, symbology, 1.0))
    assert sum(share for _, _, share in forms) == pytest.approx(1.0)
    for kind, way, _ in forms:
        masks, fixed = layout_of(kind)
        data = write_rows(kind, [Row(text, way, text)])[0]
        for mask, rest in zip(masks, fixed, strict=True):
            signs = (data * mask + rest).reshape(kind.rows, kind.columns)
            assert (np.abs(signs) == 1).all()
            assert read(signs, symbology) == text


@pytest.mark.parametrize("level", qr.LEVELS)
@pytest.mark.parametrize("version", range(1, 7))
def test_a_qr_code_of_every_version_and_level_reads(version: int, level: str) -> None:
    text = "A7" * (qr.data_words(version, level) // 2 - 1)
    stream = qr.bits_of((("byte", text),))
    layout = qr.qr_layout(version, level)
    data = qr.qr_signs(version, level, [stream])[0]
    signs = (data * layout.masks[3] + layout.fixed[3]).reshape(layout.side, -1)
    assert read(signs, "QRCode") == text


@pytest.mark.parametrize("size", datamatrix.SQUARE + datamatrix.OBLONG)
def test_a_data_matrix_of_every_size_reads_full_or_not(size: datamatrix.Size) -> None:
    layout = datamatrix.datamatrix_layout(size)
    for count in (1, size.data - 1, size.data):
        words = datamatrix.ascii_words("PARCEL" * 9)
        assert words is not None
        signs = datamatrix.datamatrix_signs(size, [words[:count]])[0]
        whole = (signs * layout.masks[0] + layout.fixed[0]).reshape(size.rows, -1)
        assert read(whole, "DataMatrix") == ("PARCEL" * 9)[:count]


def test_modules_are_those_other_writers_print() -> None:
    for text in TEXTS:
        code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
        plain = code.to_image(scale=1, add_quiet_zones=False)
        wanted = np.where(np.array(plain) == 0, 1, -1)
        same = [
            (write_rows(kind, [Row(text, way, text)])[0] * mask + rest).tolist()
            for kind, way, _ in code_forms(LabelCode(text, "QRCode", 1.0))
            for mask, rest in zip(*layout_of(kind), strict=True)
        ]
        assert wanted.ravel().tolist() in same


def test_a_gs1_code_opens_with_fnc1() -> None:
    code = LabelCode("42080045\x1d9270614127450649058446", "DataMatrix", 0.1, gs1=True)
    kind, way, _ = code_forms(code)[0]
    masks, fixed = layout_of(kind)
    signs = write_rows(kind, [Row(code.text, way, code.text)])[0] * masks[0] + fixed[0]
    picture = np.pad(signs.reshape(kind.rows, -1), 4, constant_values=-1)
    big = np.kron(np.where(picture > 0, 0, 255), np.ones((4, 4))).astype(np.uint8)
    found = zxingcpp.read_barcodes(big)
    assert found[0].symbology_identifier == "]d2"


def item(postal_code: str = "", sort_code: str = "") -> Item:
    number = "TBA553705672547"
    return Item(number, "1", number, postal_code=postal_code, sort_code=sort_code)


def test_a_code_may_hold_the_number_and_what_the_manifest_has_beside_it() -> None:
    texts = {
        code.text
        for code in matrix_codes(item(postal_code="30575", sort_code="C23.4X 030"))
        if code.symbology == "QRCode"
    }
    assert {
        "TBA553705672547",
        "TBA553705672547|30575",
        "TBA553705672547;30575",
        "TBA553705672547|C23.4X|30575",
        "TBA553705672547|30575|C23.4X",
    } <= texts


def test_a_number_alone_is_all_where_the_manifest_has_nothing_else() -> None:
    codes = matrix_codes(item())
    assert {code.text for code in codes} == {"TBA553705672547"}
    assert {code.symbology for code in codes} == {"QRCode", "DataMatrix"}


def test_a_route_without_matrix_codes_has_an_empty_book() -> None:
    book = MatrixBook.build([("A", [LabelCode("A", "Code128", 0.9)])])
    assert (book.keys, book.pages) == (("A",), ())


def test_an_item_taken_off_the_book_is_on_no_page() -> None:
    codes = [(key, [LabelCode(key, "QRCode", 1.0)]) for key in ("TBA1", "TBA2")]
    book = MatrixBook.build(codes).without("TBA1")
    assert book.keys == ("TBA2",)
    assert {row.text for page in book.pages for row in page.rows} == {"TBA2"}


@pytest.mark.parametrize("gs1", [True, False])
def test_codes_near_one_are_those_of_other_numbers_written_alike(gs1: bool) -> None:
    separator = "\x1d" if gs1 else ""
    text = f"42080045{separator}9270614127450649058446"
    code = LabelCode(text, "DataMatrix", 0.1, gs1=gs1)
    page = MatrixBook.build([("9270614127450649058446", [code])]).pages[0]
    near = near_codes(page.kind, page.rows[0])
    assert len(near) > 40
    apart = (near != page.data[0]).sum(axis=1)
    assert apart.min() >= 10  # of 324 modules: thanks to the check words
    assert apart.max() < 120


def test_a_rival_that_cannot_be_written_alike_is_left_out() -> None:
    page = MatrixBook.build([("A", [LabelCode("01234567890123D", "QRCode", 1.0)])])
    kind, row = page.pages[0].kind, page.pages[0].rows[0]
    assert is_writable(kind, row)
    assert not is_writable(kind, row._replace(text="0123456789012D3"))
    assert not is_writable(kind, row._replace(text="01234567890123D4"))
    for each in page.pages:
        for own in each.rows:
            near_codes(each.kind, own)
