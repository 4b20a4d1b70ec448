"""Every leaf of every stored derivation's arguments made wrong, one at a time: what is refused, and in which words.

The outcomes stand in tests/cases/pricing/refusals.json; after a wanted change write them anew with
``PYTHONPATH=. .venv/bin/python tests/unit/pricing/test_refusals.py`` and read the difference.
"""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from kernel.errors import DomainError, plain
from pricing import replay

FOLDER = Path(__file__).resolve().parents[2] / "cases" / "pricing" / "golden"
STORED = FOLDER.parent / "refusals.json"
WRONG: tuple[Any, ...] = ("", "-1", "1e400", "NaN", "0.00000001", "99999999999999999", "0", "37", "wine", None, 1.5, [])
ABSENT = "(absent)"


def leaves(value, path=()):
    if isinstance(value, dict):
        for key in sorted(value):
            yield from leaves(value[key], (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value[:2]):
            yield from leaves(item, (*path, index))
        yield path
    else:
        yield path


def changed(arguments, path, wrong):
    made = copy.deepcopy(arguments)
    place = made
    for step in path[:-1]:
        place = place[step]
    if wrong == ABSENT:
        del place[path[-1]]
    else:
        place[path[-1]] = wrong
    return made


def outcome(stored, arguments):
    try:
        return replay.derive(stored["calculation"], arguments, version=stored["version"]).result.value
    except DomainError as refused:
        facts = "; ".join(f"{name}={plain(value)}" for name, value in refused.facts.items())
        return f"{refused.code}: {facts}"


def stored():
    """Return the derivations on record; the first versions read their arguments as the present ones do."""
    return sorted(FOLDER.glob("*[!1].json"))


def outcomes(path):
    document, found = json.loads(path.read_bytes()), {}
    for leaf in leaves(document["arguments"]):
        for wrong in (*WRONG, ABSENT):
            name = f"{path.stem} {'.'.join(map(str, leaf))} = {wrong!r}"
            found[name] = outcome(document, changed(document["arguments"], leaf, wrong))
    return found


@pytest.fixture(scope="module")
def recorded():
    return json.loads(STORED.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", stored(), ids=lambda path: path.stem)
def test_every_wrong_figure_has_the_outcome_on_record(path, recorded):
    found = outcomes(path)
    of_it = {name for name in recorded if name.startswith(f"{path.stem} ")}
    assert {name: found[name] for name in found if found[name] != recorded.get(name)} == {}
    assert found.keys() == of_it


def test_figures_that_are_none_are_refused_by_name_or_are_words_that_no_result_rests_on(recorded):
    results = {path.stem: json.loads(path.read_bytes())["result"]["value"] for path in FOLDER.glob("*.json")}
    assert {name.partition(" ")[0] for name in recorded} == {path.stem for path in stored()}
    taken = {name: told for name, told in recorded.items() if not told.startswith(("pricing.", "kernel."))}
    nonsense = [name for name in taken if name.endswith(("= '1e400'", "= 'NaN'", "= 'wine'", "= None", "= 1.5"))]
    assert [name for name in nonsense if taken[name] != results[name.partition(" ")[0]]] == []


if __name__ == "__main__":
    every = {name: told for path in stored() for name, told in outcomes(path).items()}
    STORED.write_text(json.dumps(every, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
