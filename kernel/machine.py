"""State machines as one table: the only way a state changes, and where its diagram comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from kernel.errors import Conflict


@dataclass(eq=False, kw_only=True)
class WrongState(Conflict):
    """An event that the present state does not allow."""

    code = "kernel.wrong_state"
    zh = "{machine} 处于“{state}”状态，不能执行“{event}”；此时可执行：{allowed}。"
    en = "The {machine} is {state}: {event} is not possible now. Possible: {allowed}."
    machine: str
    state: str
    event: str
    allowed: str


@dataclass(frozen=True)
class Transition:
    """One row of the table: in ``source``, ``event`` leads to ``target``, on the ground of ``article``."""

    source: str
    event: str
    target: str
    article: str = ""


@dataclass(frozen=True)
class Machine:
    """A finite state machine: name, initial state, and every transition there is.

    Raises ValueError when built from a table with two targets for one (source, event).
    """

    name: str
    initial: str
    transitions: tuple[Transition, ...]
    _index: Mapping[tuple[str, str], Transition] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index = {(row.source, row.event): row for row in self.transitions}
        if len(index) != len(self.transitions):
            raise ValueError(f"{self.name}: an event leads to two states")
        object.__setattr__(self, "_index", index)

    @property
    def states(self) -> tuple[str, ...]:
        """Every state, in the order the table first names it, the initial one first."""
        named = [self.initial, *(state for row in self.transitions for state in (row.source, row.target))]
        return tuple(dict.fromkeys(named))

    def allowed(self, state: str) -> tuple[str, ...]:
        """Return the events possible in ``state``, in table order."""
        return tuple(row.event for row in self.transitions if row.source == state)

    def fire(self, state: str, event: str) -> Transition:
        """Return the transition that ``event`` causes in ``state``; raise WrongState when there is none."""
        row = self._index.get((state, event))
        if row is None:
            allowed = ", ".join(self.allowed(state)) or "—"
            raise WrongState(machine=self.name, state=state, event=event, allowed=allowed)
        return row

    def diagram(self) -> str:
        """Return the table as a Mermaid state diagram."""
        arrows = (f"    {row.source} --> {row.target}: {row.event}" for row in self.transitions)
        finals = (f"    {state} --> [*]" for state in self.states if not self.allowed(state))
        return "\n".join(["stateDiagram-v2", f"    [*] --> {self.initial}", *arrows, *finals]) + "\n"


def table(rows: Iterable[tuple[str | StrEnum, str | StrEnum, str | StrEnum, str]]) -> tuple[Transition, ...]:
    """Return transitions from (source, event, target, article) rows."""
    return tuple(Transition(str(source), str(event), str(target), article) for source, event, target, article in rows)
