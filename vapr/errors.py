"""Everything vapr raises on purpose.

    VaprError                   something was wrong that a person can mend
    ├── UsageError              a call or command asked for what cannot be (exit 2)
    ├── InputError              unusable input (exit 3)
    │   ├── PictureError        a picture that cannot be opened, with its code
    │   └── ManifestError       a manifest that cannot be understood
    ├── ModelError              a model that is missing or damaged (exit 4)
    ├── CameraError             a camera or stream that is lost (exit 5)
    └── MissingExtraError       an extra is not installed; says the pip line (exit 2)

A label that could not be read is a value, never an exception.
"""

from typing import ClassVar

__all__ = [
    "CameraError",
    "InputError",
    "ManifestError",
    "MissingExtraError",
    "ModelError",
    "PictureError",
    "UsageError",
    "VaprError",
]


class VaprError(Exception):
    """The root: `except vapr.VaprError` catches all that vapr raises on purpose."""

    exit_code: ClassVar[int] = 1
    code: str = "error"


class UsageError(VaprError):
    """A call or command asked for something that cannot be."""

    exit_code = 2
    code = "usage"


class InputError(VaprError):
    """A file that was given cannot be used."""

    exit_code = 3
    code = "unusable_input"


class PictureError(InputError):
    """A picture cannot be opened; `code` says why in one word for programs."""

    def __init__(self, message: str, code: str = "unreadable_picture") -> None:
        super().__init__(message)
        self.code = code


class ManifestError(InputError):
    """A manifest cannot be understood; the message names the row and what to do."""

    code = "unreadable_manifest"


class ModelError(VaprError):
    """A model is missing, damaged, or not of the kind that is needed."""

    exit_code = 4
    code = "unusable_model"


class CameraError(VaprError):
    """A camera or stream cannot be opened, or was lost."""

    exit_code = 5
    code = "camera_lost"


class MissingExtraError(VaprError):
    """An optional part of vapr is not installed."""

    exit_code = 2
    code = "missing_extra"

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f'{what} needs an extra: pip install "vapr[{extra}]"')
        self.extra = extra
