"""The commands of those who build and judge models: make, train, measure."""

from pathlib import Path
from typing import Annotated

import typer

from vapr.cli.options import (
    EXIT_CODES,
    Classes,
    FiguresFile,
    MarkdownFile,
    parse_pairs,
)

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


@workshop.command(
    epilog="Example: vapr train my-data/ --out run --epochs 10\n\n" + EXIT_CODES,
    rich_help_panel="Workshop",
)
def train(  # noqa: PLR0913  the command's options
    sources: Annotated[
        list[str],
        typer.Argument(
            help="YOLO folders or data.yaml, COCO files, truth folders; DIR*2 counts "
            "twice.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder of the run; again goes on.")
    ] = Path("vapr-train"),
    val: Annotated[
        list[Path] | None,
        typer.Option(help="To judge by; default: the set's own, or a tenth."),
    ] = None,
    start: Annotated[
        Path | None,
        typer.Option(help="A YOLO26n .pt or a last.pt; default: vapr's detector."),
    ] = None,
    classes: Classes = None,
    epochs: Annotated[int, typer.Option(help="Epochs in all.", min=1)] = 20,
    per_epoch: Annotated[int, typer.Option(help="Pictures an epoch.", min=8)] = 800,
    window: Annotated[
        int | None, typer.Option(help="Train on squares of this many px.", min=64)
    ] = None,
    seed: Annotated[int, typer.Option(min=0)] = 0,
) -> None:
    """Train the detector on your pictures; leaves a model, curves, confusions."""
    from vapr.cli.train import TrainOptions, run_train

    options = TrainOptions(
        sources=tuple(sources),
        out=out,
        val=tuple(val or ()),
        start=start,
        classes=parse_pairs(classes, "--classes"),
        epochs=epochs,
        per_epoch=per_epoch,
        window=window,
        seed=seed,
    )
    raise typer.Exit(run_train(options))


@workshop.command(
    epilog="Example: vapr export run mine.onnx\n\n" + EXIT_CODES,
    rich_help_panel="Workshop",
)
def export(
    run: Annotated[Path, typer.Argument(help="A run's folder, or its last.pt.")],
    target: Annotated[Path, typer.Argument(help="The .onnx to write.")],
    data: Annotated[str, typer.Option(help="What it was trained on, one line.")] = "",
    weights: Annotated[
        bool, typer.Option("--weights", help="Leave a .pt to train on from, too.")
    ] = False,
) -> None:
    """Export a trained detector as ONNX, with its facts beside it."""
    from vapr.cli.export import run_export

    raise typer.Exit(run_export(run, target, data, weights=weights))


@workshop.command(
    epilog="Example: vapr calibrate scale/ --strips 20000\n\n" + EXIT_CODES,
    rich_help_panel="Workshop",
)
def calibrate(  # noqa: PLR0913  the command's options
    out: Annotated[Path, typer.Argument(help="Folder of the scale; again goes on.")],
    strips: Annotated[
        int, typer.Option(help="Made strips that are not on their route.", min=200)
    ] = 20_000,
    codes: Annotated[
        int, typer.Option(help="Made matrix codes that are not on theirs.", min=0)
    ] = 1_105,
    prints: Annotated[
        int, typer.Option(help="Made labels, and stickers, for text (ocr).", min=0)
    ] = 300,
    seed: Annotated[int, typer.Option(help="Same seed, same strips.", min=0)] = 11,
    fonts: Annotated[Path | None, typer.Option(help="Folder of font files.")] = None,
    jobs: Annotated[
        int | None, typer.Option(help="Processes; default: all cores.", min=1)
    ] = None,
) -> None:
    """Fit what ratios mean: of bars, of matrix codes, of text with the extra ocr."""
    from vapr.cli.calibrate import (
        run_calibrate,
        run_calibrate_matrix,
        run_calibrate_text,
    )

    code = run_calibrate(out, strips, seed, jobs)
    if codes:
        run_calibrate_matrix(out, codes, seed, jobs)
    if prints:
        run_calibrate_text(out, prints, seed, fonts)
    raise typer.Exit(code)


