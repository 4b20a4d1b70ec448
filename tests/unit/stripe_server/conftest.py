from tests.fixtures.stripe_play import client, clients, playing, programs, receiver

__all__ = ["client", "clients", "playing", "programs", "receiver"]
