"""The holder's own tables, encrypted at rest in HOLDER_DIR, in clear only in this process's memory.

DuckDB 2.0 cannot write encrypted files without downloading its httpfs extension, so each table is one AES-256-GCM
record under a key derived from SOURCE_KEY, decrypted into an in-memory database. Names and dictionaries are public.
"""

from __future__ import annotations

import csv
import functools
import gzip
import hashlib
import hmac
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from kernel.signer import Ed25519Signer, KeyStore, open_secret, seal_secret
from privacy.budget import MICRO
from privacy.domain.environment import Environment, Misconfigured, write_whole

LIMITS: Final = ("k", "rho", "lifetime", "cells")

Rows = dict[str, list[int] | list[str]]


@dataclass(frozen=True, kw_only=True)
class Table:
    """One protected table: its public dictionary, the holder's own limits, and the keyed hash of its content."""

    name: str
    rows: int
    content_hash: str
    dictionary: Mapping[str, Any]
    limits: Mapping[str, Any]

    @property
    def classes(self) -> dict[str, str]:
        """The greatest class the holder allows each column."""
        return {column["name"]: column["class"] for column in self.dictionary["columns"]}


@dataclass(frozen=True, kw_only=True)
class Source:
    """A holder's tables and key in HOLDER_DIR."""

    settings: Environment

    def signer(self) -> Ed25519Signer:
        """Return the holder's signing key, made at its first use."""
        return self._signer

    @functools.cached_property
    def _signer(self) -> Ed25519Signer:
        return KeyStore(self.settings.directory, self.settings.source_key).ensure_signer("holder")

    def load(self) -> list[Table]:
        """Encrypt every table of SOURCE_DIR that names this holder into HOLDER_DIR, and return them; idempotent."""
        self.settings.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        tables = [
            self._load(dictionary)
            for path in sorted(self.settings.source_directory.glob("*.json"))
            if (dictionary := json.loads(path.read_text()))["holder"] == self.settings.code
        ]
        if not tables:
            raise Misconfigured(f"{self.settings.source_directory} holds no table of {self.settings.code}.")
        return tables

    def table(self, name: str) -> Table:
        """Return the loaded table ``name``; raise KeyError when there is none."""
        path = self.settings.directory / f"{name}.table.json"
        if not name.isidentifier() or not path.exists():
            raise KeyError(name)
        return Table(**json.loads(path.read_text()))

    def rows(self, table: Table) -> Rows:
        """Return the table's columns in clear: text as it is, numbers in millionths of their unit."""
        record = json.loads((self.settings.directory / f"{table.name}.sealed.json").read_text())
        text = open_secret(record, passphrase=self.settings.source_key, context=f"{table.name}:{table.content_hash}")
        return _columns(text, table.dictionary)

    def _load(self, dictionary: dict[str, Any]) -> Table:
        name = dictionary["table"]
        text = gzip.decompress((self.settings.source_directory / f"{name}.csv.gz").read_bytes())
        digest = hmac.digest(self._hash_key(), text, hashlib.sha256).hex()
        path = self.settings.directory / f"{name}.table.json"
        if path.exists() and self.table(name).content_hash == digest:
            return self.table(name)
        unit = {"unit": dictionary["unit"]["column"], "max_rows": dictionary["unit"]["max_rows"]}
        limits = {key: dictionary["limits"][key] for key in LIMITS} | unit
        count = len(next(iter(_columns(text, dictionary).values())))
        table = Table(name=name, rows=count, content_hash=digest, dictionary=dictionary, limits=limits)
        record = seal_secret(text, passphrase=self.settings.source_key, context=f"{name}:{digest}")
        write_whole(self.settings.directory / f"{name}.sealed.json", json.dumps(record))
        write_whole(path, json.dumps(vars(table), ensure_ascii=False))
        return table

    def _hash_key(self) -> bytes:
        return hashlib.sha256(b"content-hash:" + self.settings.source_key.encode()).digest()


def _columns(text: bytes, dictionary: Mapping[str, Any]) -> Rows:
    kinds = {column["name"]: column["type"] for column in dictionary["columns"]}
    reader = csv.reader(io.StringIO(text.decode()))
    header = next(reader)
    if set(header) != set(kinds):
        raise Misconfigured(f"The columns of {dictionary['table']} are not those of its dictionary.")
    columns: Rows = {}
    for name, values in zip(header, zip(*reader, strict=True), strict=True):
        columns[name] = list(values) if kinds[name] == "text" else [_millionths(value) for value in values]
    return columns


def _millionths(text: str) -> int:
    return int(Decimal(text) * MICRO) if "." in text else int(text) * MICRO
