"""The `vapr` command: what each of its commands takes; the work is done elsewhere."""

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from vapr.cli.options import (
    EXIT_CODES,
    Classes,
    Columns,
    FiguresFile,
    JsonFile,
    ManifestFile,
    MarkdownFile,
    Model,
    OutDir,
    Sources,
    StopId,
    parse_pairs,
)
from vapr.cli.workshop import workshop
from vapr.errors import VaprError

app = typer.Typer(
    name="vapr",
    help="Which parcels of this van belong to this stop? Green: take. Red: leave.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
manifest_app = typer.Typer(no_args_is_help=True, help="Look at a manifest.")
app.add_typer(manifest_app, name="manifest")
app.add_typer(workshop)


@app.command(epilog=f"Example: vapr demo --out vapr-demo\n\n{EXIT_CODES}")
def demo(
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder for the pictures.")
    ] = Path("vapr-demo"),
) -> None:
    """Run everything on the sample pictures, offline."""
    from vapr.cli.demo import run_demo

    raise typer.Exit(run_demo(out))


@app.command(
    epilog="Example: vapr locate van.jpg --manifest route.csv --stop 14 --out out"
    f"\n\n{EXIT_CODES}"
)
def locate(  # noqa: PLR0913  the contract's options
    sources: Sources,
    manifest: ManifestFile,
    stop: StopId = None,
    out: OutDir = None,
    json: JsonFile = None,
    model: Model = None,
    classes: Classes = None,
    columns: Columns = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Per parcel, which cues said what.")
    ] = False,
    max_megapixels: Annotated[
        float, typer.Option(help="Larger pictures are refused.", min=0.01)
    ] = 50.0,
) -> None:
    """Find this stop's parcels in pictures and mark them."""
    from vapr.cli.locate import LocateOptions, run_locate

    options = LocateOptions(
        sources=tuple(sources),
        manifest=manifest,
        stop=stop,
        out=out,
        json=json,
        model=model,
        classes=parse_pairs(classes, "--classes"),
        columns=parse_pairs(columns, "--columns"),
        explain=explain,
        max_pixels=int(max_megapixels * 1e6),
    )
    raise typer.Exit(run_locate(options))


@app.command(
    name="eval",
    epilog=f"Example: vapr eval pictures/ --html report.html\n\n{EXIT_CODES}",
)
def evaluate(  # noqa: PLR0913  the command's options
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            help="Pictures, folders or globs; COCO files, YOLO folders.",
            show_default=False,
        ),
    ] = None,
    json: FiguresFile = None,
    html: Annotated[
        Path | None, typer.Option(help="Write a report: figures and worst pictures.")
    ] = None,
    markdown: MarkdownFile = None,
    journal: Annotated[
        Path | None, typer.Option(help="Keep outcomes here; a new run goes on.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Processes; default: one per core.", min=1)
    ] = None,
    pad: Annotated[
        int, typer.Option(help="Fill routes up to this many items.", min=0)
    ] = 0,
    corners: Annotated[
        bool, typer.Option("--corners", help="Read at the labels' true corners, too.")
    ] = False,
    walk: Annotated[
        list[Path] | None,
        typer.Option(help="Folder of frames of one ride, each adding to the last."),
    ] = None,
    held_out: Annotated[
        int,
        typer.Option(help="Make pictures of this many vans nobody trained on.", min=0),
    ] = 0,
    seed: Annotated[int, typer.Option(help="Same seed, same made vans.", min=0)] = 2027,
    pictures: Annotated[
        Path | None, typer.Option(help="Keep made pictures in this folder.")
    ] = None,
    text: Annotated[
        bool, typer.Option("--text", help="Read print as well (extra ocr).")
    ] = False,
    minutes: Annotated[
        float | None, typer.Option(help="Begin nothing more after this long.", min=0)
    ] = None,
    classes: Classes = None,
) -> None:
    """How often vapr is right: on pictures with truth beside them, or on made vans."""
    from vapr.cli.evaluate import EvalOptions, run_eval

    options = EvalOptions(
        sources=tuple(sources or ()),
        json=json,
        html=html,
        markdown=markdown,
        journal=journal,
        workers=workers,
        pad=pad,
        corners=corners,
        walk=tuple(walk or ()),
        held_out=held_out,
        seed=seed,
        minutes=minutes,
        pictures=pictures,
        text=text,
        classes=parse_pairs(classes, "--classes"),
    )
    raise typer.Exit(run_eval(options))


