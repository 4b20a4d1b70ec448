"""``python -m privacy.gateways.chamber``: evaluates ciphertexts in children that may crash, hang or be killed.

A fork server of our own: celery's prefork children may not have multiprocessing children, and must never load SEAL.
This process loads SEAL once, with an empty environment; each job is a fork of it with resource limits, no privileges
and, where the system allows, no network, killed at a wall-clock limit. Jobs arrive on the socket at standard input as
two memory files, one to read and one to write; one byte answers: ``k`` or ``x``, never why.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import select
import signal
import socket
from typing import Final

from privacy import seal
from privacy.frames import packed, unpacked
from privacy.guard import checked, longest
from privacy.profile import profile

SECONDS: Final = 30
MEGABYTE: Final = 1 << 20
LIMITS: Final = (
    (resource.RLIMIT_AS, 2048 * MEGABYTE),
    (resource.RLIMIT_CPU, SECONDS),
    (resource.RLIMIT_NOFILE, 32),
    (resource.RLIMIT_FSIZE, 256 * MEGABYTE),
    (resource.RLIMIT_CORE, 0),
)
PR_SET_NO_NEW_PRIVS: Final = 38
CLONE_NEWNET: Final = 0x40000000
DONE: Final = b"k"
FAILED: Final = b"x"


def serve(jobs: socket.socket) -> None:
    """Evaluate jobs from ``jobs`` until its other end closes."""
    while True:
        message, handles, _, _ = socket.recv_fds(jobs, 1, 2)
        if not message:
            return
        child = os.fork()
        if child == 0:
            jobs.close()
            _job(*handles)
        for handle in handles:
            os.close(handle)
        jobs.sendall(DONE if _outcome(child) else FAILED)


def work(text: bytes) -> bytes:
    """Return the packed replies to a job: a JSON line with profile and rows, then the request's frames."""
    head, _, file = text.partition(b"\n")
    told = json.loads(head)
    chosen = profile(told["profile"])
    blobs = unpacked(file, count=len(told["rows"][0]), longest=longest(chosen.request))
    clean = [checked(blob, chosen.request) for blob in blobs]
    return packed(seal.evaluate(chosen, clean, told["rows"]))


def _outcome(child: int) -> bool:
    watch = os.pidfd_open(child)
    try:
        ended, _, _ = select.select([watch], [], [], SECONDS)
        if not ended:
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    finally:
        os.close(watch)
    return status == 0


def _job(given: int, wanted: int) -> None:
    try:
        confine()
        reply = work(os.pread(given, os.fstat(given).st_size, 0))
        written = 0
        while written < len(reply):
            written += os.write(wanted, reply[written:])
    except BaseException:
        os._exit(1)
    os._exit(0)


def confine() -> None:
    """Limit this process's memory, time, files and privileges for good."""
    for kind, most in LIMITS:
        resource.setrlimit(kind, (most, most))
    libc = ctypes.CDLL(None)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError("no_new_privs")
    libc.unshare(CLONE_NEWNET)  # needs privileges that an ordinary user lacks: then the process keeps its network


def main() -> None:
    """Serve the socket at standard input."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(ConnectionError), socket.socket(fileno=os.dup(0)) as jobs:
        serve(jobs)


if __name__ == "__main__":
    main()
