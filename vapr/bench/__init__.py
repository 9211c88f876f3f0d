"""How far labels are read: curves of every reader beside decoders and the limit."""

from vapr.bench.curves import SIZES, draw_curves, run_points, tabulate
from vapr.bench.tables import as_markdown

__all__ = ["SIZES", "as_markdown", "draw_curves", "run_points", "tabulate"]
