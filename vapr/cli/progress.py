"""A bar on stderr where a person waits."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import track

T = TypeVar("T")


def progress_over(
    things: Iterable[T], what: str = "Looking", total: float | None = None
) -> Iterator[T]:
    """Hand on the things one by one, with a bar on stderr if that is a terminal."""
    console = Console(stderr=True)
    yield from track(
        things,
        description=what,
        total=total,
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
