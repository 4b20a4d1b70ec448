"""A provider that is away, broken, or does not accept our key is unavailable: nothing of it leaks, nothing is lost."""

import pytest

from kernel.money import Money
from marketplace.gateways.payment import ProviderUnavailable
from marketplace.gateways.stripe_checkout import StripeProvider
from tests.fixtures.stripe_play import API_KEY, SECRET, Receiver


@pytest.fixture
def providers():
    made = []

    def make(url, key=API_KEY):
        made.append(StripeProvider(key, url, SECRET))
        made[-1]._client._requestor._options.max_network_retries = 0
        return made[-1]

    yield make
    for provider in made:
        provider.close()


def calls(provider, intent):
    return [
        lambda: provider.start(intent),
        lambda: provider.fetch("cs_test_1"),
        lambda: provider.refund("cs_test_1", Money(1), "k"),
    ]


def test_nobody_answers(providers, played):
    for call in calls(providers("http://127.0.0.1:1"), played.intent()):
        with pytest.raises(ProviderUnavailable) as caught:
            call()
        assert caught.value.reason == "APIConnectionError"


def test_it_answers_with_faults_of_its_own(providers, played):
    broken = Receiver()
    broken.statuses = [500, 503, 429]
    try:
        provider = providers(broken.url.partition("/hook")[0])
        for _ in range(3):
            with pytest.raises(ProviderUnavailable):
                provider.start(played.intent())
    finally:
        broken.close()


def test_it_does_not_accept_our_key(providers, played):
    for call in calls(providers(played.server.url, "sk_test_wrong"), played.intent()):
        with pytest.raises(ProviderUnavailable) as caught:
            call()
        assert caught.value.reason == "AuthenticationError"
        assert "sk_test_wrong" not in caught.value.sentence("en")


def test_a_start_that_was_lost_on_the_way_back_is_found_again(played, providers):
    first = played.provider.start(played.intent())
    again = providers(played.server.url).start(played.intent())
    assert again == first
