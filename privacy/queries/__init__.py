"""What privacy tells: sources, policies, budgets, protected tables, questions and encrypted lookups."""

from privacy.queries.asked import queries, query
from privacy.queries.cubes import cube, cubes, lookup, lookup_tables, lookups
from privacy.queries.found import NoSuchRecord
from privacy.queries.sources import budgets, policies, policy, source, sources, table_of_product

__all__ = [
    "NoSuchRecord",
    "budgets",
    "cube",
    "cubes",
    "lookup",
    "lookup_tables",
    "lookups",
    "policies",
    "policy",
    "queries",
    "query",
    "source",
    "sources",
    "table_of_product",
]
