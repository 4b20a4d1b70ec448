"""How certificates, their outcomes and what was checked are said to people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from registry.procedures import PROCEDURES
from registry.rights import GROUND, RIGHT, Ground, Right
from registry.types import CertificateCheck, CertificateView, StandingView

_ENGLISH: Final[Mapping[str, str]] = MappingProxyType(
    {one.words.zh: one.words.en for one in PROCEDURES.values()}
    | {
        "初次登记": "First registration",
        "转让登记": "Registration of a transfer",
        "续期登记": "Registration of renewal",
    }
)
KINDS: Final[Mapping[str, object]] = MappingProxyType(
    {
        "registration": _("Registration certificate"),
        "property_right": _("Data property right certificate"),
        "data_asset": _("Data-asset certificate"),
    }
)


@dataclass(frozen=True)
class Outcome:
    """What a certificate is worth: the verdict, its tone, and the sentence that says what it means."""

    title: object
    tone: str
    meaning: object


OUTCOMES: Final[Mapping[str, Outcome]] = MappingProxyType(
    {
        "valid": Outcome(_("Valid"), "ok", _("Genuine, in force, and standing today.")),
        "expired": Outcome(_("Expired"), "warn", _("Genuine, but its term is over and it was not renewed.")),
        "suspended": Outcome(
            _("Suspended"), "warn", _("Genuine, but set aside for now by the registry office. Do not rely on it.")
        ),
        "superseded": Outcome(_("Superseded"), "warn", _("Genuine, but a newer certificate took its place.")),
        "cancelled": Outcome(_("Deregistered"), "bad", _("Genuine once; the registration behind it was cancelled.")),
        "revoked": Outcome(_("Revoked"), "bad", _("The registration behind it was revoked. Do not rely on it.")),
        "altered": Outcome(_("Not genuine"), "bad", _("It bears a number of ours, but not what we signed.")),
        "not_ours": Outcome(_("Not ours"), "bad", _("This registry office did not issue it.")),
    }
)
VERDICTS: Final[Mapping[str, object]] = MappingProxyType(
    {
        "ok": _("Every signature of the registry office is genuine and nothing was altered."),
        "not_json": _("This is not a JSON document."),
        "no_proof": _("This document carries no proof."),
        "wrong_suite": _("The proof is of no suite that is checked here (eddsa-rdfc-2022, eddsa-jcs-2022)."),
        "unknown_key": _("It was not signed with a key of this registry office."),
        "unknown_context": _("It uses terms that a certificate does not have."),
        "unsigned_term": _("It contains statements that the signature does not cover."),
        "bad_signature": _("The signature does not fit: the document was altered, or the signature is forged."),
    }
)
EVENTS: Final[Mapping[str, object]] = MappingProxyType(
    {
        "suspend": _("Certificate suspended"),
        "resume": _("Certificate in force again"),
        "supersede": _("Certificate superseded"),
        "cancel": _("Certificate deregistered"),
        "revoke": _("Certificate revoked"),
        "lapse": _("Certificate lapsed"),
    }
)


def checks(found: CertificateCheck) -> list[dict[str, object]]:
    """Return what was checked, one line each: what, and whether it held (None: could not be asked)."""
    ours = found.certificate is not None
    genuine = found.reason == "ok"
    standing = None if not ours else found.outcome not in {"suspended", "superseded", "cancelled", "revoked", "altered"}
    return [
        {"what": _("Readable as a credential"), "held": found.reason not in {"not_json", "no_proof"}},
        {"what": _("Number given out by this office"), "held": ours},
        {"what": _("Signed with a key of this office"), "held": bool(found.public_key)},
        {"what": _("Every proof fits, nothing altered"), "held": genuine},
        {"what": _("Within its term"), "held": None if not ours else found.outcome != "expired"},
        {"what": _("Standing: neither suspended, superseded, deregistered nor revoked"), "held": standing},
    ]


def rights(view: CertificateView) -> list[dict[str, Any]]:
    """Return the rights a certificate names, in words; none for a registration certificate."""
    said = json.loads(view.credential)["credentialSubject"].get("rights", [])
    return [
        {
            "holder": one["holderZh"],
            "right": RIGHT[Right(one["right"])],
            "ground": GROUND[Ground(one["ground"])],
            "bounds": one["bounds"],
        }
        for one in said
    ]


def changes(told: tuple[StandingView, ...]) -> list[dict[str, Any]]:
    """Return what has become of a certificate as a timeline."""
    return [
        {"at": one.happened_at, "title": EVENTS[one.event], "article": one.article, "text": one.reason} for one in told
    ]


def in_english(signed: str) -> str:
    """Return the English of a signed type of registration, for readers of English; empty where they read Chinese."""
    return "" if get_language() == "zh-hans" else _ENGLISH.get(signed, "")