@workshop.command(
    epilog="Example: vapr replay --stops 30 --journal ride.jsonl --json -\n\n"
    + EXIT_CODES,
    rich_help_panel="Workshop",
)
def replay(  # noqa: PLR0913  the command's options
    stops: Annotated[
        int,
        typer.Option(
            help="Stops driven, of 150, spread over the route.", min=1, max=150
        ),
    ] = 30,
    vans: Annotated[
        int | None,
        typer.Option(
            help="Vans the stops are shared out to; default: 3 stops each.", min=1
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Same seed, same vans.", min=0)] = 0,
    journal: Annotated[
        Path | None, typer.Option(help="Keep stops here; a new run goes on.")
    ] = None,
    json: FiguresFile = None,
    workers: Annotated[
        int | None, typer.Option(help="Processes; default: one per core.", min=1)
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(help="Begin nothing more after this long.", min=0)
    ] = None,
    markdown: MarkdownFile = None,
) -> None:
    """Drive made vans over their routes: what is found, what search is left."""
    from vapr.cli.replay import ReplayOptions, run_replay

    options = ReplayOptions(
        stops=stops,
        vans=vans,
        seed=seed,
        journal=journal,
        json=json,
        workers=workers,
        minutes=minutes,
        markdown=markdown,
    )
    raise typer.Exit(run_replay(options))


bench = typer.Typer(help="Measure the readers.", rich_markup_mode="rich")
workshop.add_typer(bench, name="bench", rich_help_panel="Workshop")


@bench.callback()
def _bench() -> None:
    """Measure the readers."""


BenchOut = Annotated[
    Path, typer.Option("--out", "-o", help="Folder of the run; again goes on.")
]
BenchSeed = Annotated[int, typer.Option(help="Same seed, same labels.", min=0)]
BenchJobs = Annotated[
    int | None, typer.Option(help="Processes; default: all cores.", min=1)
]
BENCH = Path("vapr-bench")


@bench.command(
    epilog="Example: vapr bench read --out curves/ --trials 100\n\n" + EXIT_CODES
)
def read(
    out: BenchOut = BENCH,
    trials: Annotated[
        int,
        typer.Option(
            help="Labels of each kind of route at 0.16, 0.2, 0.25, 0.3 and 0.4 px per "
            "module; a fifth as many at other sizes.",
            min=2,
        ),
    ] = 100,
    seed: BenchSeed = 1,
    jobs: BenchJobs = None,
) -> None:
    """From how many px per module labels are identified, beside decoders."""
    from vapr.cli.bench import run_bench_read

    raise typer.Exit(run_bench_read(out, trials, seed, jobs))


@bench.command(epilog="Example: vapr bench codes --out curves/\n\n" + EXIT_CODES)
def codes(
    out: BenchOut = BENCH,
    trials: Annotated[
        int, typer.Option(help="Labels of each symbology and size.", min=2)
    ] = 40,
    seed: BenchSeed = 1,
    jobs: BenchJobs = None,
) -> None:
    """From how many px per module QR codes and Data Matrix are decoded, or known."""
    from vapr.cli.bench import run_bench_codes

    raise typer.Exit(run_bench_codes(out, trials, seed, jobs))


@bench.command(epilog="Example: vapr bench text --out curves/\n\n" + EXIT_CODES)
def text(
    out: BenchOut = BENCH,
    trials: Annotated[
        int, typer.Option(help="Lines of each kind and height.", min=2)
    ] = 40,
    seed: BenchSeed = 1,
    fonts: Annotated[Path | None, typer.Option(help="Folder of font files.")] = None,
    jobs: BenchJobs = None,
) -> None:
    """From what height of its capitals print is told (extra ocr)."""
    from vapr.cli.bench import run_bench_text

    raise typer.Exit(run_bench_text(out, trials, seed, fonts, jobs))


@bench.command(
    epilog="Example: vapr bench vans my-pictures/ --out curves/\n\n" + EXIT_CODES
)
def vans(
    pictures: Annotated[
        list[Path],
        typer.Argument(help="Pictures or folders, truth and routes beside them."),
    ],
    out: BenchOut = BENCH,
    jobs: BenchJobs = None,
) -> None:
    """Labels of pictures with truth: true strips, true and found labels, decoders."""
    from vapr.cli.bench import run_bench_vans

    raise typer.Exit(run_bench_vans(pictures, out, jobs))
