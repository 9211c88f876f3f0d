"""Made vans through the whole product: accuracy on held-out vans, and whole routes.

`held_out.py` makes pictures of vans nobody trained on and evaluates each as it is
made; `walks.py` adds up what several frames say. `routes.py` drives a made van over
its route, `search.py` says what a driver's search costs with and without marks, and
`report.py` adds the stops up.
"""

from vapr.replay.held_out import Shot, evaluate_shots, held_out_shots, remake
from vapr.replay.walks import evaluate_walk

__all__ = ["Shot", "evaluate_shots", "evaluate_walk", "held_out_shots", "remake"]
