"""``python -m privacy.client``: make a key, ask an encrypted question, read the encrypted answer.

python -m privacy.client keygen --key my.key
python -m privacy.client ask --key my.key --form form.json --where health=fair,poor --out request.bin
python -m privacy.client read --key my.key --form form.json --reply reply.bin
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from kernel.errors import DomainError
from privacy.client.lookup import Client, Form
from privacy.profile import BFV4096_T20, profile


def arguments() -> argparse.ArgumentParser:
    """Return the program's argument parser."""
    parser = argparse.ArgumentParser(prog="python -m privacy.client", description="Encrypted lookups, licensee's side.")
    commands = parser.add_subparsers(dest="command", required=True)
    keygen = commands.add_parser("keygen", help="make a secret key; it never leaves this machine")
    ask = commands.add_parser("ask", help="encrypt a question")
    read = commands.add_parser("read", help="decrypt a reply")
    for command in (keygen, ask, read):
        command.add_argument("--key", type=Path, required=True)
    for command in (ask, read):
        command.add_argument(
            "--form", type=Path, required=True, help="the table's lookup form, as the platform gives it"
        )
    ask.add_argument("--where", action="append", default=[], metavar="DIMENSION=CODE,CODE")
    ask.add_argument("--out", type=Path, required=True)
    read.add_argument("--reply", type=Path, required=True)
    return parser


def main(words: list[str]) -> int:
    """Run one command and return the exit status."""
    options = arguments().parse_args(words)
    try:
        if options.command == "keygen":
            Client(BFV4096_T20).keep(options.key)
            return 0
        form = Form.read(json.loads(options.form.read_text()))
        client = Client.open(options.key, profile(form.layout.profile))
        if options.command == "ask":
            chosen = dict(_condition(text) for text in options.where)
            options.out.write_bytes(client.select(form, chosen))
            return 0
        sys.stdout.write(json.dumps(client.answer(form, options.reply.read_bytes())) + "\n")
    except (DomainError, OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _condition(text: str) -> tuple[str, list[str]]:
    name, _, codes = text.partition("=")
    return name, codes.split(",")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
