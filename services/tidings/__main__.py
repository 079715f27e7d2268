"""Run the command line with ``python -m tidings``."""

from tidings.cli import main

main()
