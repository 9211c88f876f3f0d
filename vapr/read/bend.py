"""How a code seen at an angle is stretched along its axis.

A plane seen in perspective maps a line projectively. With both ends held that has one
parameter, the bend; a gentle curve of the paper looks much the same.
"""

import numpy as np

from vapr.geometry import Floats


def bent(unit: Floats, bend: Floats | float) -> Floats:
    """Where along the code (0..1) places along its image (0..1) lie.

    Near `unit + 4 bend unit (1 - unit)`; the opposite bend undoes it.
    """
    more = np.expm1(4 * np.asarray(bend))
    out: Floats = unit * (1 + more) / (1 + more * unit)
    return out


def bent_slopes(unit: Floats, bend: Floats | float) -> tuple[Floats, Floats]:
    """How `bent` changes with the unit and with the bend."""
    more = np.expm1(4 * np.asarray(bend))
    by_unit: Floats = (1 + more) / np.square(1 + more * unit)
    return by_unit, 4 * by_unit * unit * (1 - unit)
