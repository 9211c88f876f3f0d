"""The commands of those who build and judge models: make, train, measure."""

from pathlib import Path
from typing import Annotated

import typer

from vapr.cli.options import EXIT_CODES

workshop = typer.Typer()


@workshop.command(
    epilog=f"Example: vapr synth made/ --count 100 --seed 7 --jobs 4\n\n{EXIT_CODES}",
    rich_help_panel="Workshop",
)
def synth(  # noqa: PLR0913  the command's options
    out: Annotated[Path, typer.Argument(help="Folder for pictures and truth.")],
    count: Annotated[
        int, typer.Option(help="Pictures; with --ride, stops.", min=1)
    ] = 20,
    seed: Annotated[int, typer.Option(help="Same seed, same pictures.", min=0)] = 0,
    size: Annotated[
        str | None, typer.Option(help="WIDTHxHEIGHT; default: varied, 640-960.")
    ] = None,
    jobs: Annotated[int, typer.Option(help="Processes.", min=1)] = 1,
    ride: Annotated[
        bool, typer.Option("--ride", help="One van, stop by stop, load shrinking.")
    ] = False,
    fonts: Annotated[Path | None, typer.Option(help="Folder of font files.")] = None,
    layouts: Annotated[
        Path | None, typer.Option(help="Your label layouts (JSON).")
    ] = None,
    backgrounds: Annotated[
        Path | None, typer.Option(help="Folder of your van photographs.")
    ] = None,
) -> None:
    """Make pictures of loaded vans, each with its truth file and route."""
    from vapr.cli.synth import SynthOptions, run_synth

    options = SynthOptions(
        out=out,
        count=count,
        seed=seed,
        size=size,
        jobs=jobs,
        ride=ride,
        fonts=fonts,
        layouts=layouts,
        backgrounds=backgrounds,
    )
    raise typer.Exit(run_synth(options))
