"""These tests cannot reach a network."""

from tests.closed_network import closed_network

__all__ = ["closed_network"]
