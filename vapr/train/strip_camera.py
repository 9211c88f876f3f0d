"""A small camera for made labels: askew, blurred, noisy, badly lit, compressed."""

from dataclasses import dataclass

import cv2
import numpy as np

from vapr.train.strip_labels import Floats, Gray, Mark, Sheet, Stock, make_sheet


@dataclass(frozen=True)
class Shot:
    """A small grey picture of one label and where its codes lie, px."""

    picture: Gray
    label: Floats  # (4, 2), clockwise from the label's top left
    marks: tuple[Mark, ...]


def _view(rng: np.random.Generator, size: tuple[int, int], long_px: float) -> Floats:
    """Corners (4, 2) of a sheet of `size` (w, h) seen askew, centred on 0."""
    w, h = size
    corners = np.array([[-w, -h], [w, -h], [w, h], [-w, h]], np.float64)
    corners /= 2 * max(w, h)
    tilt = np.deg2rad(rng.choice([rng.uniform(0, 25), rng.uniform(0, 65)]))
    axis = rng.uniform(0, 2 * np.pi)
    points = np.column_stack([corners, np.zeros(4)])
    turn = cv2.Rodrigues(tilt * np.array([np.cos(axis), np.sin(axis), 0.0]))[0]
    points = points @ turn.T
    seen = points[:, :2] / (1 + points[:, 2:] / rng.uniform(2.0, 8.0))
    roll = rng.choice(4) * np.pi / 2 + rng.normal(0, 0.25)
    if rng.random() < 0.3:
        roll = rng.uniform(0, 2 * np.pi)
    c, s = np.cos(roll), np.sin(roll)
    return np.asarray(seen @ np.array([[c, s], [-s, c]]) * long_px)


def _noise_field(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """Smooth random values of about unit size."""
    coarse = rng.normal(0, 1, (int(rng.integers(2, 7)), int(rng.integers(2, 7))))
    field = cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC)
    return np.asarray(field, np.float64)


def bend(sheet: Sheet, rng: np.random.Generator) -> Sheet:
    """The sheet as it lies on a bag or a bulging box: its print moved smoothly."""
    h, w = sheet.paper.shape
    amount = rng.uniform(0.002, 0.01) * max(h, w)
    dx, dy = (amount * _noise_field(rng, (h, w)) for _ in range(2))
    ys, xs = np.mgrid[:h, :w]
    source = (np.asarray(xs + dx, np.float32), np.asarray(ys + dy, np.float32))
    paper = cv2.remap(sheet.paper, *source, cv2.INTER_LINEAR, borderValue=255)
    moved = [_moved(mark, dx, dy) for mark in sheet.marks]
    return Sheet(np.asarray(paper, np.uint8), moved)


def _moved(mark: Mark, dx: Floats, dy: Floats) -> Mark:
    """Where a mark's corners went: the field is slow, one step inverts it."""
    at = np.round(mark.quad).astype(int)
    at = at.clip(0, np.array(dx.shape[::-1]) - 1)
    shift = np.column_stack([f[at[:, 1], at[:, 0]] for f in (dx, dy)])
    return Mark(mark.family, mark.quad - shift, mark.main)


