"""What the person at the terminal sees: one line at a time, with the time and the part it is about."""

from __future__ import annotations

import threading
from datetime import datetime

_ONE_AT_A_TIME = threading.Lock()


def say(part: str, message: str) -> None:
    """Print one line."""
    moment = datetime.now().astimezone().strftime("%H:%M:%S")
    with _ONE_AT_A_TIME:
        print(f"{moment}  {part:<16} {message}", flush=True)
