"""The command line: parse, one call, print. Heavy rooms are imported when used."""

from vapr.cli.app import main

__all__ = ["main"]