def _background(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """What lies around a label: cardboard, plastic, edges, seams, other print."""
    ground = np.full(shape, rng.uniform(0.04, 0.7))
    for _ in range(int(rng.integers(0, 5))):
        center = rng.random(2) * shape[::-1]
        spread = rng.normal(0, max(shape) * 0.5, (4, 2))
        points = cv2.convexHull((center + spread).astype(np.int32))
        cv2.fillConvexPoly(ground, points, float(rng.uniform(0.03, 0.9)))
    return ground * (1 + 0.08 * _noise_field(rng, shape))


def _light(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """Light over the patch: uneven, at times with shadows' edges or glare."""
    light = np.exp(0.12 * _noise_field(rng, shape))
    ys, xs = np.mgrid[: shape[0], : shape[1]]
    for _ in range(int(rng.choice([0, 0, 0, 1, 1, 2]))):
        angle = rng.uniform(0, 2 * np.pi)
        along = np.cos(angle) * xs + np.sin(angle) * ys
        edge = rng.uniform(along.min(), along.max())
        steep = np.clip((along - edge) / rng.uniform(0.3, 6), -50, 50)
        soft = 1 / (1 + np.exp(-steep))
        low = rng.uniform(0.1, 0.8)
        light *= low + (1 - low) * soft
    if rng.random() < 0.15:
        at = rng.random(2) * shape
        size = rng.uniform(0.08, 0.4) * max(shape)
        away = ((ys - at[0]) ** 2 + (xs - at[1]) ** 2) / size**2
        light += rng.uniform(0.1, 1.2) * np.exp(-away)
    return light


def _warp(
    sheet: Sheet, corners: Floats, shape: tuple[int, int], fine: int
) -> tuple[Floats, Floats]:
    """Reflectance of the sheet over black, and its coverage, by area sampling."""
    h, w = sheet.paper.shape
    reach = np.hypot(*(corners[1] - corners[0])) / w
    step = min(1.0, reach * fine * 1.5)
    size = (max(int(w * step), 8), max(int(h * step), 8))
    paper = cv2.resize(sheet.paper, size, interpolation=cv2.INTER_AREA)
    source = _corners(*size).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(source, np.asarray(corners * fine, np.float32))
    # Pixel centres lie at +0.5 in both frames; OpenCV puts them on whole numbers.
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    matrix = np.linalg.inv(half) @ matrix @ half
    out = (shape[1] * fine, shape[0] * fine)
    seen = cv2.warpPerspective(paper, matrix, out, flags=cv2.INTER_LINEAR)
    mask = cv2.warpPerspective(np.full_like(paper, 255), matrix, out)
    small = [
        cv2.resize(x, shape[::-1], interpolation=cv2.INTER_AREA) for x in (seen, mask)
    ]
    seen, mask = (np.asarray(x, np.float64) / 255 for x in small)
    return seen, mask


def _corners(w: float, h: float) -> Floats:
    return np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float64)


def _cover(rng: np.random.Generator, coverage: Floats, corners: Floats) -> Floats:
    """Something lying over part of the label: less of it is seen."""
    if rng.random() > 0.15:
        return coverage
    middle, away = corners.mean(axis=0), rng.uniform(0, 2 * np.pi)
    size = np.hypot(*(corners[2] - corners[0])) / 2
    point = middle + size * rng.uniform(0.35, 0.9) * np.array(
        [np.cos(away), np.sin(away)]
    )
    turn = away + rng.normal(0, 0.4)
    out, side = (
        np.array([np.cos(turn), np.sin(turn)]),
        np.array([-np.sin(turn), np.cos(turn)]),
    )
    reach = 4 * size
    poly = np.array(
        [
            point - side * reach,
            point + side * reach,
            point + (side + out) * reach,
            point + (out - side) * reach,
        ]
    )
    mask = np.zeros(coverage.shape, np.uint8)
    cv2.fillConvexPoly(mask, np.round(poly * 8).astype(np.int32), 255, cv2.LINE_AA, 3)
    return coverage * (1 - mask / 255.0)


def _sensor(rng: np.random.Generator, scene: Floats) -> Gray:
    """Lens, noise, denoising, sharpening, tone curve and JPEG of a linear scene."""
    seen = np.asarray(
        cv2.GaussianBlur(scene, (0, 0), rng.uniform(0.3, 1.05)), np.float64
    )
    if rng.random() < 0.2:
        seen = _smear(rng, seen)
    noise = 10 ** (-rng.uniform(26, 44) / 20)
    seen = seen + rng.normal(0, 1, seen.shape) * noise * np.sqrt(0.3 + np.abs(seen))
    if rng.random() < 0.35:
        kind = np.asarray(seen, np.float32)
        seen = cv2.bilateralFilter(kind, 5, float(3 * noise), 1.2).astype(np.float64)
    tone = np.clip(seen * np.exp(rng.normal(-0.1, 0.45)), 0, 1) ** rng.uniform(0.4, 0.6)
    if rng.random() < 0.55:
        soft = cv2.GaussianBlur(tone, (0, 0), rng.uniform(0.7, 1.6))
        tone = tone + rng.uniform(0.2, 1.6) * (tone - soft)
    gray: Gray = np.clip(tone * 255, 0, 255).astype(np.uint8)
    if rng.random() < 0.85:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(55, 97))]
        packed = cv2.imencode(".jpg", gray, quality)[1]
        gray = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
    return gray


