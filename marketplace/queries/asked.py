"""Questions and encrypted lookups, to the licensee who asked them and to those who audit."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from kernel.actors import Actor
from kernel.errors import Conflict, NotFound
from marketplace import models
from marketplace.queries.orders import SEE_ALL, licence
from marketplace.types import LicenceView
from privacy import queries as privacy
from privacy.queries import NoSuchRecord
from privacy.types import BudgetView, LookupView, PolicyView, QueryView, TableView

MOST: Final = 50


@dataclass(eq=False, kw_only=True)
class NoSuchQuestion(NotFound):
    """No question or lookup of that id that was asked under a licence."""

    code = "marketplace.no_such_question"
    zh = "没有编号为 {question_id} 的查询，或您无权查看。"
    en = "There is no query {question_id}, or you may not see it."
    question_id: UUID


@dataclass(eq=False, kw_only=True)
class NoReplyYet(Conflict):
    """A lookup that is not answered."""

    code = "marketplace.no_reply_yet"
    zh = "加密查询尚无结果（状态：{state}）。"
    en = "The encrypted lookup has no reply: it is {state}."
    state: str


@dataclass(frozen=True, kw_only=True)
class Askable:
    """What may be asked of a product: the policy in force, and the table it is over with its dictionary."""

    policy: PolicyView
    table: TableView


def query(query_id: UUID, *, actor: Actor) -> QueryView:
    """Return a question and its answer; raise NoSuchQuestion or NoSuchLicence."""
    _check(query_id, "query", actor)
    return privacy.query(query_id)


def queries(licence_id: UUID, *, actor: Actor) -> tuple[QueryView, ...]:
    """Return the newest questions asked under a licence, none of them to its operator; raise NoSuchLicence."""
    if not _asker(licence(licence_id, actor=actor), actor):
        return ()
    return tuple(privacy.queries(licence_id=licence_id, limit=MOST))


def lookup(lookup_id: UUID, *, actor: Actor) -> LookupView:
    """Return an encrypted lookup; raise NoSuchQuestion or NoSuchLicence."""
    _check(lookup_id, "lookup", actor)
    return privacy.lookup(lookup_id)


def lookup_reply(lookup_id: UUID, *, actor: Actor) -> bytes:
    """Return the encrypted reply of a lookup; raise NoSuchQuestion, NoSuchLicence or NoReplyYet."""
    found = lookup(lookup_id, actor=actor)
    if found.reply is None:
        raise NoReplyYet(state=found.state)
    return found.reply


def lookups(licence_id: UUID, *, actor: Actor) -> tuple[LookupView, ...]:
    """Return the newest encrypted lookups under a licence, none of them to its operator; raise NoSuchLicence."""
    if not _asker(licence(licence_id, actor=actor), actor):
        return ()
    return tuple(privacy.lookups(licence_id=licence_id, limit=MOST))


def askable(product_id: UUID) -> Askable | None:
    """Return what may be asked of a product, or nothing while it has no query policy."""
    with suppress(NoSuchRecord):
        policy = privacy.policy(product_id)
        return Askable(policy=policy, table=privacy.table_of_product(product_id))
    return None


def lookup_tables(product_id: UUID) -> Mapping[str, Any] | None:
    """Return the layout that the client of encrypted lookups needs, or nothing before a table is released."""
    with suppress(NoSuchRecord):
        return privacy.lookup_tables(product_id)
    return None


def budget_left(product_id: UUID, licensee_id: UUID) -> tuple[BudgetView, ...]:
    """Return the privacy budgets that a licensee's questions draw on: everyone's together and its own."""
    with suppress(NoSuchRecord):
        return tuple(privacy.budgets(product_id, licensee_id=licensee_id))
    return ()


def _check(question_id: UUID, kind: str, actor: Actor) -> None:
    use = models.LicenceUse.objects.filter(subject_id=question_id, kind=kind).select_related("licence").first()
    if use is None:
        raise NoSuchQuestion(question_id=question_id)
    if not _asker(licence(use.licence.public_id, actor=actor), actor):
        raise NoSuchQuestion(question_id=question_id)


def _asker(found: LicenceView, actor: Actor) -> bool:
    """Return whether the actor may know what was asked: the licensee, or who audits; the operator may not."""
    return actor.organisation_id == found.licensee_id or not SEE_ALL.isdisjoint(actor.roles)