@app.command(
    epilog="Example: vapr watch 0 --manifest route.csv --stop 14 --json -"
    f"\n\n{EXIT_CODES}"
)
def watch(  # noqa: PLR0913  the contract's options
    source: Annotated[
        str,
        typer.Argument(
            help="A camera's index, an RTSP or HTTP address, a video, a folder.",
            show_default=False,
        ),
    ],
    manifest: ManifestFile,
    stop: StopId = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Marked video (.mp4), or the last picture."),
    ] = None,
    json: JsonFile = None,
    model: Model = None,
    classes: Classes = None,
    columns: Columns = None,
    areas: Annotated[
        Path | None, typer.Option(help="JSON: names and outlines of shelf areas.")
    ] = None,
    journal: Annotated[
        Path | None, typer.Option(help="Keep the ride here; a new run goes on.")
    ] = None,
    fps: Annotated[
        float,
        typer.Option(help="Frames looked at per second of a video.", min=0.1, max=60),
    ] = 5.0,
    give_up: Annotated[
        float, typer.Option(help="Seconds without a camera before giving up.", min=1)
    ] = 60.0,
) -> None:
    """Follow a ride: tracks, remembers, says what was taken or left behind."""
    from vapr.cli.watch import WatchOptions, run_watch

    options = WatchOptions(
        source=source,
        manifest=manifest,
        stop=stop,
        out=out,
        json=json,
        model=model,
        classes=parse_pairs(classes, "--classes"),
        columns=parse_pairs(columns, "--columns"),
        areas=areas,
        journal=journal,
        fps=fps,
        give_up_s=give_up,
    )
    raise typer.Exit(run_watch(options))


@app.command(
    epilog="Example: vapr serve --manifest route.csv --camera 0 --host 0.0.0.0 --tls"
    f"\n\n{EXIT_CODES}"
)
def serve(  # noqa: PLR0913  the contract's options
    manifest: ManifestFile,
    camera: Annotated[
        str | None,
        typer.Option(help="The van's: index, RTSP or HTTP address, video, folder."),
    ] = None,
    stop: Annotated[
        str | None, typer.Option("--stop", "-s", help="Open this stop.")
    ] = None,
    port: Annotated[
        int, typer.Option(help="0: any free one.", min=0, max=65535)
    ] = 8714,
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 for phones (token).")
    ] = "127.0.0.1",
    name: Annotated[
        list[str] | None, typer.Option(help="A further name it is called by.")
    ] = None,
    tls: Annotated[bool, typer.Option("--tls", help="https; makes a certificate.")] = (
        False
    ),
    cert: Annotated[Path | None, typer.Option(help="Your certificate (PEM).")] = None,
    key: Annotated[Path | None, typer.Option(help="Its key (PEM).")] = None,
    state: Annotated[
        Path | None, typer.Option(help="Folder of the journal, token, certificate.")
    ] = None,
    model: Model = None,
    classes: Classes = None,
    columns: Columns = None,
    areas: Annotated[
        Path | None, typer.Option(help="JSON: names and outlines of shelf areas.")
    ] = None,
) -> None:
    """Serve one ride: the driver's page and the HTTP/WebSocket service."""
    from vapr.cli.serve import ServeOptions, run_serve

    options = ServeOptions(
        manifest=manifest,
        state=state or Path(typer.get_app_dir("vapr")),
        stop=stop,
        camera=camera,
        host=host,
        port=port,
        names=tuple(name or ()),
        tls=tls,
        cert=cert,
        key=key,
        model=model,
        classes=parse_pairs(classes, "--classes"),
        columns=parse_pairs(columns, "--columns"),
        areas=areas,
    )
    raise typer.Exit(run_serve(options))


@app.command(epilog=EXIT_CODES)
def doctor() -> None:
    """Versions, models, cameras, and what is missing with the line that installs it."""
    from vapr.cli.doctor import run_doctor

    raise typer.Exit(run_doctor())


@manifest_app.command(epilog=f"Example: vapr manifest check route.xlsx\n\n{EXIT_CODES}")
def check(
    manifest: Annotated[Path, typer.Argument(help="Any export of a route.")],
    columns: Columns = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Show what was understood of a manifest, and every row that was not."""
    from vapr.cli.manifest_check import run_manifest_check

    raise typer.Exit(
        run_manifest_check(manifest, parse_pairs(columns, "--columns"), as_json=json)
    )


def main() -> NoReturn:
    """The `vapr` command."""
    try:
        app()
    except VaprError as error:
        typer.secho(f"vapr: {error}", err=True, fg="red")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # `vapr … | head` is no failure
        sys.stderr.close()
        sys.exit(0)
    sys.exit(0)
