"""Codes of NDI—TR—2025—04 and the commands that check and classify."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command

from registry import identifiers, uscc
from registry.identifiers import CheckCharacterWrong, CodeKind, CodeUnknown, DataCodeMalformed, NodeType

SAMPLES = {
    "12100000400002195R": CodeKind.USCC,
    "112100000400002195R1100GRBU76JGI": CodeKind.NODE,
    "612100000400002195R1100HN7FYS9XT": CodeKind.DATA,
    "712100000400002195R11000802X8KIQ": CodeKind.DATA,
    "712100000400002195R11000802X8KIQ•1215202502281BH95JZY": CodeKind.DATA,
    "SJ3512025050001": CodeKind.PROPERTY_CERTIFICATE,
}


@pytest.mark.parametrize(("code", "kind"), SAMPLES.items())
def test_the_samples_are_valid(code, kind):
    assert identifiers.checked_code(code) is kind
    assert identifiers.checked_code(f" {code.lower()} ") is kind


@pytest.mark.parametrize("code", [code for code in SAMPLES if not code.startswith("SJ")])
def test_one_altered_character_is_found(code):
    body, _dot, extension = code.partition("•")
    for place in range(1, len(body) - 1):
        altered = body[:place] + ("7" if body[place] != "7" else "8") + body[place + 1 :]
        if extension:
            altered += "•" + extension
        with pytest.raises((CheckCharacterWrong, uscc.UsccCheckDigitWrong, uscc.UsccMalformed, CodeUnknown)):
            identifiers.checked_code(altered)


@pytest.mark.parametrize("code", ["", "nonsense", "SJ3512025130001", "SJ3512025050000", "8" * 32, "7" * 31, "1" * 33])
def test_what_is_no_code_is_said_to_be_none(code):
    with pytest.raises(CodeUnknown):
        identifiers.checked_code(code)


def test_a_node_code_is_built_with_its_check_character():
    code = identifiers.node_code(NodeType.CONNECTOR, uscc="12100000400002195R", area="1100", nonce=bytes(8))
    assert (len(code), code[0], identifiers.checked_code(code)) == (32, "5", CodeKind.NODE)
    with pytest.raises(DataCodeMalformed):
        identifiers.node_code(NodeType.BUSINESS, uscc="short", area="1100", nonce=bytes(8))


def test_the_variant_is_one_setting(monkeypatch):
    monkeypatch.setattr(identifiers, "CHECK_VARIANT", identifiers.PURE_37_2)
    assert identifiers.check_character("G123489654321") == "Y"  # ISO 7064's own example, ISBT 128
    with pytest.raises(CheckCharacterWrong):
        identifiers.checked_code("712100000400002195R11000802X8KIQ")


@pytest.mark.parametrize(
    ("code", "printed", "status"),
    [
        ("12100000400002195R", "valid", 0),
        ("12100000400002195X", "R", 1),
        ("712100000400002195R11000802X8KI0", "Q", 1),
        ("112100000400002195R1100GRBU76JG0", "I", 1),
        (identifiers.certificate_number(date(2026, 1, 1), 1), "valid", 0),
    ],
)
def test_check_code_prints_one_line(capsys, code, printed, status):
    ended = 0
    try:
        call_command("check_code", code)
    except SystemExit as stopped:
        ended = stopped.code
    assert (capsys.readouterr().out, ended) == (f"{printed}\n", status)


def test_check_code_refuses_what_is_none():
    with pytest.raises(CommandError) as caught:
        call_command("check_code", "nonsense")
    assert caught.value.returncode == 2


@pytest.mark.parametrize(
    ("pairs", "printed"),
    [
        ([("national_security", "serious")], "core"),
        ([("national_security", "general")], "important"),
        ([("public_interest", "serious")], "important"),
        ([("personal_rights", "especially_serious")], "general"),
        ([("personal_rights", "serious"), ("economic_operation", "especially_serious")], "core"),
    ],
)
def test_classify_prints_the_highest(capsys, pairs, printed):
    words = [word for thing, harm in pairs for word in ("--object", thing, "--harm", harm)]
    call_command("classify", *words)
    assert capsys.readouterr().out == f"{printed}\n"


@pytest.mark.parametrize(
    "words", [[], ["--object", "x", "--harm", "serious"], ["--object", "social_order", "--harm", "y"]]
)
def test_classify_refuses_other_words(words):
    with pytest.raises(CommandError):
        call_command("classify", *words)


def test_classify_needs_a_harm_for_each_object():
    with pytest.raises(CommandError):
        call_command("classify", "--object", "social_order", "--object", "public_interest", "--harm", "serious")