def _smear(rng: np.random.Generator, seen: Floats) -> Floats:
    """Motion blur of up to three pixels."""
    kernel = np.zeros((7, 7))
    angle, length = rng.uniform(0, np.pi), rng.uniform(0.5, 1.6)
    step = np.array([np.cos(angle), np.sin(angle)]) * length
    a, b = (np.round((3 + s * step) * 16).astype(int) for s in (-1, 1))
    cv2.line(kernel, a.tolist(), b.tolist(), 1.0, 1, cv2.LINE_AA, 4)
    return np.asarray(cv2.filter2D(seen, -1, kernel / kernel.sum()))


def photograph(sheet: Sheet, rng: np.random.Generator, long_px: float) -> Shot | None:
    """A picture of the sheet, `long_px` long before the tilt; None if too oblique."""
    h, w = sheet.paper.shape
    corners = _view(rng, (w, h), long_px)
    sides = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    if sides.min() < 11:
        return None
    pad = 6 + 0.12 * long_px
    corners = corners - corners.min(axis=0) + pad + rng.random(2)
    across, down = np.ceil(corners.max(axis=0) + pad).astype(int)
    shape = (int(down), int(across))
    fine = 6 if long_px < 80 else 4 if long_px < 180 else 3
    seen, coverage = _warp(sheet, corners, shape, fine)
    ink, paper = rng.uniform(0.02, 0.2), rng.uniform(0.6, 0.95)
    coverage = _cover(rng, coverage, corners)
    seen = np.minimum(seen, 1.0) * (paper - ink) + ink
    ground = _background(rng, shape)
    scene = ground * (1 - coverage) + seen * coverage
    matrix = cv2.getPerspectiveTransform(
        _corners(w, h).astype(np.float32), corners.astype(np.float32)
    )
    marks = [_seen_mark(mark, np.asarray(matrix)) for mark in sheet.marks]
    marks = [mark for mark in marks if _share_seen(mark, coverage) > 0.5]
    picture = _sensor(rng, scene * _light(rng, shape))
    return Shot(picture, corners, tuple(marks))


def _seen_mark(mark: Mark, matrix: Floats) -> Mark:
    points = cv2.perspectiveTransform(mark.quad[None], matrix)[0]
    return Mark(mark.family, np.asarray(points, np.float64), mark.main)


def _share_seen(mark: Mark, coverage: Floats) -> float:
    """How much of a mark nothing lies over."""
    mask = np.zeros(coverage.shape, np.uint8)
    cv2.fillConvexPoly(mask, np.round(mark.quad * 8).astype(np.int32), 1, shift=3)
    return float(coverage[mask > 0].mean()) if mask.any() else 0.0


def make_shots(count: int, seed: int) -> list[Shot]:
    """That many pictures of made labels, the same for the same seed."""
    rng = np.random.default_rng(seed)
    stock = Stock(seed)
    shots: list[Shot] = []
    while len(shots) < count:
        sheet = make_sheet(rng, stock)
        if rng.random() < 0.3:
            sheet = bend(sheet, rng)
        long_px = float(np.exp(rng.uniform(np.log(28), np.log(260))))
        shot = photograph(sheet, rng, long_px)
        if shot is not None and any(m.family != "text" for m in shot.marks):
            shots.append(shot)
    return shots
