"""The command line: thin, each command parses, calls a flow and prints."""

from tidings.cli.app import main

__all__ = ["main"]
