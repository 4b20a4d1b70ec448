"""Every page speaks good Chinese: complete, compiled, of one voice across apps, without half-width punctuation."""

from __future__ import annotations

import ast
import gettext
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.utils.translation.template import templatize

from config.kinds import KINDS
from ledger.types import EntryKind

ROOT = Path(__file__).resolve().parents[2]
APPS = ("config", "ledger", "registry", "pricing", "privacy", "marketplace")
TEXTS = {"_": 1, "gettext": 1, "gettext_lazy": 1, "gettext_noop": 1, "ngettext": 2, "pgettext": 2, "npgettext": 3}
LINE = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?)\s+(".*")$')
LITERAL = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
CALL = re.compile(rf"\b(npgettext|ngettext|pgettext|gettext|_)\(\s*({LITERAL}(?:\s*,\s*{LITERAL})*)", re.DOTALL)
HAN = "[\u4e00-\u9fff]"
CSV_HEADER = "head,use,amount"  # quoted as it is typed
HALF_WIDTH = re.compile(rf"{HAN}[,;:!?(]|[,;:!?)]{HAN}")


@dataclass
class Message:
    """One entry of a catalogue: its fields, and whether it is marked fuzzy."""

    fields: dict[str, str] = field(default_factory=dict)
    fuzzy: bool = False

    @property
    def key(self) -> str:
        """The id as gettext keeps it: its context before it, joined by EOT."""
        return joined(self.fields.get("msgctxt"), self.fields["msgid"])

    @property
    def translations(self) -> list[str]:
        """What it says, one per plural form."""
        return [text for name, text in self.fields.items() if name.startswith("msgstr")]


def joined(context: str | None, text: str) -> str:
    return text if context is None else f"{context}\x04{text}"


def messages(text: str) -> list[Message]:
    """Parse a catalogue's source: blank lines part its entries, quoted lines continue the field above."""
    found = []
    for block in text.split("\n\n"):
        message, last = Message(), ""
        for line in block.splitlines():
            message.fuzzy |= line.startswith("#,") and "fuzzy" in line
            if match := LINE.match(line):
                last = match[1]
                message.fields[last] = ast.literal_eval(match[2])
            elif line.startswith('"'):
                message.fields[last] += ast.literal_eval(line)
        if message.fields.get("msgid"):
            found.append(message)
    return found


def source(app: str) -> Path:
    return ROOT / app / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


def catalogue(app: str) -> dict[str, Message]:
    return {message.key: message for message in messages(source(app).read_text("utf-8"))}


def ids_in_python(text: str) -> Iterator[str]:
    """Yield the ids of every call of gettext's functions with constant texts."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            texts = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            if name in TEXTS and len(texts) >= TEXTS[name]:
                yield joined(*texts[:2]) if "pgettext" in name else texts[0]


def ids_in_template(text: str) -> Iterator[str]:
    """Yield the ids of a template, from the calls that Django writes down for xgettext."""
    for name, arguments in CALL.findall(templatize(text)):
        texts = [ast.literal_eval(literal) for literal in re.findall(LITERAL, arguments, re.DOTALL)]
        yield joined(*texts[:2]) if "pgettext" in name else texts[0]


def used(app: str) -> set[str]:
    python = (path.read_text("utf-8") for path in (ROOT / app).rglob("*.py"))
    templates = (path.read_text("utf-8") for path in (ROOT / app / "templates").rglob("*.html"))
    return {one for text in python for one in ids_in_python(text)} | {
        one for text in templates for one in ids_in_template(text)
    }


@pytest.mark.parametrize("app", APPS)
def test_every_message_is_translated_and_none_is_fuzzy(app):
    bad = [key for key, message in catalogue(app).items() if message.fuzzy or not all(message.translations)]
    assert bad == []


@pytest.mark.parametrize("app", APPS)
def test_what_pages_and_forms_say_is_in_the_catalogue_of_their_app(app):
    assert used(app) - set(catalogue(app)) == set()


@pytest.mark.parametrize("app", APPS)
def test_the_compiled_catalogue_is_that_of_the_present_source(app):
    expected: dict[object, str] = {}
    for key, message in catalogue(app).items():
        plural = "msgid_plural" in message.fields
        expected |= {(key, n) if plural else key: text for n, text in enumerate(message.translations)}
    with source(app).with_suffix(".mo").open("rb") as compiled:
        present = gettext.GNUTranslations(compiled)._catalog
    assert {key: text for key, text in present.items() if key != ""} == expected


def test_a_message_says_the_same_in_every_app():
    """Apps share one namespace: without a context, the first installed app's translation shows everywhere."""
    said: dict[str, dict[str, str]] = {}
    for app in APPS:
        for key, message in catalogue(app).items():
            said.setdefault(key, {})[app] = message.translations[0]
    assert {key: by_app for key, by_app in said.items() if len(set(by_app.values())) > 1} == {}


@pytest.mark.parametrize("app", APPS)
def test_chinese_stands_with_full_width_punctuation(app):
    texts = [text for message in catalogue(app).values() for text in message.translations]
    assert [text for text in texts if HALF_WIDTH.search(text) and CSV_HEADER not in text] == []


def test_every_kind_of_ledger_entry_has_its_words():
    rooms = [importlib.import_module(f"{app}.kinds") for app in ("registry", "pricing", "privacy", "marketplace")]
    values = [value for room in rooms for value in vars(room).values()]
    inner = [one for value in values if isinstance(value, dict) for one in value.values()]
    kinds = {one.name for one in [*values, *inner] if isinstance(one, EntryKind)}
    assert kinds - set(KINDS) == set()


def test_ids_of_a_template_are_found():
    text = (
        "{% translate 'Plain' %}{% translate 'Order' context 'verb' %}{{ x|default:_('Given') }}"
        "{% blocktranslate count n=n %}One{% plural %}{{ n }} of them{% endblocktranslate %}"
    )
    assert sorted(ids_in_template(text)) == ["Given", "One", "Plain", "verb\x04Order"]
