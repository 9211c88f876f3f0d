"""What a user may bring: fonts, label layouts, photographs for backgrounds."""

from dataclasses import dataclass
from pathlib import Path

from vapr.errors import UsageError
from vapr.synth.layouts import LAYOUTS, Layout, load_layouts

_PICTURES = {".jpg", ".jpeg", ".png", ".webp"}


@dataclass(frozen=True, slots=True)
class Assets:
    """A folder of font files or "", label layouts, pictures seen behind the load."""

    fonts: str = ""
    layouts: tuple[Layout, ...] = LAYOUTS
    backdrops: tuple[str, ...] = ()


DEFAULT_ASSETS = Assets()
"""The font built into Pillow, our layouts, no pictures."""


def load_assets(
    fonts: Path | None = None,
    layouts: Path | None = None,
    backdrops: Path | None = None,
) -> Assets:
    """Assets of a font folder, a layout file (see `layouts`) and a picture folder.

    Raises:
        UsageError: a folder is missing or has no picture, or the layouts are wrong.
    """
    for folder in (fonts, backdrops):
        if folder is not None and not folder.is_dir():
            raise UsageError(f"no such folder: {folder.name}")
    own = () if layouts is None else load_layouts(layouts)
    behind: tuple[str, ...] = ()
    if backdrops is not None:
        found = sorted(p for p in backdrops.iterdir() if p.suffix.lower() in _PICTURES)
        if not found:
            raise UsageError(f"no pictures in {backdrops.name}")
        behind = tuple(str(p) for p in found)
    return Assets(str(fonts or ""), own or LAYOUTS, behind)
