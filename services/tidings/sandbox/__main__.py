"""The child process of ``running_sandbox``: options as one line of JSON on the input."""

import os
import sys
from threading import Thread

from tidings.errors import RejectedError
from tidings.sandbox.running import Options
from tidings.sandbox.serve import serve


def main() -> None:
    """Serve until told to stop, or until the parent process is gone."""
    options = Options.model_validate_json(sys.stdin.buffer.readline())
    Thread(target=_end_with_parent, daemon=True).start()
    try:
        serve(
            corpus=options.corpus,
            week_seconds=options.week_seconds,
            recordings=options.recordings,
            seed=options.seed,
            port=options.port,
            clock=options.clock,
        )
    except RejectedError as error:
        sys.exit(str(error))


def _end_with_parent() -> None:
    """Wait for the end of the input, which the parent holds open for as long as it lives."""
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    main()
