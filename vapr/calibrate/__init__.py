"""Fit the readers' likelihood scale on made labels."""

from vapr.calibrate.scale import calibrate_readers

__all__ = ["calibrate_readers"]
