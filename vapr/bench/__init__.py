"""How far labels are read: curves of every reader beside decoders and the limit."""

from vapr.bench.curves import SIZES, draw_curves, run_points, tabulate

__all__ = ["SIZES", "draw_curves", "run_points", "tabulate"]
