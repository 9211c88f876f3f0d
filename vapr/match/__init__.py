"""Deciding: evidence, route and stop in; verdicts and a checklist out. No pixels."""

from vapr.match.checklist import make_checklist
from vapr.match.codes import mark_codes
from vapr.match.grouping import group_detections
from vapr.match.places import lies_on, settle_codes
from vapr.match.verdicts import decide

__all__ = [
    "decide",
    "group_detections",
    "lies_on",
    "make_checklist",
    "mark_codes",
    "settle_codes",
]
