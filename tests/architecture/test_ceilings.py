"""Ceilings of the house, for every handwritten Python file."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("kernel", "ledger", "registry", "pricing", "privacy", "marketplace", "config")
LONGER_FILES = ("tests", "deploy", "benchmarks")
LONGEST_FUNCTION = 40
LONGEST_FILE = 400
CLOCK_CALLS = {"now", "today", "utcnow", "time", "localdate", "localtime"}
CLOCK_OWNERS = {"datetime", "date", "timezone", "time"}
ENTRY_ROOMS = {"api", "pages", "tasks", "management", "admin", "gateways", "middleware", "demonstration", "story"}
CLOCK_ALLOWED = {
    "kernel/idempotency.py": "an entry point's decorator",
    "privacy/domain": "a worker of its own: its tasks are entry points",
    "privacy/client": "a program of its own",
    "ledger/verifier": "a program of its own",
    "ledger/witness": "a program of its own",
}
SERVICE_FREE_ARGUMENTS = {"self", "cls"}


def python_files(*folders):
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts and "node_modules" not in path.parts:
                yield path


def functions(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node):
    """Lines of a function without its docstring: explaining is free, code is not."""
    first = node.body[0]
    is_docstring = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    return node.end_lineno - node.lineno + 1 - (first.end_lineno - first.lineno + 1 if is_docstring else 0)


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def test_no_function_is_longer_than_the_ceiling():
    long = [
        f"{name_of(path)}:{node.lineno} {node.name} has {length(node)} lines"
        for path in python_files(*FLOORS, *LONGER_FILES)
        for node in functions(path)
        if length(node) > LONGEST_FUNCTION
    ]
    assert long == []


def test_no_file_is_longer_than_the_ceiling():
    long = [
        f"{name_of(path)} has {lines} lines"
        for path in python_files(*FLOORS)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    ]
    assert long == []


def test_imports_stand_at_the_top():
    nested = [
        f"{name_of(path)}:{inner.lineno} imports inside {node.name}"
        for path in python_files(*FLOORS, "deploy")
        for node in functions(path)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert nested == []


def test_only_entry_points_read_the_clock():
    readers = [
        f"{name_of(path)}:{node.lineno} calls {ast.unparse(node.func)}"
        for path in python_files(*FLOORS)
        if not ENTRY_ROOMS & {part.removesuffix(".py") for part in path.relative_to(ROOT).parts}
        if not any(name_of(path).startswith(allowed) for allowed in CLOCK_ALLOWED)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCK_CALLS
        if ast.unparse(node.func.value).rpartition(".")[2] in CLOCK_OWNERS
    ]
    assert readers == []


def service_files():
    return [path for path in python_files(*FLOORS) if path.name == "services.py" or path.parent.name == "services"]


def test_public_services_take_keywords_only():
    positional = [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path in service_files()
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        if [argument for argument in node.args.args if argument.arg not in SERVICE_FREE_ARGUMENTS]
    ]
    assert positional == []


@pytest.mark.parametrize("word", ["utils", "helpers", "common", "exceptions", "signals", "misc"])
def test_no_room_without_a_meaning(word):
    assert [name_of(path) for path in python_files(*FLOORS) if path.stem == word] == []


def test_type_ignores_name_a_code_and_a_reason():
    bare = [
        f"{name_of(path)}:{number}"
        for path in python_files(*FLOORS, "deploy")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "type: ignore" in line and not ("type: ignore[" in line and "#" in line.partition("type: ignore[")[2])
    ]
    assert bare == []


def test_foreign_keys_leave_no_trace_above():
    loud = []
    for path in python_files(*FLOORS):
        if path.name != "models.py" and path.parent.name != "models":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (
                isinstance(node, ast.Call) and ast.unparse(node.func) in {"models.ForeignKey", "models.OneToOneField"}
            ):
                continue
            target = node.args[0]
            related = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}.get("related_name")
            crosses = isinstance(target, ast.Constant) and not target.value.startswith(path.relative_to(ROOT).parts[0])
            if crosses and "." in str(getattr(target, "value", "")) and related != "'+'":
                loud.append(f"{name_of(path)}:{node.lineno}")
    assert loud == []
