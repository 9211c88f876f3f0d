"""Where the sample pictures lie: in the checkout, or inside the installed wheel."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def samples_folder() -> Path:
    """The folder of sample pictures, one subfolder per theme with its `route.csv`."""
    inside = PACKAGE / "_data" / "sample_images"
    return inside if inside.is_dir() else PACKAGE.parent / "sample_images"
