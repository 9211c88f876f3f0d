"""What a driver's search at a stop costs, by eye and with marks: a stated model.

By eye a driver looks at one label after another until all parcels of the stop are
found: of n labels in no useful order, k wanted ones are found after k (n + 1) / (k + 1)
on average (the largest of k out of n drawn without replacement). Labels that cannot be
seen from the aisle come after those that can: each parcel has to be turned or lifted.
With marks, what is marked green costs a glance and a reach; for the rest the driver
searches by eye among what is not marked red. What a ride remembers is searched for by
eye in its place, among all that lies there; if it is not there, the whole place is
searched in vain. A sweep comes after that, where something is still missing.

| seconds | low, middle, high | from |
|---|---|---|
| a label read by eye | 0.4, 0.8, 1.6 | 2 to 4 fixations of 225-250 ms (Rayner, *Eye movements in reading and information processing*, Psychol. Bull. 124, 1998), and a move of the head |
| a parcel turned to see its label | 2, 3, 6 | an assumption: get, turn and put back, each about a second in predetermined motion times (MTM) |
| a glance at the marked picture | 1, 2, 3 | an assumption |
| a step towards a marked parcel | 0.5, 1, 2 | an assumption: both ways of searching end with taking it, which is left out |
| a sweep along the aisle, both sides | 6, 10, 20 | an assumption: some 3 m each way at an easy pace |

`section` is the share of the load a driver has to search: 1 for an unsorted load; loads
sorted by stop leave a shelf or a bag, say a tenth. One time study of a maker of such
systems puts all finding and sorting at half of a day of 150 stops, about 2 minutes a
stop (hycoiot.com): nobody's independent figure, so it is not used here.
"""  # noqa: E501  a table's rows

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class SearchModel:
    """Seconds of a driver's steps, and the share of the load to be searched."""

    name: str
    label_s: float
    turn_s: float
    glance_s: float
    step_s: float
    sweep_s: float
    section: float = 1.0


UNSORTED = SearchModel("unsorted load", 0.8, 3.0, 2.0, 1.0, 10.0)
SORTED = SearchModel("load sorted by stop", 0.8, 3.0, 2.0, 1.0, 10.0, 0.1)
QUICK = SearchModel("unsorted, quick hands", 0.4, 2.0, 3.0, 2.0, 20.0)
SLOW = SearchModel("unsorted, slow hands", 1.6, 6.0, 1.0, 0.5, 6.0)
MODELS = (UNSORTED, SORTED, QUICK, SLOW)
"""QUICK is the model least kind to marks, SLOW the one kindest to them."""


@dataclass(frozen=True, slots=True)
class Heap:
    """What is to be searched by eye: parcels, and how many of them are wanted.

    `visible` labels can be read from the aisle, `hidden` ones cannot.
    """

    visible: float
    hidden: float
    wanted_visible: int
    wanted_hidden: int


def eye_seconds(heap: Heap, model: SearchModel) -> float:
    """Expected seconds until all wanted parcels of a heap are found by eye."""
    visible = max(heap.visible * model.section, heap.wanted_visible)
    hidden = max(heap.hidden * model.section, heap.wanted_hidden)
    if heap.wanted_hidden:
        turned = _expected(hidden, heap.wanted_hidden)
        return visible * model.label_s + turned * model.turn_s
    return _expected(visible, heap.wanted_visible) * model.label_s


def _expected(count: float, wanted: int) -> float:
    return wanted * (count + 1) / (wanted + 1)


def mean_interval(values: Sequence[float], seed: int = 0) -> tuple[float, float, float]:
    """(mean, low, high): the 95 % interval by the bootstrap (Efron 1979)."""
    if not values:
        return (0.0, 0.0, 0.0)
    rng = np.random.default_rng([seed, 1919])
    drawn = rng.choice(np.asarray(values, float), (2000, len(values))).mean(axis=1)
    low, high = np.percentile(drawn, (2.5, 97.5))
    return (float(np.mean(values)), float(low), float(high))
