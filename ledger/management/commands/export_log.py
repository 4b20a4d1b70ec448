"""Write the log as static files, and as one export."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kernel.errors import DomainError
from ledger import queries, tilepath
from ledger.queries import serving
from ledger.tiles import WIDTH


class Command(BaseCommand):
    help = "Write checkpoint, tiles, entry bundles, key and export under a directory; full tiles are written once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", type=Path)
        parser.add_argument("--no-export", action="store_true", help="only the static files, not export.ndjson")

    def handle(self, *args: Any, **options: Any) -> None:
        directory: Path = options["directory"]
        try:
            newest = queries.heads(limit=1)
            if not newest:
                raise CommandError("nothing is sealed yet")
            size = newest[0].size
            fresh = sum(_tiles(directory, size))
            if not options["no_export"]:
                lines = serving.export(start=0, end=size)
                _write(directory / "export.ndjson", (line.encode() for line in lines))
            _write(directory / "key", [queries.verifier_key().encode() + b"\n"])
            _write(directory / "checkpoint", [newest[0].cosigned_note.encode()])
        except DomainError as error:
            raise CommandError(error.sentence("en")) from error
        self.stdout.write(f"{size} entries, {fresh} tiles and bundles written under {directory}")


def _tiles(directory: Path, size: int) -> Iterator[int]:
    """Write what a tree of ``size`` leaves needs and is not there yet; give 1 for each file."""
    for level, number, width in tilepath.needed(size):
        path = directory / "tile" / str(level) / tilepath.written(number, width)
        if not path.exists():
            _write(path, [serving.tile(level, number, width)])
            yield 1
    for number in range(-(-size // WIDTH)):
        width = min(WIDTH, size - number * WIDTH)
        path = directory / "tile" / "entries" / tilepath.written(number, width)
        if not path.exists():
            _write(path, [serving.bundle(number, width)])
            yield 1


def _write(path: Path, parts: Any) -> None:
    """Write a file whole, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    with partial.open("wb") as stream:
        for part in parts:
            stream.write(part)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)
