"""A scene on its picture: picks shout, everything else is quiet."""

from vapr.render.checklist import checklist_lines
from vapr.render.picture import draw

__all__ = ["checklist_lines", "draw"]
