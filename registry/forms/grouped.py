"""Long forms, whose fields stand in groups under headings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField


@dataclass(frozen=True)
class Section:
    """A heading and the fields under it."""

    title: Any
    fields: tuple[BoundField, ...]


class GroupedForm(forms.Form):
    """A form that says in which groups its fields are shown; what no group names stands in the last."""

    groups: Sequence[tuple[Any, Sequence[str]]] = ()

    def sections(self) -> tuple[Section, ...]:
        """Return the groups with those of their fields that the form has; none where it has no groups."""
        if not self.groups:
            return ()
        named = {name for _title, names in self.groups for name in names}
        rest = [name for name in self.fields if name not in named]
        *first, (title, last) = self.groups
        return tuple(
            Section(heading, tuple(self[name] for name in names if name in self.fields))
            for heading, names in [*first, (title, [*last, *rest])]
        )
