"""`vapr locate`: pictures in; overlays, JSON Lines and checklists out."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console
from rich.text import Text

from vapr.cli.progress import progress_over
from vapr.cli.routes import load_route
from vapr.cli.words import checklist_text, explanation_text
from vapr.errors import VaprError
from vapr.media import MAX_PIXELS, find_pictures, open_picture, save_picture
from vapr.pipeline import Pipeline
from vapr.render import draw
from vapr.route import Route
from vapr.types import Scene
from vapr.wire import to_error_json, to_json


@dataclass(frozen=True, slots=True)
class LocateOptions:
    """What `vapr locate` was asked for."""

    sources: tuple[str, ...]
    manifest: Path
    stop: str | None = None
    out: Path | None = None
    json: str | None = None
    model: str | None = None
    classes: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    explain: bool = False
    max_pixels: int = MAX_PIXELS


def run_locate(options: LocateOptions) -> int:
    """Run the command; returns the exit code (0, or 1 when a picture was refused)."""
    pictures = find_pictures(options.sources)
    route = load_route(options.manifest, options.columns)
    stop = route.stop(options.stop).id
    pipeline = Pipeline.load(options.model, options.classes or None)
    names = overlay_names(pictures)
    refused = 0
    with _json_lines(options.json) as lines:
        # Where JSON goes to stdout, what is meant for people goes to stderr.
        console = Console(stderr=options.json == "-", highlight=False)
        for path, name in progress_over(list(zip(pictures, names, strict=True))):
            try:
                scene = _one(path, name, route, stop, pipeline, options)
            except VaprError as error:
                refused += 1
                _write(lines, to_error_json(str(path), error))
                console.print(Text.assemble((path.name, "bold"), f"  refused: {error}"))
                continue
            _write(lines, to_json(scene))
            console.print(checklist_text(scene))
            if options.explain:
                console.print(explanation_text(scene))
    if options.out is not None and refused < len(pictures):
        Console(stderr=True).print(
            f"Marked pictures are in {options.out}", markup=False
        )
    if refused:
        _tell_refused(refused, len(pictures))
    return 1 if refused else 0


def _one(
    path: Path,
    name: str,
    route: Route,
    stop: str,
    pipeline: Pipeline,
    options: LocateOptions,
) -> Scene:
    image = open_picture(path, options.max_pixels)
    scene = pipeline(image, route, stop, source=str(path))
    if options.out is not None:
        save_picture(draw(image, scene, route), options.out / name)
    return scene


def overlay_names(pictures: Sequence[Path]) -> list[str]:
    """A file name per picture; equal names from several folders stay apart."""
    names: list[str] = []
    for path in pictures:
        name, count = f"{path.stem}.jpg", 1
        while name in names:
            count += 1
            name = f"{path.stem}-{count}.jpg"
        names.append(name)
    return names


@contextmanager
def _json_lines(target: str | None) -> Iterator[TextIO | None]:
    if target is None:
        yield None
    elif target == "-":
        yield sys.stdout
    else:
        path = Path(target)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8") as file:
            yield file


def _write(lines: TextIO | None, value: Mapping[str, Any]) -> None:
    if lines is not None:
        lines.write(json.dumps(value, ensure_ascii=False) + "\n")
        lines.flush()


def _tell_refused(refused: int, total: int) -> None:
    Console(stderr=True).print(
        f"{refused} of {total} pictures could not be used; the others are complete."
    )
