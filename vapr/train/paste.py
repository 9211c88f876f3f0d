"""Photographs of cartons with labels pasted on, for the detector to learn from.

    python -m vapr.train.paste cartons/train pasted/ --seed 5

Takes a YOLO folder of parcels, writes another with labels as rotated boxes. The labels
a photograph shows by itself have no annotation, so `classes.txt` says "label?": what
is not annotated is not taken for background.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from vapr.geometry import box_of_quad, intersection, to_quad
from vapr.train.datasets import load_samples
from vapr.train.samples import Sample, Thing
from vapr.types import Box, Image, Quad

SHAPES = ((400, 600), (420, 594), (400, 400), (400, 250), (400, 300), (380, 560))
TEXTURES = 250
MOST = 12  # labels in a photograph
SHARES = (0.25, 0.6)  # of the carton's short side
SMALLEST = 8.0  # px, short side of a label
LETTERS = np.array(list("ABCDEFGHIJKLMN abcdefgh 0123456789 "))
FACES = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX)
QUALITY = 88  # of the JPEG
Rng = np.random.Generator
Draw = Callable[[Image, int, int, Rng], int]


# -- what a label looks like from afar -----------------------------------------------


def make_texture(rng: Rng) -> Image:
    """A label with lines of text, bars, matrices and rules, BGR uint8."""
    width, height = SHAPES[rng.integers(len(SHAPES))]
    image = np.full((height, width, 3), rng.integers(225, 256), np.uint8)
    ink, y = int(rng.integers(5, 50)), int(rng.integers(8, 30))
    if rng.random() < 0.2:
        cv2.rectangle(image, (0, 0), (width, height // 10), (ink,) * 3, -1)
        y = int(height * 0.13)
    draws: tuple[Draw, ...] = (_lines, _bars, _large, _matrix, _rule, _gap)
    while y < height - 40:
        draw = rng.choice(np.array(draws), p=(0.4, 0.2, 0.12, 0.1, 0.1, 0.08))
        y = draw(image, y, ink, rng)
    return image


def _text(
    image: Image, place: tuple[int, int], scale: float, ink: int, rng: Rng
) -> None:
    count = int(rng.integers(8, 34)) if scale < 1 else 6
    text = "".join(rng.choice(LETTERS, count))
    thick = int(rng.integers(3, 7)) if scale >= 1 else 1 + (scale > 0.6)
    face = FACES[rng.integers(len(FACES))]
    cv2.putText(image, text, place, face, scale, (ink,) * 3, thick, cv2.LINE_AA)


def _lines(image: Image, y: int, ink: int, rng: Rng) -> int:
    for _ in range(rng.integers(1, 5)):
        scale = rng.uniform(0.35, 0.8)
        _text(image, (int(rng.integers(8, 40)), y + int(20 * scale)), scale, ink, rng)
        y += int(28 * scale)
    return y


def _large(image: Image, y: int, ink: int, rng: Rng) -> int:
    scale = rng.uniform(1.2, 2.4)
    _text(image, (int(rng.integers(10, 120)), y + int(24 * scale)), scale, ink, rng)
    return y + int(32 * scale)


def _bars(image: Image, y: int, ink: int, rng: Rng) -> int:
    height, margin = int(rng.integers(40, 110)), int(rng.integers(20, 70))
    bottom = min(y + height, image.shape[0] - 8)
    x = margin
    while x < image.shape[1] - margin:
        bar, gap = (2 * int(n) for n in rng.integers(1, 4, 2))
        cv2.rectangle(image, (x, y), (x + bar - 1, bottom), (ink,) * 3, -1)
        x += bar + gap
    return y + height + 10


def _matrix(image: Image, y: int, ink: int, rng: Rng) -> int:
    cells, side = int(rng.integers(18, 40)), int(rng.integers(80, 160))
    dark = (rng.random((cells, cells)) < 0.5).astype(np.uint8) * 255
    dark = np.asarray(cv2.resize(dark, (side, side), interpolation=cv2.INTER_NEAREST))
    x = int(rng.integers(10, image.shape[1] - side - 5))
    if y + side < image.shape[0] - 5:
        image[y : y + side, x : x + side] = np.maximum(dark, ink)[..., None]
    return y + side + 8


def _rule(image: Image, y: int, ink: int, rng: Rng) -> int:
    thick = int(rng.integers(2, 6))
    cv2.line(image, (0, y), (image.shape[1], y), (ink,) * 3, thick)
    return y + 8


def _gap(image: Image, y: int, ink: int, rng: Rng) -> int:
    return y + int(rng.integers(10, 50))


# -- where it lies -------------------------------------------------------------------


def place_quad(box: Box, texture: Image, rng: Rng) -> Quad | None:
    """Four corners on a carton: turned, foreshortened, a little in perspective."""
    x1, y1, x2, y2 = box
    short = min(x2 - x1, y2 - y1)
    aspect = texture.shape[0] / texture.shape[1]
    width = short * rng.uniform(*SHARES) / max(aspect, 1)
    if short < 3 * SMALLEST or min(width, width * aspect) < SMALLEST:
        return None
    half = np.array([width, width * aspect]) / 2
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half
    corners = corners @ _rotation(_angle(rng))
    if rng.random() < 0.5:
        lean = _rotation(rng.uniform(0, np.pi))
        corners = corners @ lean @ np.diag([1, rng.uniform(0.45, 1)]) @ lean.T
    near = (corners @ rng.normal(0, 1, 2))[:, None] * rng.uniform(0, 0.15) / short
    room = np.array([x2 - x1, y2 - y1]) - 0.7 * short
    middle = np.array([x1 + x2, y1 + y2]) / 2 + rng.uniform(-0.5, 0.5, 2) * room
    return to_quad(corners * (1 + near) + middle)


def _angle(rng: Rng) -> float:
    """Mostly upright or by quarters, now and then any way."""
    angle = rng.normal(0, 0.12)
    if rng.random() < 0.5:
        angle += rng.integers(4) * np.pi / 2
    if rng.random() < 0.2:
        angle += rng.uniform(-np.pi, np.pi)
    return float(angle)


def _rotation(angle: float) -> NDArray[np.float64]:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, s], [-s, c]])


def paste_label(image: Image, quad: Quad, texture: Image, rng: Rng) -> Image:
    """The picture with the label on it, as bright as its surroundings allow."""
    corners = np.asarray(quad)
    x1, y1 = np.maximum(corners.min(axis=0).astype(int), 0)
    x2, y2 = corners.max(axis=0).astype(int) + 1
    around = image[y1:y2, x1:x2].reshape(-1, 3).mean(axis=0)
    white = np.maximum(
        around * rng.uniform(1.1, 2), around.mean() * rng.uniform(1.1, 2)
    )
    white = np.clip(white + rng.uniform(0, 20), 20, 252)
    wide, high = np.linalg.norm(corners[[1, 2]] - corners[0], axis=1) * 2
    if wide < texture.shape[1]:
        size = (max(round(wide), 2), max(round(high), 2))
        texture = np.asarray(cv2.resize(texture, size, interpolation=cv2.INTER_AREA))
    height, width = texture.shape[:2]
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(flat - 0.5, (corners - 0.5).astype(np.float32))
    size = (image.shape[1], image.shape[0])
    label = cv2.warpPerspective(texture, matrix, size)
    mask = cv2.warpPerspective(np.full((height, width), 255, np.uint8), matrix, size)
    share = np.asarray(mask)[..., None] / 255
    mixed = image * (1 - share) + np.asarray(label) / 255 * white * share
    return np.asarray(np.clip(mixed, 0, 255), np.uint8)


# -- a data set of it ----------------------------------------------------------------


def add_labels(
    image: Image, sample: Sample, textures: Sequence[Image], rng: Rng
) -> tuple[Image, list[Quad]]:
    """The photograph with labels on some of its cartons, and their corners."""
    quads: list[Quad] = []
    count = min(len(sample.things), int(rng.integers(3, MOST)))
    for index in rng.permutation(len(sample.things))[:count]:
        texture = textures[int(rng.integers(len(textures)))]
        quad = place_quad(sample.things[index].box, texture, rng)
        if quad is not None and _free(quad, quads, sample.size):
            image = paste_label(image, quad, texture, rng)
            quads.append(quad)
    if rng.random() < 0.2:
        blurred = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1))
        image = np.asarray(blurred, np.uint8)
    return image, quads


def _free(quad: Quad, others: Sequence[Quad], size: tuple[int, int]) -> bool:
    x1, y1, x2, y2 = box = box_of_quad(quad)
    inside = min(x1, y1) >= 0 and x2 <= size[0] and y2 <= size[1]
    return inside and not any(intersection(box, box_of_quad(o)) for o in others)


def _rows(
    things: Sequence[Thing], quads: Sequence[Quad], size: tuple[int, int]
) -> Iterator[str]:
    scale = np.array([*size, *size])
    for thing in things:
        x1, y1, x2, y2 = np.array(thing.box) / scale
        row = ((x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1)
        yield "0 " + " ".join(f"{v:.6f}" for v in row)
    for quad in quads:
        yield "1 " + " ".join(f"{v:.6f}" for v in np.ravel(np.array(quad) / size))


def write_pasted(source: Path, target: Path, seed: int) -> None:
    """The whole data set of `source`, with labels, as a YOLO folder."""
    rng = np.random.default_rng(seed)
    textures = [make_texture(rng) for _ in range(TEXTURES)]
    for name in ("images", "labels"):
        (target / name).mkdir(parents=True, exist_ok=True)
    (target / "classes.txt").write_text("parcel\nlabel?\n", "utf-8")
    for sample in track(load_samples(source), "pasting labels"):
        image = np.asarray(cv2.imread(str(sample.picture)), np.uint8)
        image, quads = add_labels(image, sample, textures, rng)
        stem = sample.picture.stem
        written = target / "images" / f"{stem}.jpg"
        cv2.imwrite(str(written), image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        rows = "\n".join(_rows(sample.things, quads, sample.size)) + "\n"
        (target / "labels" / f"{stem}.txt").write_text(rows, "utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    a = parser.parse_args(arguments)
    write_pasted(a.source, a.target, a.seed)


if __name__ == "__main__":
    main()
