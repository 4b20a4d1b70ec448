"""The registration procedure of 发改数据规〔2025〕26号 and the agreement's life, each as one table.

Public notice goes on while an objection is looked into (the measures name no pause); a pending objection only keeps
the code from being assigned, and one that is upheld ends the procedure.
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
    REFUSED = "refused"
    TERMINATED = "terminated"


class Event(StrEnum):
    """What moves it."""

    SUBMIT = "submit"
    RETURN = "return_for_completion"
    ACCEPT = "accept"
    REFUSE = "refuse"
    PASS_REVIEW = "pass_review"  # noqa: S105 - an event, no password
    PUBLISH_NOTICE = "publish_notice"
    OBJECT = "raise_objection"
    DISMISS_OBJECTION = "dismiss_objection"
    UPHOLD_OBJECTION = "uphold_objection"
    ASSIGN_CODE = "assign_code"


REGISTRATION: Final = Machine(
    name="registration",
    initial=State.DRAFT,
    transitions=table(
        (
            (State.DRAFT, Event.SUBMIT, State.SUBMITTED, f"{S26} 第八条"),
            (State.SUBMITTED, Event.RETURN, State.RETURNED, f"{S26} 第十条"),
            (State.SUBMITTED, Event.ACCEPT, State.ACCEPTED, f"{S26} 第十条"),
            (State.SUBMITTED, Event.REFUSE, State.REFUSED, f"{S26} 第十条"),
            (State.RETURNED, Event.SUBMIT, State.SUBMITTED, f"{S26} 第十条"),
            (State.ACCEPTED, Event.PASS_REVIEW, State.REVIEWED, f"{S26} 第十一条"),
            (State.ACCEPTED, Event.REFUSE, State.REFUSED, f"{S26} 第十一条"),
            (State.REVIEWED, Event.PUBLISH_NOTICE, State.IN_NOTICE, f"{S26} 第十二条"),
            (State.IN_NOTICE, Event.OBJECT, State.IN_NOTICE, f"{S26} 第十二条"),
            (State.IN_NOTICE, Event.DISMISS_OBJECTION, State.IN_NOTICE, f"{S26} 第十二条"),
            (State.IN_NOTICE, Event.UPHOLD_OBJECTION, State.TERMINATED, f"{S26} 第十二条"),
            (State.IN_NOTICE, Event.ASSIGN_CODE, State.CODED, f"{S26} 第十三条"),
        )
    ),
)


class AgreementState(StrEnum):
    """Where an authorised-operation agreement stands."""

    CONCLUDED = "concluded"
    FILED = "filed"


class AgreementEvent(StrEnum):
    """What moves it."""

    FILE = "file"


AGREEMENT: Final = Machine(
    name="agreement",
    initial=AgreementState.CONCLUDED,
    transitions=table(((AgreementState.CONCLUDED, AgreementEvent.FILE, AgreementState.FILED, f"{S27} 第十三条"),)),
)
