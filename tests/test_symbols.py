import numpy as np
import pytest
import zxingcpp

from vapr.read.bars import Bars
from vapr.read.code128 import FNC1
from vapr.read.symbols import SYMBOLOGIES, alphabet_of, encode

FORMATS = {
    "Code128": zxingcpp.BarcodeFormat.Code128,
    "ITF": zxingcpp.BarcodeFormat.ITF,
    "Code39": zxingcpp.BarcodeFormat.Code39,
    "Codabar": zxingcpp.BarcodeFormat.Codabar,
}


def picture(bars: Bars, scale: int = 2) -> np.ndarray:
    row = np.pad(np.frombuffer(bars.cells, np.uint8), 20 * bars.per_module)
    return np.ascontiguousarray(
        np.tile(255 * (1 - np.repeat(row, scale)).astype(np.uint8), (60, 1))
    )


@pytest.mark.parametrize(
    ("symbology", "text"),
    [
        ("Code128", "200181234794"),
        ("Code128", "TBA553705672547"),
        ("Code128", "1ZR9108V0295876749"),
        ("Code128", "1Z13A3160354321767"),
        ("Code128", "JJD000390007882823434"),
        ("Code128", "12345"),
        ("Code128", "a~B c"),
        ("ITF", "00340434161094"),
        ("Code39", "RB12345-6.7 $"),
        ("Codabar", "A40156B"),
    ],
)
def test_a_decoder_reads_every_form(symbology: str, text: str) -> None:
    forms = encode(text, symbology)
    assert forms
    assert len({bars.cells for bars in forms}) == len(forms)
    for bars in forms:
        (seen,) = zxingcpp.read_barcodes(
            picture(bars), formats=zxingcpp.BarcodeFormats(FORMATS[symbology])
        )
        assert seen.text == text


def test_gs1_fields_come_back_with_their_separator() -> None:
    for bars in encode(f"42028027{FNC1}9261290100130739", "Code128", gs1=True):
        (seen,) = zxingcpp.read_barcodes(picture(bars))
        assert seen.symbology_identifier == "]C1"
        assert seen.bytes == b"42028027\x1d9261290100130739"


def test_a_postal_code_in_front_is_all_set_c() -> None:
    bars = encode("420280279261290100130739123456", "Code128", gs1=True)[0]
    assert bars.modules == 11 * (1 + 1 + 15 + 1) + 13


@pytest.mark.parametrize(
    "text", ["200181234794", "TBA553705672547", "1ZR9108V0295876749"]
)
def test_the_first_form_is_as_short_as_the_decoders_own_writer(text: str) -> None:
    image = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128)
    row = np.asarray(image.to_image(scale=1))[0]
    dark = np.flatnonzero(row < 128)
    own = encode(text, "Code128")[0]
    written = (row[dark[0] : dark[-1] + 1] < 128).astype(np.uint8).tobytes()
    assert len(own.cells) <= len(written)


@pytest.mark.parametrize(
    ("symbology", "text"),
    [
        ("ITF", "123"),
        ("ITF", "12A4"),
        ("Code39", "lower"),
        ("Code128", "Ü"),
        ("Code128", ""),
    ],
)
def test_what_a_symbology_cannot_hold_has_no_bars(symbology: str, text: str) -> None:
    assert encode(text, symbology) == []


def test_an_unknown_symbology_is_named() -> None:
    with pytest.raises(ValueError, match="QRCode"):
        encode("1", "QRCode")
    assert "Code128" in SYMBOLOGIES


@pytest.mark.parametrize(
    ("symbology", "text"),
    [("Code128", "TBA553705672547"), ("ITF", "00340434161094"), ("Code39", "RB12-5")],
)
def test_symbol_values_make_the_same_cells(symbology: str, text: str) -> None:
    for bars in encode(text, symbology):
        alphabet = alphabet_of(bars)
        assert alphabet is not None
        (cells,) = alphabet.cells(np.array([bars.values], np.intp))
        assert cells.astype(np.uint8).tobytes() == bars.cells
