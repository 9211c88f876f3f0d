"""Opening pictures: what comes out is always BGR uint8, or one clear error."""

import struct
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PilImage

from vapr.errors import InputError, PictureError
from vapr.media import encode_jpeg, find_pictures, open_picture, save_picture


def _save(path: Path, picture: PilImage.Image, **options: object) -> Path:
    picture.save(path, **options)  # type: ignore[arg-type]
    return path


@pytest.mark.parametrize("suffix", ["png", "webp", "bmp", "tif", "jpg"])
def test_colours_come_as_bgr(tmp_path: Path, suffix: str) -> None:
    path = _save(tmp_path / f"red.{suffix}", PilImage.new("RGB", (8, 6), (250, 0, 0)))
    image = open_picture(path)
    assert image.shape == (6, 8, 3)
    assert image.dtype == np.uint8
    assert np.allclose(image[3, 4], [0, 0, 250], atol=6)


def test_exif_orientation_is_applied(tmp_path: Path) -> None:
    picture = PilImage.new("RGB", (40, 20), "black")
    picture.paste((255, 255, 255), (0, 0, 10, 20))  # white on the left
    exif = PilImage.Exif()
    exif[0x0112] = 6  # shown turned by 90 degrees clockwise
    image = open_picture(_save(tmp_path / "a.jpg", picture, exif=exif, quality=95))
    assert image.shape == (40, 20, 3)
    assert image[3, 10].mean() > 200  # now at the top
    assert image[30, 10].mean() < 50


@pytest.mark.parametrize(
    ("mode", "colour", "expected"),
    [
        ("L", 100, (100, 100, 100)),
        ("LA", (100, 255), (100, 100, 100)),
        ("RGBA", (10, 20, 30, 0), (255, 255, 255)),
        ("P", 0, (0, 0, 0)),
        ("1", 1, (255, 255, 255)),
    ],
)
def test_other_modes_become_colour(
    tmp_path: Path, mode: str, colour: float, expected: tuple[int, int, int]
) -> None:
    path = _save(tmp_path / "a.png", PilImage.new(mode, (5, 5), colour))
    assert tuple(int(v) for v in open_picture(path)[2, 2]) == expected


def test_cmyk_jpeg_is_opened(tmp_path: Path) -> None:
    picture = PilImage.new("CMYK", (8, 8), (0, 0, 0, 0))
    assert open_picture(_save(tmp_path / "a.jpg", picture)).min() > 240


def test_16_bit_grey_keeps_its_scale(tmp_path: Path) -> None:
    grey = np.full((4, 4), 32768, np.uint16)
    grey[0, 0] = 1000
    path = _save(tmp_path / "a.png", PilImage.fromarray(grey))
    image = open_picture(path)
    assert image[2, 2].tolist() == [128, 128, 128]
    assert image[0, 0].tolist() == [4, 4, 4]


def _png_bomb(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        crc = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", body)
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"stop,tracking\n1,ABC\n", "not_a_picture"),
        (b"\xff\xd8\xff\xe0 nothing more", "truncated_picture"),
        (_png_bomb(20_000, 10_000), "picture_too_large"),
        (_png_bomb(100_000, 100_000), "picture_too_large"),
        (_png_bomb(400, 400), "truncated_picture"),
    ],
)
def test_bad_bytes_say_what_is_wrong(tmp_path: Path, data: bytes, code: str) -> None:
    path = tmp_path / "bad.jpg"
    path.write_bytes(data)
    with pytest.raises(PictureError) as caught:
        open_picture(path)
    assert caught.value.code == code
    assert "bad.jpg" in str(caught.value)


def test_a_truncated_jpeg_is_an_error_not_half_a_picture(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    whole = encode_jpeg(rng.integers(0, 255, (200, 200, 3), np.uint8))
    path = tmp_path / "cut.jpg"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(PictureError, match="cut off"):
        open_picture(path)


def test_the_cap_can_be_set() -> None:
    data = BytesIO()
    PilImage.new("RGB", (100, 100)).save(data, "PNG")
    with pytest.raises(PictureError, match="megapixels"):
        open_picture(data.getvalue(), max_pixels=9_999)
    assert open_picture(data.getvalue(), max_pixels=10_000).shape == (100, 100, 3)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match=r"gone\.jpg: No such file"):
        open_picture(tmp_path / "gone.jpg")


def test_folders_globs_and_files_become_one_list(tmp_path: Path) -> None:
    van = tmp_path / "van"
    van.mkdir()
    for name in ("b.jpg", "a.png", "c.txt"):
        (van / name).write_bytes(b"x")
    a, b = van / "a.png", van / "b.jpg"
    assert find_pictures([van]) == [a, b]
    assert find_pictures([van / "*.jpg", van]) == [b, a]
    assert find_pictures([tmp_path / "v*"]) == [a, b]
    assert find_pictures([van / "gone.jpg"]) == [van / "gone.jpg"]
    with pytest.raises(InputError, match="no picture"):
        find_pictures([van / "*.webp"])


def test_saved_pictures_come_back(tmp_path: Path) -> None:
    image = np.zeros((10, 12, 3), np.uint8)
    image[..., 0] = 200
    save_picture(image, tmp_path / "new" / "a.png")
    assert np.array_equal(open_picture(tmp_path / "new" / "a.png"), image)


def test_a_folder_of_folders_says_how_to_name_their_pictures(tmp_path: Path) -> None:
    (tmp_path / "day").mkdir()
    with pytest.raises(InputError, match="in its folders say") as refused:
        find_pictures([tmp_path])
    assert str(tmp_path / "*") in str(refused.value)
    with pytest.raises(InputError) as refused:
        find_pictures([tmp_path / "day"])
    assert "in its folders" not in str(refused.value)
