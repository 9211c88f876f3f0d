"""The options that several commands share, and what their texts mean."""

from pathlib import Path
from typing import Annotated

import typer

from vapr.errors import UsageError

EXIT_CODES = (
    "Exit codes: 0 done, 1 failed part-way (the rest is complete), 2 wrong usage, "
    "3 unusable input, 4 unusable model, 5 camera lost, 130 interrupted."
)

Sources = Annotated[
    list[str], typer.Argument(help="Pictures, folders or globs.", show_default=False)
]
ManifestFile = Annotated[
    Path,
    typer.Option(
        "--manifest", "-m", help="The route: CSV, JSON, …", show_default=False
    ),
]
StopId = Annotated[
    str | None, typer.Option("--stop", "-s", help="The open stop; default: the first.")
]
OutDir = Annotated[
    Path | None, typer.Option("--out", "-o", help="Folder for the marked pictures.")
]
JsonFile = Annotated[
    str | None, typer.Option("--json", help="Scenes as JSON Lines; - for stdout.")
]
FiguresFile = Annotated[
    str | None, typer.Option("--json", help="The figures as JSON; - for stdout.")
]
MarkdownFile = Annotated[
    Path | None,
    typer.Option(
        "--markdown", help="A file with vapr's marks: write the tables between them."
    ),
]
Model = Annotated[
    str | None,
    typer.Option("--model", help="A model's name, an .onnx or an ultralytics .pt."),
]
Classes = Annotated[
    str | None,
    typer.Option(
        "--classes", help="What another model's classes are: carton=parcel,sticker=aid."
    ),
]
Columns = Annotated[
    str | None,
    typer.Option("--columns", help="Overrule columns: tracking=Ref,stop=Seq."),
]


def parse_pairs(text: str | None, option: str) -> dict[str, str]:
    """`a=b,c=d` as a dict.

    Raises:
        UsageError: a part has no "=".
    """
    pairs = {}
    for part in (text or "").split(","):
        if not part.strip():
            continue
        name, sign, value = part.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise UsageError(f"{option} takes name=value, got {part.strip()!r}")
        pairs[name.strip()] = value.strip()
    return pairs
