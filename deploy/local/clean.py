"""``make clean``: remove all state, in the checkout and outside it."""

from __future__ import annotations

import shutil

from deploy.local.console import say
from deploy.local.files import Lock
from deploy.local.places import Places
from deploy.local.postgres import socket_directory
from deploy.local.problems import CannotRun


def clean(places: Places) -> None:
    """Remove the state of a checkout's platform; raise CannotRun while it runs."""
    lock = Lock(places.data / "supervisor.lock")
    if not lock.acquire():
        raise CannotRun(f"Gongshu runs (process {lock.facts().get('pid')}): stop it first, then clean.")
    try:
        sockets = socket_directory(places.exposed / "postgres")
        for directory in filter(None, (places.data, places.outside, sockets)):
            if directory.exists():
                shutil.rmtree(directory)
                say("clean", f"removed {directory}")
    finally:
        lock.release()
