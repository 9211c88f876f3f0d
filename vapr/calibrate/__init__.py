"""Fit the readers' likelihood scale on made labels."""
