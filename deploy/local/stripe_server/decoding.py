"""Stripe's form encoding: ``a[0][b]=c`` becomes nested dictionaries; arrays stay dictionaries with numeric keys."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from deploy.local.stripe_server.problems import Problem

_TWO_SHAPES = "Invalid request: {key} is used both as a value and as a hash."

Raw = str | dict[str, "Raw"]

_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_SUBKEY = re.compile(r"\[([^\[\]]*)\]")
_MOST_FIELDS = 2_000
_DEEPEST = 8


def decode(text: str) -> dict[str, Raw]:
    """Decode a query string or form body into nested dictionaries; raise Problem for anything ambiguous."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except (ValueError, UnicodeDecodeError) as error:
        raise Problem("Invalid request: the form is not readable UTF-8 or has too many fields.") from error
    decoded: dict[str, Raw] = {}
    for key, value in pairs:
        _place(decoded, key, value)
    return decoded


def _place(root: dict[str, Raw], key: str, value: str) -> None:
    steps = _steps(key)
    here = root
    for step in steps[:-1]:
        child = here.setdefault(step or str(len(here)), {})
        if isinstance(child, str):
            raise Problem(_TWO_SHAPES.format(key=key), param=key)
        here = child
    last = steps[-1] or str(len(here))
    if last in here:
        raise Problem(f"Invalid request: {key} is given twice.", param=key)
    here[last] = value


def _steps(key: str) -> list[str]:
    match = _KEY.fullmatch(key)
    steps = [match[1], *_SUBKEY.findall(match[2])] if match else []
    if not steps or len(steps) > _DEEPEST:
        raise Problem(f"Invalid request: unreadable parameter name {key[:80]}", param=key[:80])
    return steps
