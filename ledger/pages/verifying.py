"""What the check in the browser needs from the page: the keys it starts from, and its sentences."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from ledger import queries


def verifier_context() -> dict[str, Any]:
    """Return the browser verifier's words, and the keys to begin with: the log's, old ones too, and its witnesses'."""
    keys = [key for _, key in queries.verifier_keys()]
    watching = [witness.verifier_key for witness in queries.witnesses() if witness.retired_at is None]
    return {"words": _verdicts() | _steps() | _failures() | _certificate_failures(), "keys": "\n".join(keys + watching)}


def _verdicts() -> dict[str, str]:
    """Titles and sentences, by the codes that checks end with; states of a step."""
    return {
        "valid": gettext("Valid"),
        "genuine": gettext("Genuine certificate"),
        "invalid": gettext("Invalid"),
        "incomplete": gettext("Cannot be decided here"),
        "nokey": gettext("Fits together, but no key was named to trust"),
        "noheads": gettext("The proof fits, but the signed checkpoints of both sizes are missing"),
        "about": gettext("{kind} about {subject}: leaf {index} of the signed tree of {size}."),
        "certified": gettext("The issuer signed certificate {number} as it stands here."),
        "packed": gettext("{count} entries about {subject} and all they rest on, {opened} facts opened."),
        "headed": gettext("{log} signed this root of {size} leaves: {root}"),
        "begins": gettext("The tree of {old} leaves begins the tree of {size}: nothing before was changed or removed."),
        "is_ok": gettext("fits"),
        "is_open": gettext("not checked here"),
        "is_bad": gettext("does not fit"),
    }


def _steps() -> dict[str, str]:
    """What was looked at, and what was left open."""
    return {
        "leaf": gettext("The entry's bytes hash to the leaf"),
        "sm3": gettext("The SM3 digest is that of the same bytes"),
        "sm3open": gettext("The SM3 digest: the part that computes it was not loaded."),
        "tree": gettext("The inclusion proof leads from the leaf to the root"),
        "signed": gettext("The log signed this root:"),
        "sm2signed": gettext("The log signed it with SM2 and SM3 too:"),
        "sm2open": gettext("The SM2 signature: no SM2 key of the log was named."),
        "witnessed": gettext("A witness cosigned it:"),
        "unwitnessed": gettext("None of the witnesses named has cosigned this head."),
        "anchor": gettext("It names this place on the chain; ask a node yourself:"),
        "proved": gettext("The proof fits the certificate under the key"),
        "intime": gettext("Today lies within its days:"),
        "standing": gettext("Whether it was suspended or revoked since, the chain and the issuing office say."),
        "receipts": gettext("Entries in the tree that the log signed:"),
        "opened": gettext("This fact was committed to:"),
        "closed": gettext("Everything the entries rest on is here"),
        "later": gettext("Whether later entries about it exist, such as a revocation, the chain and the log say."),
        "consistent": gettext("The proof leads to both roots"),
    }


def _failures() -> dict[str, str]:
    """Why what the log issued does not hold."""
    return {
        "root": gettext("The entry is not in the tree that the log signed."),
        "proof": gettext("The proof is malformed or has the wrong length."),
        "sm3wrong": gettext("The SM3 digest is not that of the entry."),
        "signature": gettext("The checkpoint's signature is not the log's."),
        "unsigned": gettext("The checkpoint is not signed by the log's key."),
        "sm2unsigned": gettext("The checkpoint is not signed by the log's SM2 key."),
        "sm2signature": gettext("The checkpoint's SM2 signature does not fit."),
        "nosm": gettext("The part that checks SM2 was not loaded. Use gongshu-verify, or leave the SM2 key out."),
        "cosignature": gettext("A witness's cosignature does not fit."),
        "otherkey": gettext("The receipt names another key than the one you trust."),
        "keylog": gettext("The checkpoint is of another log than the key."),
        "otherlog": gettext("The entry belongs to another log than the checkpoint."),
        "anchorshape": gettext("The place on the chain is malformed."),
        "key": gettext("The key is not written as name+hash+key."),
        "note": gettext("The checkpoint is malformed."),
        "json": gettext("The file is none that the log issues, or it was cut off or altered."),
        "entry": gettext("The receipt holds no entry, or one that is not written as the log writes them."),
        "shape": gettext("The receipt does not have the parts it should."),
        "packshape": gettext("The pack does not have the parts it should."),
        "offsubject": gettext("No entry of the pack is about its subject."),
        "lacking": gettext("An entry rests on one that the pack lacks."),
        "twice": gettext("An entry of the pack has no id of its own."),
        "opening": gettext("An opened fact is not what the entry committed to."),
        "inconsistent": gettext(
            "The older tree does not begin the newer one. Keep both checkpoints: they are evidence."
        ),
        "otherroot": gettext("The checkpoints are of other sizes or roots than the proof."),
        "nokeynamed": gettext("To check a checkpoint, name the log's key."),
        "twofiles": gettext("Check one file at a time; only a consistency proof goes with its two checkpoints."),
        "large": gettext("The file is too large to be a receipt."),
        "unsupported": gettext("This browser cannot check Ed25519 signatures. Use gongshu-verify, or a newer browser."),
        "insecure": gettext("This browser computes hashes only on secure pages (https). Use gongshu-verify."),
    }


def _certificate_failures() -> dict[str, str]:
    """Why a certificate does not hold."""
    return {
        "notours": gettext("The file holds no verifiable credential."),
        "unproved": gettext("The certificate carries no proof."),
        "othersuite": gettext("It carries no proof of the suite eddsa-jcs-2022, the one this page reads."),
        "severalkeys": gettext("Its proofs are of different keys."),
        "otherissuer": gettext("Another key than the issuer's you trust signed it."),
        "issuerkey": gettext("It names no issuer, or its proof is of another key than its issuer's."),
        "proofkind": gettext("Its proof is not one of assertion."),
        "nomethod": gettext("The proof's key is not written in its verification method."),
        "base58": gettext("A key or signature of the certificate is malformed."),
        "context": gettext("The proof is of another context than the certificate."),
        "number": gettext("A number in it is too large."),
        "proofwrong": gettext("The proof does not fit the certificate: something in it was altered."),
        "moment": gettext("One of its days is not a moment."),
        "early": gettext("Its term has not begun."),
        "late": gettext("Its term, or that of its proof, is over."),
        "othercertificate": gettext("No entry of the pack is about the certificate in it."),
        "otherstatus": gettext("It names the status of another certificate."),
    }
