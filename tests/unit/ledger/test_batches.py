"""Which leaves go to the chain together: always from head to head, within leaves and gas, as few as can be."""

from hypothesis import given
from hypothesis import strategies as st

from ledger.batches import spans
from ledger.calldata import MOST_GAS, ChainStatus, append_gas
from ledger.journal import MAX_BATCH


def changes_at(places):
    return [ChainStatus(id=bytes([7]) * 32, place=place, state=1, valid_until=0) for place in places]


def bounds(found):
    return [(span.start, span.end) for span in found]


def test_a_batch_takes_the_farthest_head_within_a_thousand_leaves():
    assert bounds(spans(0, [10, 999, 1000, 1001], [])) == [(0, 1000), (1000, 1001)]


def test_nothing_to_bring_is_no_batch():
    assert spans(0, [], []) == ()
    assert spans(10, [5, 10], []) == ()


def test_a_head_too_far_away_is_not_reached_and_hides_nothing_before_it():
    assert bounds(spans(0, [400, 1500], [])) == [(0, 400)]


def test_statuses_go_with_their_leaves():
    first, second = spans(100, [150, 1120], changes_at([100, 149, 150, 1119]))
    assert (first.start, first.end, [each.place for each in first.changes]) == (100, 150, [100, 149])
    assert (second.start, second.end, [each.place for each in second.changes]) == (150, 1120, [150, 1119])


def test_gas_that_one_transaction_may_not_ask_for_makes_it_two():
    every = changes_at(range(1000))
    assert append_gas(1000, 1000) == MOST_GAS
    assert bounds(spans(0, [500, 1000], every)) == [(0, 500), (500, 1000)]
    assert bounds(spans(0, [1000], every)) == [(0, 1000)]  # one head: it has to go as it is


@given(
    start=st.integers(0, 5000),
    steps=st.lists(st.integers(1, MAX_BATCH), max_size=30),
    places=st.sets(st.integers(0, 20000), max_size=50),
)
def test_batches_follow_one_another_and_lose_no_status(start, steps, places):
    sizes = [start + sum(steps[: count + 1]) for count in range(len(steps))]
    found = spans(start, sizes, changes_at(sorted(places)))
    ends = [start, *(span.end for span in found)]
    assert [span.start for span in found] == ends[:-1]
    assert ends[-1] == (sizes[-1] if sizes else start)
    assert all(span.end in sizes and span.end - span.start <= MAX_BATCH for span in found)
    carried = [each.place for span in found for each in span.changes]
    assert carried == sorted(place for place in places if start <= place < ends[-1])
