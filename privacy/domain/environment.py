"""What the holder's processes are told by their environment."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

DEMONSTRATION: Final = Path(__file__).parent / "data"


class Misconfigured(SystemExit):
    """A setting that is missing or wrong: the process ends with a sentence that says which."""


@dataclass(frozen=True, kw_only=True)
class Environment:
    """The holder's settings: HOLDER_CODE, HOLDER_DIR, SOURCE_KEY, and SOURCE_DIR for tables of its own."""

    code: str
    directory: Path
    source_key: str
    source_directory: Path = DEMONSTRATION


def read(variables: Mapping[str, str] = os.environ) -> Environment:
    """Return the holder's settings; raise Misconfigured naming what is missing."""
    missing = [name for name in ("HOLDER_CODE", "HOLDER_DIR", "SOURCE_KEY") if not variables.get(name)]
    if missing:
        raise Misconfigured(f"The domain worker needs {', '.join(missing)} in its environment.")
    if not variables["HOLDER_CODE"].replace("-", "").replace("_", "").isalnum():
        raise Misconfigured("HOLDER_CODE must consist of letters, digits, - and _.")
    return Environment(
        code=variables["HOLDER_CODE"],
        directory=Path(variables["HOLDER_DIR"]),
        source_key=variables["SOURCE_KEY"],
        source_directory=Path(variables.get("SOURCE_DIR") or DEMONSTRATION),
    )


def platform_key(settings: Environment, variables: Mapping[str, str] = os.environ) -> bytes:
    """Return the platform's Ed25519 public key, pinned in HOLDER_DIR at its first use; raise Misconfigured.

    PLATFORM_PUBLIC_KEY holds it in base64 or hexadecimal. Another key than the pinned one is refused: a holder
    accepts a new platform key only by removing ``platform.pub`` itself.
    """
    pinned = settings.directory / "platform.pub"
    given = variables.get("PLATFORM_PUBLIC_KEY", "")
    known = pinned.read_text() if pinned.exists() else ""
    if not given and not known:
        raise Misconfigured("The domain worker needs PLATFORM_PUBLIC_KEY (base64 of the platform's Ed25519 key).")
    key = decoded(given or known)
    if known and decoded(known) != key:
        raise Misconfigured(f"PLATFORM_PUBLIC_KEY is not the key pinned in {pinned}; remove that file to accept it.")
    write_whole(pinned, base64.b64encode(key).decode())
    return key


def write_whole(path: Path, text: str) -> None:
    """Replace a file in one step, so that a process killed at any moment leaves the old one or the new one."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    with partial.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)


def decoded(text: str) -> bytes:
    """Return the 32 bytes that ``text`` writes in hexadecimal or base64; raise Misconfigured."""
    try:
        key = bytes.fromhex(text) if len(text) == 64 else base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        key = b""
    if len(key) != 32:
        raise Misconfigured("PLATFORM_PUBLIC_KEY is not an Ed25519 public key in base64 or hexadecimal.")
    return key
