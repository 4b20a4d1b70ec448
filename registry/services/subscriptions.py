"""Subscribing to public notices by e-mail: asked for, confirmed by a link, ended by a link."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from kernel.errors import InvalidInput, NotFound
from kernel.fields import identity_keyring
from registry.models import NoticeMail, NoticeSubscription, Organisation, PropertyRight, Registration
from registry.property_rights import RightState
from registry.queries.files import subject
from registry.queries.found import row
from registry.queries.registrations import notice_view
from registry.types import SubscriptionDraft
from registry.workflow import State

CONFIRM_WITHIN: Final = timedelta(days=7)
REACH: Final = timedelta(days=3)
MOST_ATTEMPTS: Final = 12
INDEX: Final = "registry.notice_subscription.email"
ADDRESS: Final = re.compile(r"[^@\s<>,;]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Notice:
    """A notice as subscribers are told of it: about what, whose, where, and in which words."""

    about: Mapping[str, Registration | PropertyRight]
    party: Organisation
    region: str
    industry: str
    noticed_at: datetime
    heading: str
    text: str
    path: str


@dataclass(eq=False, kw_only=True)
class AddressWrong(InvalidInput):
    """Something that is no e-mail address."""

    code = "registry.address_wrong"
    zh = "电子邮箱地址格式不正确。"
    en = "This is not an e-mail address."


@dataclass(eq=False, kw_only=True)
class LinkWrong(NotFound):
    """A link to confirm or end a subscription that is none of ours, or too old."""

    code = "registry.subscription_link_wrong"
    zh = "链接无效或者已过期，请重新订阅。"
    en = "The link is not valid, or too old; subscribe again."


def require_address(*, text: str) -> str:
    """Return an e-mail address without blanks around it; raise AddressWrong."""
    address = text.strip()
    if len(address) > 254 or not ADDRESS.fullmatch(address):
        raise AddressWrong
    return address


@transaction.atomic
def subscribe(*, draft: SubscriptionDraft, now: datetime) -> None:
    """Queue the e-mail that asks to confirm a subscription; the answer is the same for every address.

    A subscription of the same address to the same notices is asked to confirm again. Raises AddressWrong, NoSuch.
    """
    address = require_address(text=draft.email)
    holder = row(Organisation.objects.all(), draft.holder_id) if draft.holder_id else None
    mark = identity_keyring().blind_index(address.casefold(), purpose=INDEX)
    same = NoticeSubscription.objects.filter(
        email_index=mark, holder=holder, region=draft.region, industry=draft.industry, ended_at__isnull=True
    )
    if same.filter(confirmed_at__isnull=False).exists() or same.filter(asked_at__gt=now - REACH).exists():
        return
    same.update(ended_at=now)
    public_id = uuid4()
    secret = _secret(public_id)
    item = NoticeSubscription.objects.create(
        public_id=public_id,
        email=address,
        email_index=mark,
        language=draft.language,
        holder=holder,
        region=draft.region,
        industry=draft.industry,
        secret_sha256=_hash(secret),
        asked_at=now,
    )
    link = _link(public_id)
    zh = "请打开以下链接确认订阅公示（7 日内有效）；如非本人操作，请忽略。"
    en = "Open this link within 7 days to confirm; if you asked for nothing, do nothing."
    NoticeMail.objects.create(
        mail_id=uuid4(),
        subscription=item,
        subject="确认订阅公共数据登记公示 · Confirm your subscription",
        body=f"{zh}\n{en}\n\n{link}\n",
        queued_at=now,
    )


@transaction.atomic
def confirm_subscription(*, subscription_id: UUID, secret: str, now: datetime) -> None:
    """Confirm a subscription by its link, within seven days; raise LinkWrong."""
    item = _by_link(subscription_id, secret)
    if item.confirmed_at is None and now > item.asked_at + CONFIRM_WITHIN:
        raise LinkWrong
    item.confirmed_at = item.confirmed_at or now
    item.save(update_fields=["confirmed_at"])


@transaction.atomic
def end_subscription(*, subscription_id: UUID, secret: str, now: datetime) -> None:
    """End a subscription by its link and forget the address; raise LinkWrong."""
    item = _by_link(subscription_id, secret)
    item.email, item.email_index, item.ended_at = "", f"ended:{item.public_id}", now
    item.save()
    item.mails.filter(sent_at__isnull=True).delete()


def queue_notices(*, now: datetime) -> int:
    """Queue one e-mail per confirmed subscriber and notice of the last days they asked for; return how many.

    Notices are those of registrations and those of property rights.
    """
    since = now - REACH
    registrations = Registration.objects.filter(noticed_at__gt=since, state=State.IN_NOTICE)
    related = ("resource", "product", "registrant", "office", "base__resource", "base__product")
    rights = PropertyRight.objects.filter(noticed_at__gt=since, state=RightState.IN_NOTICE)
    found = [_of_registration(item, now) for item in registrations.select_related(*related)]
    found += [_of_right(item) for item in rights.select_related("applicant", "office")]
    return sum(_queue(one, now) for one in found)


def note_sent(*, mail_id: UUID, sent: bool, now: datetime) -> None:
    """Note that an e-mail was sent, or that one more attempt failed."""
    item = NoticeMail.objects.get(mail_id=mail_id)
    item.attempts += 1
    item.sent_at = now if sent else None
    item.save(update_fields=["attempts", "sent_at"])


def _of_registration(item: Registration, now: datetime) -> _Notice:
    view, about = notice_view(item, now=now), subject(item)
    return _Notice(
        about={"registration": item},
        party=item.registrant,
        region=item.office.region or "",
        industry=about.industry,
        noticed_at=view.starts_at,
        heading=f"{view.name_zh} · {view.name_en}",
        text=f"{view.registrant_zh} · {view.name_zh}\n{view.summary_zh}\n\n{view.name_en}\n{view.summary_en}",
        path=f"notices/{item.public_id}",
    )


def _of_right(item: PropertyRight) -> _Notice:
    form, party = item.form, item.applicant
    return _Notice(
        about={"right": item},
        party=party,
        region=item.office.region or "",
        industry=form["industry"],
        noticed_at=item.noticed_at or item.submitted_at,
        heading=f"{form['name_zh']} · {form['name_en']}",
        text=f"数据产权登记 Data property rights\n{party.name_zh} · {form['name_zh']}\n{form['overview_zh']}\n\n"
        f"{form['name_en']}\n{form['overview_en']}",
        path=f"property-rights/{item.public_id}",
    )


@transaction.atomic
def _queue(notice: _Notice, now: datetime) -> int:
    has_it = {f"mails__{name}": item for name, item in notice.about.items()}
    wanted = NoticeSubscription.objects.filter(
        Q(holder__isnull=True) | Q(holder=notice.party),
        Q(region="") | Q(region=notice.region[:2]) | Q(region=notice.region),
        Q(industry="") | Q(industry=notice.industry),
        confirmed_at__lt=notice.noticed_at,
        ended_at__isnull=True,
    ).exclude(**has_it)
    address = f"{settings.PUBLIC_URL}/registry/{notice.path}/"
    mails = [
        NoticeMail(
            mail_id=uuid4(),
            subscription=one,
            subject=f"公示：{notice.heading}"[:200],
            body=f"{notice.text}\n\n{address}\n\n退订 unsubscribe: {_link(one.public_id)}\n",
            queued_at=now,
            **notice.about,
        )
        for one in wanted
    ]
    for mail in mails:
        mail.save(force_insert=True)
    return len(mails)


def _by_link(subscription_id: UUID, secret: str) -> NoticeSubscription:
    rows = NoticeSubscription.objects.select_for_update()
    item = rows.filter(public_id=subscription_id, ended_at__isnull=True).first()
    if item is None or not secrets.compare_digest(item.secret_sha256, _hash(secret)):
        raise LinkWrong
    return item


def _secret(subscription_id: UUID) -> str:
    return identity_keyring().blind_index(str(subscription_id), purpose="registry.notice_subscription.link")[:40]


def _link(subscription_id: UUID) -> str:
    return f"{settings.PUBLIC_URL}/registry/subscriptions/{subscription_id}/{_secret(subscription_id)}/"


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
