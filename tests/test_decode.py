"""Decoding codes on made labels: any rotation, distance, damage; nothing made up."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
import zxingcpp

from tests.flat_codes import SYMBOLOGIES, code_modules, turned
from vapr.geometry import box_of_quad, quad_of_box, quad_sides
from vapr.read.decode import Barcode, decode_label, decode_picture
from vapr.read.locate_codes import locate_strips
from vapr.read.scan import Read
from vapr.read.settle import settle
from vapr.read.straighten import move_quad, straighten
from vapr.types import Image, Quad

FIVE = ("Code128", "Code39", "ITF", "QRCode", "DataMatrix")
NAN = float("nan")


def paper(height: int = 400, width: int = 600, shade: int = 250) -> Image:
    return np.full((height, width), shade, np.uint8)


def texts(codes: list[Barcode]) -> list[str]:
    return [code.text for code in codes]


@pytest.mark.parametrize("symbology", FIVE)
def test_a_label_at_any_rotation_is_read(symbology: str) -> None:
    said = SYMBOLOGIES[symbology][1](1)
    cells = code_modules(symbology, said)
    for degrees in range(0, 360, 15):
        image, quad = turned(cells, 3.0, degrees)
        assert texts(decode_label(image, quad)) == [said], degrees


@pytest.mark.parametrize("symbology", SYMBOLOGIES)
def test_a_code_without_a_label_is_read_at_any_rotation(symbology: str) -> None:
    said = SYMBOLOGIES[symbology][1](2)
    cells = code_modules(symbology, said)
    for degrees in (0, 33, 60, 105, 220, 310):
        image, _ = turned(cells, 3.0, degrees)
        assert texts(decode_picture(image)) == [said], degrees


@pytest.mark.parametrize("degrees", [30, 45, 75, 200])
def test_a_label_known_only_by_its_box_is_read(degrees: int) -> None:
    said = SYMBOLOGIES["Code128"][1](3)
    image, quad = turned(code_modules("Code128", said), 2.5, degrees)
    assert texts(decode_label(image, quad_of_box(box_of_quad(quad)))) == [said]


@pytest.mark.parametrize(
    ("symbology", "px_per_module"),
    [("Code128", 1.2), ("PDF417", 1.2), ("QRCode", 1.4), ("DataMatrix", 1.7)],
)
def test_narrow_modules_are_read(symbology: str, px_per_module: float) -> None:
    said = SYMBOLOGIES[symbology][1](4)
    cells = code_modules(symbology, said)
    image, quad = turned(cells, px_per_module, 20)
    blurred = np.asarray(cv2.GaussianBlur(image, (0, 0), 0.7), np.uint8)
    assert texts(decode_label(blurred, quad)) == [said]


@pytest.mark.parametrize("symbology", ["Code128", "QRCode", "DataMatrix"])
def test_a_code_tells_where_it_lies_and_how_fine_it_is(symbology: str) -> None:
    said = SYMBOLOGIES[symbology][1](5)
    image, label = turned(code_modules(symbology, said), 3.0, 30)
    (code,) = decode_label(image, label)
    assert code.symbology == symbology
    assert code.px_per_module == pytest.approx(3.0, rel=0.05)
    assert code.quad is not None
    inner, outer = box_of_quad(code.quad), box_of_quad(label)
    assert outer[0] < inner[0] < inner[2] < outer[2]
    assert outer[1] < inner[1] < inner[3] < outer[3]


def test_gs1_separators_and_the_aim_identifier_are_kept() -> None:
    code = zxingcpp.create_barcode(
        "[420]56112[92]70614127450649058446", zxingcpp.BarcodeFormat.Code128, gs1=True
    )
    row = np.asarray(zxingcpp.write_barcode_to_image(code, scale=3))
    image = np.pad(np.repeat(row[row.shape[0] // 2][None], 90, 0), 30, mode="maximum")
    (read,) = decode_picture(image.astype(np.uint8))
    assert read.text == "42056112\x1d9270614127450649058446"
    assert read.aim == "]C1"


@pytest.mark.parametrize("degrees", [0, 25, 90, 160, 270])
def test_a_maxicode_between_print_is_read(degrees: int) -> None:
    said = "[)>\x1e01\x1d96123450000\x1d222\x1d111\x1dMADE UP"
    code = zxingcpp.create_barcode(said, zxingcpp.BarcodeFormat.MaxiCode)
    drawn = np.asarray(zxingcpp.write_barcode_to_image(code, scale=1), np.uint8)
    symbol = cv2.resize(drawn, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    cells = paper(300, 220)
    cells[100:, 20:][: symbol.shape[0], : symbol.shape[1]] = symbol
    cells[90:94] = cells[200:204] = 5
    cv2.putText(cells, "NY 117", (120, 150), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 5, 2)
    image, quad = turned(cells, 1.5, degrees)
    (read,) = decode_label(image, quad)
    assert (read.text, read.symbology) == (said, "MaxiCode")


def test_every_code_of_a_label_is_read() -> None:
    image = paper(700, 900)
    said = [SYMBOLOGIES[name][1](6) for name in ("Code128", "QRCode", "PDF417")]
    for k, name in enumerate(("Code128", "QRCode", "PDF417")):
        cells = code_modules(name, said[k], 30)
        big = np.kron(cells, np.ones((2, 2), np.uint8))
        image[20 + 220 * k :, 20:][: big.shape[0], : big.shape[1]] = big
    label = quad_of_box((0, 0, 900, 700))
    assert sorted(texts(decode_label(image, label))) == sorted(said)


@pytest.mark.parametrize("symbology", ["ITF", "Code128", "Code39", "Codabar"])
@pytest.mark.parametrize("kept", [0.35, 0.5, 0.7, 0.85])
def test_a_part_of_a_code_is_not_a_code(symbology: str, kept: float) -> None:
    for seed in range(4):
        cells = code_modules(symbology, SYMBOLOGIES[symbology][1](seed))
        big = np.kron(cells, np.ones((3, 3), np.uint8))
        big[:, int(big.shape[1] * kept) :] = 120
        image = np.pad(big, 40, constant_values=120).astype(np.uint8)
        assert decode_picture(image) == []


@pytest.mark.parametrize(
    "quad",
    [
        ((10, 10), (10, 10), (10, 10), (10, 10)),
        ((10, 10), (300, 10), (590, 10), (300, 10)),
        ((10, 10), (300, 200), (300, 10), (10, 200)),
        ((-900, 10), (-500, 10), (-500, 300), (-900, 300)),
        ((700, 10), (1100, 10), (1100, 300), (700, 300)),
        ((NAN, 10), (300, 10), (300, 200), (10, 200)),
        ((float("inf"), 10), (300, 10), (300, 200), (10, 200)),
        ((10, 10), (300, 10), (120, 60), (10, 200)),
        ((10, 10), (10.5, 10), (10.5, 200), (10, 200)),
        ((-1e9, -1e9), (1e9, -1e9), (1e9, 1e9), (-1e9, 1e9)),
    ],
)
def test_a_quad_without_an_inside_says_nothing(quad: Quad) -> None:
    assert decode_label(paper(), quad) == []


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (20, 20), (3, 2000)])
def test_pictures_too_small_for_a_code_say_nothing(size: tuple[int, int]) -> None:
    image = np.random.default_rng(0).integers(0, 255, size).astype(np.uint8)
    assert decode_picture(image) == []
    assert decode_label(image, quad_of_box((0, 0, 300, 300))) == []


def test_nothing_is_read_where_nothing_is_printed() -> None:
    rng = np.random.default_rng(1)
    noise = rng.integers(0, 255, (480, 640, 3)).astype(np.uint8)
    stripes = np.repeat(rng.integers(0, 2, (1, 320)) * 255, 480, 0).astype(np.uint8)
    stripes = np.repeat(stripes, 2, axis=1)
    for image in (noise, stripes, stripes.T.copy(), paper()):
        assert decode_picture(image) == []
        assert decode_label(image, quad_of_box((0, 0, 640, 480))) == []


def test_colour_and_slices_of_larger_pictures_are_accepted() -> None:
    said = SYMBOLOGIES["Code128"][1](7)
    grey, quad = turned(code_modules("Code128", said), 3.0, 10)
    colour = np.dstack([grey] * 3)
    wide = np.concatenate([colour, colour], axis=1)[:, : grey.shape[1]]
    assert texts(decode_label(wide, quad)) == [said]
    assert texts(decode_picture(wide[:, ::-1][:, ::-1])) == [said]


def test_two_texts_at_one_place_are_none() -> None:
    place: Quad = ((50, 50), (350, 50), (350, 90), (50, 90))
    one = Read("1Z999AA10123456784", "Code128", "]C0", place, 200.0)
    other = replace(one, text="1Z999AA10123456785")
    away = replace(other, quad=((50, 200), (350, 200), (350, 240), (50, 240)))
    image = paper()
    narrow = replace(one, modules=100.0), replace(other, modules=100.0)
    assert [r.text for r in settle(image, [[narrow[0]]])] == [one.text]
    assert settle(image, [[narrow[0]], [narrow[1]]]) == []
    kept = settle(image, [[narrow[0]], [narrow[1]], [narrow[0]]])
    assert [r.text for r in kept] == [one.text]
    apart = settle(image, [[narrow[0], replace(away, modules=100.0)]])
    assert len(apart) == 2


@pytest.mark.parametrize("symbology", ["ITF", "Codabar", "Code39", "EAN13"])
def test_a_weak_code_read_once_is_not_believed(symbology: str) -> None:
    place: Quad = ((50, 50), (350, 50), (350, 90), (50, 90))
    read = Read("12345670", symbology, "", place, 100.0)
    assert settle(paper(), [[read]]) == []


@pytest.mark.parametrize("degrees", [0, 20, 45, 70, 90, 135, 160])
def test_strips_are_found_with_their_direction(degrees: int) -> None:
    cells = code_modules("Code128", SYMBOLOGIES["Code128"][1](8))
    image, label = turned(cells, 2.0, degrees)
    strip = locate_strips(image)[0]
    (x1, y1), (x2, y2) = strip[:2]
    angle = np.degrees(np.arctan2(y1 - y2, x2 - x1))
    assert abs((angle - degrees + 90) % 180 - 90) < 3
    assert quad_sides(strip)[0] > 0.8 * quad_sides(label)[0]


def test_straightened_pixels_find_their_way_back() -> None:
    label: Quad = ((120.0, 40.0), (300.0, 90.0), (280.0, 260.0), (90.0, 200.0))
    seen = straighten(paper(), label, 2.0, 0.1)
    assert seen is not None
    straight, back = seen
    height, width = straight.shape
    x1, y1 = width / 12, height / 12
    x2, y2 = width - x1, height - y1
    again = move_quad(((x1, y1), (x2, y1), (x2, y2), (x1, y2)), back)
    assert np.allclose(again, label, atol=1e-6)
