"""Made vans through the whole product: accuracy on held-out vans, and whole routes.

`shots.py` makes pictures of vans nobody trained on, `held_out.py` evaluates them;
`walks.py` adds up what several frames say. `routes.py` loads a made van (`loading.py`)
and drives it over its route, `rides.py` looks into it with every set-up (`setups.py`)
and remembers where things are (`places.py`); `search.py` says what a driver's search
costs with and without marks, and `report.py` adds the stops up.
"""

from vapr.replay.held_out import ShotSettings, evaluate_shot, remake
from vapr.replay.shots import Shot, held_out_shots
from vapr.replay.walks import evaluate_walk

__all__ = [
    "Shot",
    "ShotSettings",
    "evaluate_shot",
    "evaluate_walk",
    "held_out_shots",
    "remake",
]
