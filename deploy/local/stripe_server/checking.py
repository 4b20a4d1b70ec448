"""Every request is checked against the TypedDicts that the installed ``stripe`` package has from Stripe's OpenAPI.

So a parameter that Stripe does not know, or of the wrong type, is refused here as it would be there, and an upgrade of
the package moves the check with it. Enumerations are closed for us although the SDK types them ``Literal[...] | str``:
Stripe refuses a value that it does not list.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin

import stripe
from stripe._stripe_object import UntypedStripeObject
from typing_extensions import is_typeddict

from deploy.local.stripe_server.decoding import Raw
from deploy.local.stripe_server.problems import Problem, invalid, missing_parameter, unknown_parameter

_INTEGER = re.compile(r"-?[0-9]{1,18}")
_NAMES = {**vars(typing), "StripeContext": stripe.StripeContext}
_OPTIONS = frozenset(stripe.RequestOptions.__annotations__)
_LONGEST = 5_000


def check(shape: type, raw: Mapping[str, Raw]) -> dict[str, Any]:
    """Return ``raw`` as the typed values that ``shape``, a TypedDict of the SDK, asks for; raise Problem otherwise."""
    return _object(shape, raw, "")


@cache
def fields_of(shape: type) -> dict[str, Any]:
    """Return the parameters of one of the SDK's TypedDicts with their evaluated types, request options left out."""
    hints = typing.get_type_hints(shape, localns=_NAMES, include_extras=True)
    return {name: hint for name, hint in hints.items() if name not in _OPTIONS}


def _inside(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name


def _object(shape: type, raw: Mapping[str, Raw], path: str) -> dict[str, Any]:
    fields = fields_of(shape)
    checked = {}
    for name, value in raw.items():
        if name not in fields:
            raise unknown_parameter(_inside(path, name))
        checked[name] = _value(fields[name], value, _inside(path, name))
    for name, hint in fields.items():
        if name not in checked and get_origin(hint) is not NotRequired:
            raise missing_parameter(_inside(path, name))
    return checked


def _value(hint: Any, raw: Raw, path: str) -> Any:
    if is_typeddict(hint):
        return _object(hint, _hash(raw, path), path)
    generic = _GENERICS.get(get_origin(hint))
    return generic(get_args(hint), raw, path) if generic else _scalar(hint, raw, path)


def _wrapped(members: tuple[Any, ...], raw: Raw, path: str) -> Any:
    return _value(members[0], raw, path)


def _mapping(members: tuple[Any, ...], raw: Raw, path: str) -> dict[str, Any]:
    return {key: _value(members[1], item, _inside(path, key)) for key, item in _hash(raw, path).items()}


def _hash(raw: Raw, path: str) -> dict[str, Raw]:
    if isinstance(raw, str):
        raise invalid(path, "hash", raw)
    return raw


def _array(members: tuple[Any, ...], raw: Raw, path: str) -> list[Any]:
    if isinstance(raw, str) or not all(key.isdecimal() for key in raw):
        raise invalid(path, "array", raw)
    return [_value(members[0], raw[key], _inside(path, key)) for key in sorted(raw, key=int)]


def _literal(choices: tuple[object, ...], raw: Raw, path: str) -> object:
    for choice in choices:
        if raw == choice:
            return choice
    listed = ", ".join(str(choice) for choice in choices)
    raise Problem(f"Invalid {path}: must be one of {listed}", code="parameter_invalid_enum", param=path)


def _union(members: tuple[Any, ...], raw: Raw, path: str) -> Any:
    refusals = []
    for member in _closed(members):
        try:
            return _value(member, raw, path)
        except Problem as refusal:
            refusals.append(refusal)
    raise max(refusals, key=lambda refusal: len(refusal.param or ""))


def _closed(members: tuple[Any, ...]) -> list[Any]:
    """Return the members of a union that a form can hold, an open enumeration without its ``str``."""
    wanted = [m for m in members if m is not type(None) and (get_origin(m) or m) is not UntypedStripeObject]
    enumerated = any(get_origin(m) is Literal and any(get_args(m)) for m in wanted)
    return [m for m in wanted if not (enumerated and m is str)]


def _scalar(hint: Any, raw: Raw, path: str) -> Any:
    reader = _READERS.get(hint)
    if reader is None:
        raise Problem(f"The development Stripe server cannot check {path} ({hint}).", status=500, kind="api_error")
    if isinstance(raw, dict):
        raise invalid(path, _WORDS[hint], raw)
    try:
        return reader(raw)
    except ValueError as error:
        raise invalid(path, _WORDS[hint], raw[:80]) from error


def _integer(raw: str) -> int:
    if not _INTEGER.fullmatch(raw):
        raise ValueError(raw)
    return int(raw)


def _boolean(raw: str) -> bool:
    if raw not in ("true", "false"):
        raise ValueError(raw)
    return raw == "true"


def _decimal(raw: str) -> Decimal:
    try:
        value = Decimal(raw)
    except InvalidOperation as error:
        raise ValueError(raw) from error
    if not value.is_finite():
        raise ValueError(raw)
    return value


def _string(raw: str) -> str:
    if len(raw) > _LONGEST or any(character < " " and character not in "\t\n\r" for character in raw):
        raise ValueError(raw)
    return raw


_GENERICS: dict[Any, Callable[[tuple[Any, ...], Raw, str], Any]] = {
    NotRequired: _wrapped,
    Required: _wrapped,
    Union: _union,
    types.UnionType: _union,
    Literal: _literal,
    list: _array,
    dict: _mapping,
}
_READERS: dict[Any, Callable[[str], Any]] = {
    int: _integer,
    bool: _boolean,
    float: lambda raw: float(_decimal(raw)),
    Decimal: _decimal,
    str: _string,
    Any: _string,
}
_WORDS: dict[Any, str] = {
    int: "integer",
    bool: "boolean",
    float: "number",
    Decimal: "decimal",
    str: "string",
    Any: "string",
}
