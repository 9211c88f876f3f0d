"""`vapr synth`: made pictures with truth, or one van over a whole ride."""

from dataclasses import dataclass
from pathlib import Path

import typer

from vapr.cli.progress import progress_over
from vapr.errors import UsageError
from vapr.synth import each_moment, each_picture, load_assets
from vapr.synth.ride import LOOKS

RIDE_SIZE = (1280, 720)


@dataclass(frozen=True, slots=True)
class SynthOptions:
    """What the command was asked for; `size` as "1280x720" or None."""

    out: Path
    count: int
    seed: int
    size: str | None
    jobs: int
    ride: bool
    fonts: Path | None
    layouts: Path | None
    backgrounds: Path | None


def run_synth(options: SynthOptions) -> int:
    """Write the pictures; returns the exit code.

    Raises:
        UsageError: a size, count, folder or layout file that cannot be used.
    """
    size = parse_size(options.size)
    assets = load_assets(options.fonts, options.layouts, options.backgrounds)
    if options.ride:
        stops, seed = options.count, options.seed
        run = each_moment(options.out, stops, seed, size or RIDE_SIZE, assets)
        total = stops * len(LOOKS)
    else:
        total = options.count
        run = each_picture(options.out, total, options.seed, size, options.jobs, assets)
    made = list(progress_over(run, "Making pictures", total=total))
    typer.echo(f"{len(made)} pictures with truth in {options.out}", err=True)
    return 0


def parse_size(text: str | None) -> tuple[int, int] | None:
    """`1280x720` as (1280, 720).

    Raises:
        UsageError: it is not two whole numbers of 32 to 8192.
    """
    if text is None:
        return None
    parts = text.lower().split("x")
    if len(parts) == 2 and all(part.isdecimal() for part in parts):
        width, height = (int(part) for part in parts)
        if min(width, height) >= 32 and max(width, height) <= 8192:
            return width, height
    raise UsageError(f"--size takes WIDTHxHEIGHT of 32 to 8192 px, got {text!r}")
