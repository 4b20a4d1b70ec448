"""What can go wrong while the parts are started, said in one sentence that names the way out."""

from __future__ import annotations

import errno


class CannotRun(Exception):
    """The message is one sentence for the person at the terminal: what is wrong and what to do."""


def sentence(error: OSError) -> str:
    """Return what an operating system error means to the person at the terminal."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return f"The disk is full ({error.filename or 'no space left'}): free some space and run the command again."
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return f"{error.filename or 'A file'} is closed to this user: open it, or use a clone of your own."
    return f"{error.strerror or error} ({error.filename or 'no file named'})."
