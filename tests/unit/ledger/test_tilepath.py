"""Where tiles lie: the specification's own examples, both ways, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import tilepath
from ledger.graph import HEIGHT, WIDTH, layered
from ledger.witness.fetching import tile_path


@pytest.mark.parametrize(
    ("number", "width", "path"),
    [
        (1234067, 256, "x001/x234/067"),
        (0, 256, "000"),
        (0, 1, "000.p/1"),
        (999, 255, "999.p/255"),
        (1000, 256, "x001/000"),
        (70_000 // 256, 112, "273.p/112"),
    ],
)
def test_published_paths(number, width, path):
    assert tilepath.written(number, width) == path
    assert tilepath.parsed(path) == (number, width)
    assert tile_path(3, number, width) == f"tile/3/{path}"


def test_levels_are_written_one_way():
    assert [tilepath.parsed_level(text) for text in ("0", "9", "63")] == [0, 9, 63]
    for text in ("", "00", "01", "64", "100", "-1", "+1", " 1", "1_0", "٣", "x"):
        assert tilepath.parsed_level(text) is None, text


@given(st.integers(0, 10**15), st.integers(1, 256))
def test_paths_lead_back(number, width):
    assert tilepath.parsed(tilepath.written(number, width)) == (number, width)


@pytest.mark.parametrize(
    "text",
    ["", "0", "0000", "x000/001", "x1/000", "000.p/0", "000.p/256", "000.p/01", "000/", "/000", "000.p", "..",
     "x001000", "٠٠٠", "000.p/1/", "-01"],
)  # fmt: skip
def test_other_paths_name_no_tile(text):
    assert tilepath.parsed(text) is None


def test_a_tree_of_70000_needs_the_tiles_the_specification_counts():
    needed = tilepath.needed(70_000)
    assert [(level, number, width) for level, number, width in needed if width < 256] == [
        (0, 273, 112), (1, 1, 17), (2, 0, 1),
    ]  # fmt: skip
    assert sum(level == 0 for level, *_ in needed) == 274
    assert tilepath.needed(256) == [(0, 0, 256), (1, 0, 1)]
    assert tilepath.needed(0) == []


def test_a_graph_puts_causes_left_of_effects_and_no_box_on_another():
    nodes = list(range(12))
    causes = {node: [each for each in (node - 1, node - 3, node // 2) if 0 <= each < node] for node in nodes}
    drawing = layered(nodes, causes)
    at = {box.node: box for box in drawing.boxes}
    assert sorted(at) == nodes
    for node, rows in causes.items():
        assert all(at[cause].x + WIDTH < at[node].x for cause in rows)
    places = {(box.x, box.y) for box in drawing.boxes}
    assert len(places) == len(nodes)
    assert all(box.x + WIDTH <= drawing.width and box.y + HEIGHT <= drawing.height for box in drawing.boxes)
    assert len(drawing.arrows) == sum(len(set(rows)) for rows in causes.values()) + sum(
        len(rows) - len(set(rows)) for rows in causes.values()
    )


def test_an_empty_graph_and_a_single_entry_are_drawn():
    assert layered([], {}).boxes == ()
    (box,) = layered(["one"], {"one": ["elsewhere"]}).boxes
    assert box.node == "one"
