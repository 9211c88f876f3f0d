"""One picture with everything on it."""

import numpy as np

from vapr.errors import UsageError
from vapr.render.layout import arrange, unit
from vapr.render.marks import draw_glow, draw_mark, draw_outlines, draw_tag
from vapr.render.palette import quieten
from vapr.render.panel import draw_panel, strip_height
from vapr.route.route import Route
from vapr.types import Image, Scene


def draw(image: Image, scene: Scene, route: Route | None = None) -> Image:
    """Draw a scene: picks shout, everything else is quiet.

    Args:
        image: the picture the scene was found in, BGR uint8 (H, W, 3). Not changed.
        scene: its parcels and checklist.
        route: where given, missing items are shown with their sort code.

    Returns:
        A new picture (H + strip, W, 3): the marked picture at the top, unmoved, and
        below it a strip with the checklist. The strip's height depends on the
        picture's size only.

    Raises:
        UsageError: the picture is not BGR uint8, or not of the scene's size: marks
            would lie on the wrong parcels.
    """
    _check(image, scene)
    height, width = image.shape[:2]
    em = unit((width, height))
    canvas = np.empty((height + strip_height(em), width, 3), np.uint8)
    _draw_marks(image, canvas[:height], scene, em)
    draw_panel(canvas[height:], scene, route, em)
    return canvas


def _draw_marks(image: Image, canvas: Image, scene: Scene, em: float) -> None:
    """The picture, dimmed but for the picks, and every mark on it."""
    layout = arrange(scene)
    if layout.outlines:
        quieten(image, canvas)
        draw_glow(canvas, layout.outlines, em)
        for box in layout.outlines:
            x1, y1, x2, y2 = (round(v) for v in box)
            canvas[y1:y2, x1:x2] = image[y1:y2, x1:x2]
        draw_outlines(canvas, layout.outlines, em)
    else:
        canvas[:] = image
    for mark in layout.marks:
        draw_mark(canvas, mark)
    for tag in layout.tags:
        draw_tag(canvas, tag)


def _check(image: Image, scene: Scene) -> None:
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise UsageError(
            f"draw wants a BGR uint8 picture of shape (H, W, 3), "
            f"got {image.dtype} of shape {image.shape}"
        )
    size = (image.shape[1], image.shape[0])
    if size != tuple(scene.size):
        raise UsageError(f"draw wants the scene's picture, {scene.size}, got {size}")
