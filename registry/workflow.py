"""The registration procedure of 发改数据规〔2025〕26号 and the agreement's life, each as one table.

One table serves every type of Art 9, renewal (Art 15) and revocation (Art 20). A first registration ends in ``coded``,
and from there on is the record that the others act upon; a change, correction, renewal, cancellation or revocation runs
its own way to ``completed``, and its completion is one event on the record: it stands changed, corrected or renewed, or
it ends. What passes over the notice and what does not is said by ``registry.procedures``.
"""

from enum import StrEnum
from typing import Final

from kernel.machine import Machine, table

S26: Final = "发改数据规〔2025〕26号"
S27: Final = "发改数据规〔2025〕27号"


class State(StrEnum):
    """Where a registration stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    REVIEWED = "reviewed"
    IN_NOTICE = "in_notice"
    CODED = "coded"
    COMPLETED = "completed"
    REFUSED = "refused"
    TERMINATED = "terminated"
    CANCELLED = "cancelled"
    REVOKED = "revoked"
    LAPSED = "lapsed"


class Event(StrEnum):
    """What moves it."""

    SUBMIT = "submit"
    OPEN_CASE = "open_case"
    RETURN = "return_for_completion"
    ACCEPT = "accept"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    EXPLAIN_DELAY = "explain_delay"
    PASS_REVIEW = "pass_review"  # noqa: S105 - an event, no password
    PUBLISH_NOTICE = "publish_notice"
    OBJECT = "raise_objection"
    DISMISS_OBJECTION = "dismiss_objection"
    UPHOLD_OBJECTION = "uphold_objection"
    ASSIGN_CODE = "assign_code"
    COMPLETE = "complete"
    CHANGE = "change"
    CORRECT = "correct"
    RENEW = "renew"
    CANCEL = "cancel"
    REVOKE = "revoke"
    LAPSE = "lapse"


REGISTRATION: Final = Machine(
    name="registration",
    initial=State.DRAFT,
    transitions=table(
        (
            (State.DRAFT, Event.SUBMIT, State.SUBMITTED, f"{S26} 第八条"),
            (State.DRAFT, Event.OPEN_CASE, State.ACCEPTED, f"{S26} 第九条第四项、第二十条"),
            (State.SUBMITTED, Event.RETURN, State.RETURNED, f"{S26} 第十条"),
            (State.SUBMITTED, Event.ACCEPT, State.ACCEPTED, f"{S26} 第十条"),
            (State.SUBMITTED, Event.REFUSE, State.REFUSED, f"{S26} 第十条"),
            (State.SUBMITTED, Event.WITHDRAW, State.TERMINATED, f"{S26} 第八条"),
            (State.RETURNED, Event.SUBMIT, State.SUBMITTED, f"{S26} 第十条"),
            (State.RETURNED, Event.WITHDRAW, State.TERMINATED, f"{S26} 第八条"),
            (State.ACCEPTED, Event.PASS_REVIEW, State.REVIEWED, f"{S26} 第十一条"),
            (State.ACCEPTED, Event.EXPLAIN_DELAY, State.ACCEPTED, f"{S26} 第十一条"),
            (State.ACCEPTED, Event.REFUSE, State.REFUSED, f"{S26} 第十一条"),
            (State.ACCEPTED, Event.WITHDRAW, State.TERMINATED, f"{S26} 第八条"),
            (State.REVIEWED, Event.PUBLISH_NOTICE, State.IN_NOTICE, f"{S26} 第十二条"),
            (State.REVIEWED, Event.COMPLETE, State.COMPLETED, f"{S26} 第九条"),
            (State.REVIEWED, Event.WITHDRAW, State.TERMINATED, f"{S26} 第八条"),
            (State.IN_NOTICE, Event.OBJECT, State.IN_NOTICE, f"{S26} 第十二条"),
            (State.IN_NOTICE, Event.DISMISS_OBJECTION, State.IN_NOTICE, f"{S26} 第十二条"),
            (State.IN_NOTICE, Event.UPHOLD_OBJECTION, State.TERMINATED, f"{S26} 第十二条"),
            (State.IN_NOTICE, Event.WITHDRAW, State.TERMINATED, f"{S26} 第八条"),
            (State.IN_NOTICE, Event.ASSIGN_CODE, State.CODED, f"{S26} 第十三条"),
            (State.IN_NOTICE, Event.COMPLETE, State.COMPLETED, f"{S26} 第九条"),
            (State.CODED, Event.CHANGE, State.CODED, f"{S26} 第九条第二项"),
            (State.CODED, Event.CORRECT, State.CODED, f"{S26} 第九条第三项"),
            (State.CODED, Event.RENEW, State.CODED, f"{S26} 第十五条"),
            (State.CODED, Event.CANCEL, State.CANCELLED, f"{S26} 第九条第四项"),
            (State.CODED, Event.REVOKE, State.REVOKED, f"{S26} 第二十条"),
            (State.CODED, Event.LAPSE, State.LAPSED, f"{S26} 第十五条"),
        )
    ),
)


class AgreementState(StrEnum):
    """Where an authorised-operation agreement stands."""

    CONCLUDED = "concluded"
    FILED = "filed"
    SUSPENDED = "suspended"
    EXITED = "exited"
    ENDED = "ended"
    EXPIRED = "expired"


class AgreementEvent(StrEnum):
    """What moves it."""

    FILE = "file"
    SUSPEND = "suspend"
    RESUME = "resume"
    EXIT = "exit"
    END = "end"
    EXPIRE = "expire"


AGREEMENT: Final = Machine(
    name="agreement",
    initial=AgreementState.CONCLUDED,
    transitions=table(
        (
            (AgreementState.CONCLUDED, AgreementEvent.FILE, AgreementState.FILED, f"{S27} 第十三条"),
            (AgreementState.CONCLUDED, AgreementEvent.END, AgreementState.ENDED, f"{S27} 第十四条第十二项"),
            (AgreementState.FILED, AgreementEvent.SUSPEND, AgreementState.SUSPENDED, f"{S27} 第十四条第八项"),
            (AgreementState.FILED, AgreementEvent.EXIT, AgreementState.EXITED, f"{S27} 第十四条第九项"),
            (AgreementState.FILED, AgreementEvent.END, AgreementState.ENDED, f"{S27} 第十四条第十二项"),
            (AgreementState.FILED, AgreementEvent.EXPIRE, AgreementState.EXPIRED, f"{S27} 第十四条第二项"),
            (AgreementState.SUSPENDED, AgreementEvent.RESUME, AgreementState.FILED, f"{S27} 第十四条第八项"),
            (AgreementState.SUSPENDED, AgreementEvent.EXIT, AgreementState.EXITED, f"{S27} 第十四条第九项"),
            (AgreementState.SUSPENDED, AgreementEvent.END, AgreementState.ENDED, f"{S27} 第十四条第十二项"),
            (AgreementState.SUSPENDED, AgreementEvent.EXPIRE, AgreementState.EXPIRED, f"{S27} 第十四条第二项"),
        )
    ),
)
