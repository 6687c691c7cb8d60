"""Names of peers and of addresses to listen on."""

from __future__ import annotations

import pytest

from polymock_grpc.listeners.addresses import authority, client_of


@pytest.mark.parametrize(
    ("peer", "client"),
    [
        ("ipv4:192.0.2.1:40312", "192.0.2.1"),
        ("ipv6:%5B::1%5D:40312", "::1"),
        ("ipv6:[fe80::1%25eth0]:1", "fe80::1%25eth0"),
        ("unix:", ""),
        ("unix:/tmp/x:1", ""),
        ("", ""),
    ],
)
def test_client_of(peer: str, client: str) -> None:
    assert client_of(peer) == client


def test_authority() -> None:
    assert authority("127.0.0.1", 1) == "127.0.0.1:1"
    assert authority("::1", 1) == "[::1]:1"
