"""Invitations by mail: sent once, in both languages, and forgotten; none for what is void."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone

from kernel.workdays import SHANGHAI
from registry import models, services, tasks
from registry.types import OrganisationKind, Role
from tests.factories.registry import member, organisation
from tests.integration.registry.test_parties_identity import administrator, newcomer

pytestmark = pytest.mark.django_db
SMTP = "django.core.mail.backends.smtp.EmailBackend"
LOCMEM = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def boss():
    return administrator(member(organisation("登记中心", kind=OrganisationKind.INSTITUTION), Role.REGISTRY_CLERK))


def stored_mails():
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(string_agg(t::text, ''), '') FROM registry_invitationmail t")
        return cursor.fetchone()[0]


def test_an_invitation_is_sent_by_email_once_and_forgotten(boss, settings):
    guest, now = newcomer("guest"), timezone.now()
    invite = {
        "organisation_id": boss.organisation_id,
        "roles": [Role.BUYER],
        "label": "同事",
        "actor": boss,
        "now": now,
    }
    _, token = services.invite_member(**invite, email=" guest@example.cn ")
    kept = bytes.fromhex("".join(re.findall(r"\\x([0-9a-f]+)", stored_mails())))
    assert token.encode() not in kept
    assert b"guest@example.cn" not in kept
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, "127.0.0.1", 1  # nobody listens there
    assert tasks.mail_invitations() == 0
    settings.EMAIL_BACKEND = LOCMEM
    assert tasks.mail_invitations() == 1
    assert tasks.mail_invitations() == 0
    (sent,) = mail.outbox
    assert sent.to == ["guest@example.cn"]
    assert sent.subject == "邀请：海峡数据服务有限公司 · Invitation: Strait Data Services"
    assert f"{(now + timedelta(days=7)).astimezone(SHANGHAI):%Y-%m-%d %H:%M}" in sent.body
    assert "海峡数据服务有限公司邀请您" in sent.body
    assert "Strait Data Services invites you" in sent.body
    link = re.search(rf"{re.escape(settings.PUBLIC_URL)}/registry/invitations/(\S+)/", sent.body)
    assert services.accept_invitation(token=link[1], actor=guest, now=now) == boss.organisation_id
    row = models.InvitationMail.objects.get()
    assert (row.email, row.token, row.attempts, row.sent_at is not None) == ("", "", 2, True)


def test_an_invitation_that_is_void_is_not_sent(boss):
    now = timezone.now()
    invite = {"organisation_id": boss.organisation_id, "roles": [Role.BUYER], "label": "同事", "actor": boss}
    withdrawn, _ = services.invite_member(**invite, email="a@example.cn", now=now)
    services.withdraw_invitation(invitation_id=withdrawn, actor=boss, now=now)
    services.invite_member(**invite, email="b@example.cn", now=now - timedelta(days=7))
    assert services.invitations_to_mail(now=now) == ()
    assert models.InvitationMail.objects.count() == 0
    before = models.Invitation.objects.count()
    with pytest.raises(services.AddressWrong), transaction.atomic():
        services.invite_member(**invite, email="nobody", now=now)
    assert models.Invitation.objects.count() == before
