"""How the camera moved between two frames, as a map of the picture's plane.

Corners are followed by pyramidal Lucas-Kanade flow (Bouguet, 2001) from a key frame,
checked backwards (Kalal et al., *Forward-Backward Error*, ICPR 2010), and an affine
map is fitted by RANSAC. A key frame is kept while it serves: chaining frame to frame
would let the place of a hidden parcel wander off, most of all when the camera stands.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vapr.geometry import project
from vapr.types import Image

Floats = NDArray[np.float64]

SMALL_WIDTH = 320  # px; corners are followed on a picture of this width
MAX_CORNERS = 300
MIN_CORNERS = 12
MIN_INLIERS = 0.35  # share of the followed corners that one map must explain
STANDING = 0.3  # share of corners that did not move, from which the camera stands:
STILL_PX = 0.35  # a person walking through the picture moves most of the others
RANSAC_PX = 1.5
BACKWARD_PX = 0.7  # by which a corner may miss its start when followed back
KEY_SHARE = 0.4  # a frame serves while this share of its corners is still found
AGREE_PX = 6.0  # by which the two ways to a frame may differ at its corners
PATIENCE = 5  # frames without a map, after which a new key frame is begun


@dataclass(frozen=True, slots=True, eq=False)
class _Frame:
    """A small grey picture, its corners (n, 1, 2), the map of its px to the full."""

    grey: Image
    corners: NDArray[np.float32]
    to_picture: Floats


class CameraMotion:
    """Frames in, maps out: from the last frame that could be placed to this one."""

    def __init__(self) -> None:
        self._key: _Frame | None = None
        self._last: _Frame | None = None  # the last one that could be placed
        self._now = np.eye(3)  # small px of the key frame -> of the last frame
        self._misses = 0

    @property
    def placed(self) -> bool:
        """Whether the next map will start from the frame that was given last."""
        return self._misses == 0

    def step(self, image: Image) -> Floats | None:
        """The map (3, 3) of picture px from the last placed frame to this one.

        Returns:
            None when the frames have too little in common to tell: the first frame,
            a cut, a blur. After a short blur the map spans the gap.
        """
        frame = _small_frame(image)
        key, last = self._key, self._last
        if key is None or last is None:
            self._begin(frame)
            return None
        whole = self._placed(key, last, frame)
        if whole is None:
            self._misses += 1
            if self._misses > PATIENCE:
                self._begin(frame)
            return None
        step: Floats = whole @ np.linalg.inv(self._now)
        self._last, self._now, self._misses = frame, whole, 0
        if self._key is not key:
            self._now = np.eye(3)
        picture: Floats = frame.to_picture @ step @ np.linalg.inv(last.to_picture)
        return picture

    def _placed(self, key: _Frame, last: _Frame, frame: _Frame) -> Floats | None:
        """Small px of the key frame -> of this one; begins a new key when it is due.

        From the last frame the way is short and sure, from the key frame exact. The
        second starts from the first, or what repeats would be taken for one another.
        """
        short = _map_between(last, frame)
        guess = self._now if short is None else short @ self._now
        exact = _map_between(key, frame, guess)
        if exact is not None and (short is None or _close(exact, guess, frame)):
            return exact
        if short is not None:
            self._key = frame
        return None if short is None else guess

    def _begin(self, frame: _Frame) -> None:
        self._key = self._last = frame
        self._now, self._misses = np.eye(3), 0


def _small_frame(image: Image) -> _Frame:
    grey, to_picture = _shrink(image)
    return _Frame(grey, _corners(grey), to_picture)


def _close(a: Floats, b: Floats, frame: _Frame) -> bool:
    """Whether two maps agree within `AGREE_PX` at the corners of the picture."""
    height, width = frame.grey.shape
    ends = np.asarray([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    return bool(np.abs(project(a, ends) - project(b, ends)).max() <= AGREE_PX)


def _shrink(image: Image) -> tuple[Image, Floats]:
    """The small grey picture and the map from its px to those of the picture."""
    height, width = image.shape[:2]
    size = (SMALL_WIDTH, max(round(height * SMALL_WIDTH / width), 1))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8)
    return grey, np.diag([width / size[0], height / size[1], 1.0])


def _corners(grey: Image) -> NDArray[np.float32]:
    found: object = cv2.goodFeaturesToTrack(grey, MAX_CORNERS, 0.01, 6)
    if found is None:  # an even surface; the stubs do not know of it
        return np.zeros((0, 1, 2), np.float32)
    return np.asarray(found, np.float32)


def _map_between(
    before: _Frame, after: _Frame, guess: Floats | None = None
) -> Floats | None:
    """Small px of one frame -> of another, None when too few corners agree.

    A guess says about where to look; with one, half the corners may be out of sight.
    """
    start, end = _follow(before, after, guess)
    if len(start) < max(MIN_CORNERS, KEY_SHARE * len(before.corners)):
        return None
    still = np.hypot(*(end - start).T) < STILL_PX
    if still.mean() >= STANDING:
        return np.eye(3)
    affine, inliers = cv2.estimateAffine2D(
        start, end, method=cv2.RANSAC, ransacReprojThreshold=RANSAC_PX
    )
    if inliers.mean() < MIN_INLIERS or inliers.sum() < MIN_CORNERS:
        return None
    if not 0.5 < np.linalg.det(affine[:, :2]) < 2.0:
        return None
    found: Floats = np.vstack([affine, [0.0, 0.0, 1.0]])
    return found


def _follow(
    before: _Frame, after: _Frame, guess: Floats | None
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Corners and where they are now, (n, 2) each, those that come back kept."""
    start = before.corners.reshape(-1, 2)
    if len(start) < MIN_CORNERS:
        return start[:0], start[:0]
    grey = before.grey
    if grey.shape != after.grey.shape:  # another shape of picture: stretched to it
        height, width = after.grey.shape
        stretch = np.diag([1.0, height / grey.shape[0], 1.0])
        grey = np.asarray(cv2.resize(grey, (width, height)), np.uint8)
        scaled = project(stretch, start).astype(np.float32)
    else:
        scaled = start
    ahead = scaled if guess is None else project(guess, start).astype(np.float32)
    there, ok = _flow(grey, after.grey, scaled, ahead)
    back, ok_back = _flow(after.grey, grey, there, scaled)
    error = np.hypot(*(back - scaled).T)
    good = ok & ok_back & (error < BACKWARD_PX)
    return start[good], there[good]


def _flow(
    before: Image,
    after: Image,
    corners: NDArray[np.float32],
    guess: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Where corners (n, 2) went, and which of them were found."""
    found, ok, _ = cv2.calcOpticalFlowPyrLK(
        before,
        after,
        corners.reshape(-1, 1, 2),
        guess.reshape(-1, 1, 2).copy(),
        winSize=(15, 15),
        maxLevel=3,
        flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
    )
    return np.asarray(found, np.float32).reshape(-1, 2), np.asarray(ok).ravel() == 1
