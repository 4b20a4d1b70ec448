"""Stored derivations as views."""

from typing import Any
from uuid import UUID

from pricing import derivation as rules
from pricing.models import Derivation
from pricing.queries.found import row
from pricing.replay import NotReplayable
from pricing.types import DerivationView


def derivation(derivation_id: UUID) -> DerivationView:
    """Return a stored derivation with its bytes and its tree; raise NoSuch, and NotReplayable for spoilt bytes."""
    item = row(Derivation.objects.all(), derivation_id)
    document = bytes(item.document)
    try:
        parsed = rules.parse(document)
    except ValueError as error:
        raise NotReplayable(problem=str(error)) from error
    return DerivationView(
        id=item.public_id,
        calculation=item.calculation,
        version=item.version,
        document=document,
        sha256=item.sha256,
        tree=parsed["result"],
        arguments=parsed["arguments"],
        derived_at=item.derived_at,
    )


def derivation_tree(derivation_id: UUID, *, language: str = "zh") -> dict[str, Any]:
    """Return a derivation's tree for display: each node also carries ``name`` and ``formula`` in one language."""
    return shown(rules.as_node(derivation(derivation_id).tree), language=language)


def shown(node: rules.Node, *, language: str) -> dict[str, Any]:
    """Return a node's values with ``name`` and ``formula`` in a language, all the way down."""
    chinese = language.startswith("zh")
    values = rules.as_mapping(node)
    values["name"] = node.name_zh if chinese else node.name_en
    values["formula"] = node.formula_zh if chinese else node.formula_en
    values["inputs"] = [shown(child, language=language) for child in node.inputs]
    return values
