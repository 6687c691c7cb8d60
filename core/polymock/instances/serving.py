"""The control process of an instance: `python -m polymock.instances.serving SERVING`.

It is `polymock serve --json`, without a command line, which takes a while to load. Imports are
inside, as the worker's process begins before them.
"""

from __future__ import annotations

import sys

from polymock.server.spawning import spawned


def serve(serving: str) -> int:
    """Serve what a `Serving` in JSON says, until it is ended; the exit code."""
    with spawned() as worker:
        import msgspec

        from polymock.config.loading import load
        from polymock.errors import UserError
        from polymock.instances.record import Serving, overrides_of
        from polymock.server import control
        from polymock.server.panel import print_error

        asked = msgspec.json.decode(serving, type=Serving)
        options = asked.options
        try:
            return control.serve(
                load(asked.specs, overrides_of(options)),
                reload=options.reload,
                log_level=options.log_level,
                strict=options.strict,
                as_json=True,
                spawned=worker,
            )
        except UserError as error:
            print_error(error)
            return 1


if __name__ == "__main__":
    sys.exit(serve(sys.argv[1]))
