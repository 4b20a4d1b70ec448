"""The three lists a department keeps (三张清单): information systems, data resources, data demands."""

from enum import StrEnum
from typing import Final

from kernel.machine import Machine, table
from registry.catalogue import LABELS_TYPE, labels

GROUND: Final = "政务信息资源目录编制指南"


class SystemState(StrEnum):
    """Where an information system stands."""

    PLANNED = "planned"
    RUNNING = "running"
    RETIRED = "retired"


class DemandState(StrEnum):
    """Where a data demand stands."""

    OPEN = "open"
    MET = "met"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class DemandEvent(StrEnum):
    """What moves it."""

    MEET = "meet"
    DECLINE = "decline"
    WITHDRAW = "withdraw"


class ImportKind(StrEnum):
    """What the rows of an imported file are."""

    RESOURCES = "resources"
    SYSTEMS = "systems"
    DEMANDS = "demands"


class ImportState(StrEnum):
    """Where an import stands."""

    PREVIEWED = "previewed"
    CONFIRMED = "confirmed"
    DISCARDED = "discarded"


DEMAND: Final = Machine(
    name="demand",
    initial=DemandState.OPEN,
    transitions=table(
        (
            (DemandState.OPEN, DemandEvent.MEET, DemandState.MET, GROUND),
            (DemandState.OPEN, DemandEvent.DECLINE, DemandState.DECLINED, GROUND),
            (DemandState.OPEN, DemandEvent.WITHDRAW, DemandState.WITHDRAWN, GROUND),
        )
    ),
)
SYSTEM_STATE: Final[LABELS_TYPE] = labels(
    planned=("在建", "Being built"), running=("在用", "In use"), retired=("停用", "Retired")
)
DEMAND_STATE: Final[LABELS_TYPE] = labels(
    open=("待响应", "Open"), met=("已满足", "Met"), declined=("不予提供", "Declined"), withdrawn=("已撤回", "Withdrawn")
)
IMPORT_KIND: Final[LABELS_TYPE] = labels(
    resources=("数据资源清单", "Data resources"),
    systems=("信息系统清单", "Information systems"),
    demands=("数据需求清单", "Data demands"),
)
