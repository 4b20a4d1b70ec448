"""What operations of the API return: never a bare tuple, which ninja takes for (status, body) when it has two rows."""

from __future__ import annotations

import ast
import builtins
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

from django.urls import resolve

from config.api import api
from tests.factories.description import described

Function = Callable[..., Any]


def operations() -> Iterator[tuple[str, Function]]:
    """Yield every operation of the API: its name, and the function that answers, without its decorators."""
    for _prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                name = f"{'/'.join(operation.methods)} {path} {operation.view_func.__module__}"
                yield name, inspect.unwrap(operation.view_func)


def returned(function: Function) -> Iterator[ast.expr]:
    """Yield what a function returns, statement by statement, without those of functions inside it."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    waiting: list[ast.AST] = list(ast.iter_child_nodes(tree))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.Return) and node.value is not None:
            yield node.value
        waiting += ast.iter_child_nodes(node)


def bare(function: Function, value: ast.expr) -> bool:
    """Return whether a returned value is, or may be, a tuple of rows.

    A literal pair whose first part is a status is ninja's own form; a query or service that promises a tuple is not.
    """
    if isinstance(value, ast.Tuple):
        first = value.elts[0] if value.elts else None
        return not (len(value.elts) == 2 and isinstance(first, ast.Constant) and isinstance(first.value, int))
    if isinstance(value, ast.IfExp):
        return bare(function, value.body) or bare(function, value.orelse)
    if not isinstance(value, ast.Call):
        return False
    called = called_by(function, value.func)
    return called is tuple or "tuple" in str(getattr(called, "__annotations__", {}).get("return", "")).lower()


def called_by(function: Function, name: ast.expr) -> Any:
    """Return the function that a dotted name calls there, None where it is no plain name."""
    parts = ast.unparse(name).split(".")
    found: Any = function.__globals__.get(parts[0], getattr(builtins, parts[0], None))
    for part in parts[1:]:
        found = getattr(found, part, None)
    return found


def rows_named(function: Function) -> set[str]:
    """Return the names that a function gives to tuples of rows."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    return {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and bare(function, node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def test_there_are_operations_to_look_at():
    found = dict(operations())
    assert len(found) > 150
    assert sum("list[" in str(inspect.signature(one).return_annotation) for one in found.values()) > 10


SAMPLES = {"uuid": "00000000-0000-4000-8000-000000000001", "integer": "1", "string": "resource"}


def addresses() -> Iterator[tuple[str, Any]]:
    """Yield the address of every operation, with a value for each of its parameters, and the function that answers."""
    document = described()["paths"]
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            plain = re.sub(r"\{(?:\w+:)?(\w+)\}", r"{\1}", f"/api/{prefix.strip('/')}{path}")
            for operation in view.operations:
                said = document[plain][operation.methods[0].lower()].get("parameters", [])
                given = {one["name"]: one["schema"] for one in said if one["in"] == "path"}
                values = {name: SAMPLES[shape.get("format") or shape["type"]] for name, shape in given.items()}
                yield f"{operation.methods[0]} {plain.format(**values)}", operation.view_func


def answering(address: str) -> list[Any]:
    """Return the functions of the operations at an address: ninja's wrapper of the view holds the path they are of."""
    held = [cell.cell_contents for cell in resolve(address).func.__closure__ or ()]
    return [operation.view_func for path in held for operation in getattr(path, "operations", ())]


def test_every_operation_is_found_at_its_own_address():
    shadowed = [name for name, function in addresses() if function not in answering(name.split(" ")[1])]
    assert shadowed == [], "another path takes these first: give its parameter a converter, as {uuid:name}"


def test_no_operation_returns_a_tuple_of_rows():
    wrong = {}
    for name, function in operations():
        named = rows_named(function)
        found = [value for value in returned(function) if bare(function, value) or getattr(value, "id", "") in named]
        if found:
            wrong[name] = [ast.unparse(value) for value in found]
    assert wrong == {}, "two rows would be read as (status, body): return list(…)"


def test_the_look_finds_what_it_looks_for():
    def pair(request: Any) -> object:
        return two_rows()

    def kept(request: Any) -> object:
        rows = two_rows()
        del request
        return rows

    def status(request: Any) -> object:
        return 201, two_rows()

    def listed(request: Any) -> object:
        return list(two_rows())

    assert [bare(one, next(returned(one))) for one in (pair, status, listed)] == [True, False, False]
    assert rows_named(kept) == {"rows"}


def two_rows() -> tuple[int, ...]:
    """Return what once brought an operation down."""
    return 1, 2
