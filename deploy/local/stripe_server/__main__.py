"""The command line of the development Stripe server."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from deploy.local.problems import sentence
from deploy.local.stripe_server.server import NOTICE, Settings, StripeServer
from deploy.local.stripe_server.store import StateInUse


def settings_of(arguments: Sequence[str]) -> Settings:
    """Return the settings that the command line asks for; exit with argparse's message when it is wrong."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local.stripe_server", description=NOTICE)
    parser.add_argument("--port", type=int, required=True, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--webhook-url", default="", help="where events are posted; empty lets them wait")
    parser.add_argument("--webhook-secret", default=os.environ.get("STRIPE_WEBHOOK_SECRET"), help="signs the events")
    parser.add_argument("--state", type=Path, required=True, help="the SQLite file that holds everything")
    parser.add_argument("--api-key", default=os.environ.get("STRIPE_API_KEY"), help="the one key accepted: sk_test_…")
    parser.add_argument("--public-url", default="", help="address of the hosted pages when it is not the server's own")
    asked = parser.parse_args(arguments)
    if not asked.api_key or not asked.webhook_secret:
        parser.error("give --api-key and --webhook-secret, or set STRIPE_API_KEY and STRIPE_WEBHOOK_SECRET")
    return Settings(**vars(asked))


def main(arguments: Sequence[str]) -> int:
    """Serve until the process is told to stop, and return its exit status."""
    settings = settings_of(arguments)
    told = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: told.set())
    try:
        server = StripeServer(settings)
    except StateInUse:
        return _refuse(
            f"{settings.state} is held by another server, or is no state of one: stop it, or name another file."
        )
    except OSError as error:
        return _refuse(f"The server cannot start on port {settings.port}: {sentence(error)}")
    except ValueError as error:
        return _refuse(str(error))
    server.start()
    print(f"{NOTICE} – {server.url} – livemode: false", flush=True)
    told.wait()
    server.stop()
    return 0


def _refuse(message: str) -> int:
    print(message, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
