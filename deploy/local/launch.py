"""Become another program, tied to the life of the process that started it.

Run as ``python -I -S launch.py PARENT SIGNAL UID GID COMMAND …``; UID and GID are ``-`` to stay who we are.
The kernel sends SIGNAL to the program when its parent dies, even by ``kill -9``. That has to be asked for after the
change of user, in the process that becomes the program, which is why this file exists. Linux only; elsewhere the
guardian alone ends orphans.
"""

from __future__ import annotations

import ctypes
import os
import sys

SET_PARENT_DEATH_SIGNAL = 1


def main() -> None:
    """Change user, ask for the parent's death signal, and become the command."""
    parent, signal, uid, gid, *command = sys.argv[1:]
    if uid != "-":
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
        os.umask(0o077)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, int(signal), 0, 0, 0)
        if os.getppid() != int(parent):
            sys.exit("The process that started this one is gone.")
    os.execvp(command[0], command)  # noqa: S606 - becoming it is the point


if __name__ == "__main__":
    main()
