"""Pictures from disk or memory, opened safely; the only place that decodes them."""

import warnings
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image as PilImage
from PIL import ImageOps, UnidentifiedImageError

from vapr.errors import InputError, PictureError
from vapr.types import Image

MAX_PIXELS = 50_000_000
PICTURE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"}
)
_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF")


def open_picture(source: Path | str | bytes, max_pixels: int = MAX_PIXELS) -> Image:
    """A picture as it should be displayed.

    EXIF orientation is applied; grey, palette, CMYK, 16-bit and transparent pictures
    (over white) all become 8-bit colour. Of an animation, the first frame.

    Args:
        source: a path, or the bytes of the file itself.
        max_pixels: width x height above which the picture is refused before any
            pixel is decoded. Pillow's own limit of 178 million stands above it.

    Returns:
        BGR uint8 array of shape (H, W, 3).

    Raises:
        PictureError: with `code` "missing_file", "empty_file", "not_a_picture",
            "truncated_picture" or "picture_too_large".
    """
    name = "the picture" if isinstance(source, bytes) else Path(source).name
    data = source if isinstance(source, bytes) else _read_bytes(Path(source))
    if not data:
        raise PictureError(f"{name} is empty (0 bytes)", "empty_file")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the cap below says it better
            with PilImage.open(BytesIO(data), formats=_FORMATS) as picture:
                _check_size(name, picture.size, max_pixels)
                return _to_bgr(ImageOps.exif_transpose(picture))
    except UnidentifiedImageError as error:
        raise PictureError(
            f"{name} is not a JPEG, PNG, WebP, BMP or TIFF picture", "not_a_picture"
        ) from error
    except PilImage.DecompressionBombError as error:
        raise PictureError(
            f"{name} holds more pixels than can be opened at all", "picture_too_large"
        ) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise PictureError(
            f"{name} is damaged or cut off: {error}", "truncated_picture"
        ) from error


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        why = error.strerror or "cannot be read"
        raise PictureError(f"{path.name}: {why}", "missing_file") from error


def _check_size(name: str, size: tuple[int, int], max_pixels: int) -> None:
    if size[0] * size[1] > max_pixels:
        raise PictureError(
            f"{name} is {size[0]} x {size[1]} = {size[0] * size[1] / 1e6:.0f} "
            f"megapixels, the cap is {max_pixels / 1e6:g}; "
            "make it smaller, or raise the cap with --max-megapixels",
            "picture_too_large",
        )


def _to_bgr(picture: PilImage.Image) -> Image:
    if picture.mode.startswith(("I", "F")):
        grey = _eight_bit(np.asarray(picture))
        return np.ascontiguousarray(np.repeat(grey[..., None], 3, axis=2))
    if picture.has_transparency_data:
        rgba = picture.convert("RGBA")
        white = PilImage.new("RGBA", rgba.size, "white")
        picture = PilImage.alpha_composite(white, rgba)
    rgb = np.asarray(picture.convert("RGB"), np.uint8)
    return np.ascontiguousarray(rgb[..., ::-1])


def _eight_bit(grey: np.ndarray) -> Image:
    """16-bit (or wider) grey to 8: by its full scale, not by its brightest pixel."""
    values = grey.astype(np.float64)
    if values.max(initial=0.0) > 255:
        values = values / 257.0
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def find_pictures(sources: Sequence[str | Path]) -> list[Path]:
    """Files, folders (their pictures, sorted) and globs as one list of files.

    A named file is kept even if it does not exist or is no picture: opening it says
    what is wrong with it, so nothing that was asked for is dropped silently.

    Raises:
        InputError: a folder or glob holds no picture.
    """
    found: list[Path] = []
    for source in sources:
        found.extend(_expand(Path(source)))
    return list(dict.fromkeys(found))


def _expand(path: Path) -> Iterator[Path]:
    if path.is_dir():
        pictures = _pictures_in(path)
    elif any(c in path.name for c in "*?[") and not path.exists():
        matches = sorted(path.parent.glob(path.name))
        inside = (_pictures_in(m) if m.is_dir() else [m] for m in matches)
        pictures = [p for found in inside for p in found if _is_picture(p)]
    else:
        pictures = [path]
    if not pictures:
        known = " ".join(sorted(PICTURE_SUFFIXES))
        below = path.is_dir() and any(inside.is_dir() for inside in path.iterdir())
        hint = f"; for those in its folders say {path / '*'}" if below else ""
        raise InputError(f"no picture in {path} (looked for {known}{hint})")
    yield from pictures


def _pictures_in(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if _is_picture(path)]


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in PICTURE_SUFFIXES and path.is_file()


def save_picture(image: Image, path: Path) -> None:
    """Write a BGR uint8 picture as JPEG (quality 92) or by the suffix's format."""
    path.parent.mkdir(parents=True, exist_ok=True)
    PilImage.fromarray(image[..., ::-1]).save(path, quality=92)


def encode_jpeg(image: Image, quality: int = 88) -> bytes:
    """A BGR uint8 picture as the bytes of a JPEG file."""
    buffer = BytesIO()
    PilImage.fromarray(image[..., ::-1]).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
