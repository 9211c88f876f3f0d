"""The route of a command, and a word on what its manifest needed."""

from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from vapr.route import Route
from vapr.route.manifest import load_manifest


def load_route(path: Path, columns: Mapping[str, str]) -> Route:
    """Read a manifest; what was refused or repaired in it is said on stderr.

    Raises:
        ManifestError: it cannot be used at all.
    """
    manifest = load_manifest(path, columns)
    counts = manifest.report.counts
    told = [
        f"{counts[kind]} {kind}" for kind in ("refused", "repaired") if counts[kind]
    ]
    if told:
        Console(stderr=True, highlight=False).print(
            f"{path.name}: {' and '.join(told)} rows; see: vapr manifest check {path}",
            markup=False,
        )
    return manifest.route
