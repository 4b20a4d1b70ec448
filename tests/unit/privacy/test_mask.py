from collections import Counter

import pytest

from privacy.seal import zero_sum


@pytest.mark.parametrize(("count", "modulus"), [(4096, 1032193), (2, 3), (1, 7), (5000, 2**20 + 7)])
def test_the_mask_hides_every_number_and_adds_up_to_nothing(count, modulus):
    mask = zero_sum(count, modulus)
    assert len(mask) == count
    assert sum(mask) % modulus == 0
    assert all(0 <= number < modulus for number in mask)
    assert count < 10 or zero_sum(count, modulus) != mask


def test_the_mask_is_uniform():
    drawn = Counter(number for _ in range(30) for number in zero_sum(4096, 5))
    expected = 30 * 4096 / 5
    assert sorted(drawn) == [0, 1, 2, 3, 4]
    # Six standard deviations of a binomial count: a chance of about one in 10^8 to fail by luck.
    assert all(abs(count - expected) < 6 * (expected * 0.8) ** 0.5 for count in drawn.values())
