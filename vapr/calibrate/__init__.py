"""Fit the readers' likelihood scale on made labels."""

from vapr.calibrate.card import describe, write_card
from vapr.calibrate.record import read_trials, record_trials
from vapr.calibrate.scale import fit_scale

__all__ = ["describe", "fit_scale", "read_trials", "record_trials", "write_card"]
