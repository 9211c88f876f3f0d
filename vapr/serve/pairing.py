"""How another device gets in: a token kept between runs, an address, a QR code."""

import os
import secrets
import socket
from pathlib import Path
from typing import TextIO

import segno

from vapr.errors import UsageError

TOKEN_BYTES = 24


def load_token(folder: Path) -> str:
    """The service's token; made at the first run, readable by its owner only.

    Raises:
        UsageError: the folder cannot be written.
    """
    path = folder / "token"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if path.exists() and (kept := path.read_text(encoding="ascii").strip()):
            return kept
        token = secrets.token_urlsafe(TOKEN_BYTES)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(token)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "is no text"
        raise UsageError(f"the token in {folder} cannot be kept: {why}") from error
    return token


def own_address() -> str:
    """This machine's address on its network; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET: a route is looked up, no more
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def pairing_url(base: str, token: str | None) -> str:
    """Where a phone goes; the token is behind the #, which is never sent or logged."""
    return f"{base}/" if token is None else f"{base}/#token={token}"


def show_qr(url: str, out: TextIO) -> None:
    """A QR code in the terminal."""
    segno.make(url, error="m").terminal(out=out, compact=True)
