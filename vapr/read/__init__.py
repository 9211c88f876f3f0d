"""Reading a localised label: what it says about the items of the route."""

from vapr.read.labels import (
    Reading,
    find_loose_codes,
    labels_of_codes,
    read_label,
    read_labels,
    read_looks,
    read_sticker,
)

__all__ = [
    "Reading",
    "find_loose_codes",
    "labels_of_codes",
    "read_label",
    "read_labels",
    "read_looks",
    "read_sticker",
]
