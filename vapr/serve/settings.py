"""What the service can be told beforehand."""

from dataclasses import dataclass

from vapr.session.settings import STALE_S

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
API = "v1"


@dataclass(frozen=True, slots=True)
class ServeSettings:
    """How the service behaves; the defaults let nobody in from another machine.

    Attributes:
        hosts: names and addresses by which it may be called (the Host header).
        token: what every caller must know; None only on loopback.
        max_upload_bytes: of a whole request, pictures included.
        max_pixels: of a picture, refused before any pixel is decoded.
        stale_s: age of a frame from which its marks are withdrawn.
        camera: whether the van has a camera of its own.
    """

    hosts: frozenset[str] = LOOPBACK
    token: str | None = None
    max_upload_bytes: int = 20_000_000
    max_pixels: int = 50_000_000
    stale_s: float = STALE_S
    camera: bool = False
