from __future__ import annotations

import pytest

from polymock.access.hosts import is_address, is_listed, is_loopback, name_in


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("localhost", "localhost"),
        ("LOCALHOST:8081", "localhost"),
        ("localhost.", "localhost"),
        ("127.0.0.1:8081", "127.0.0.1"),
        ("[::1]:8081", "::1"),
        ("[::1]", "::1"),
        ("mock_server:80", "mock_server"),
        ("", None),
        (".", None),
        (":80", None),
        ("::1", None),
        ("a b", None),
        ("a@127.0.0.1", None),
        ("127.0.0.1@evil.test", None),
        ("127.0.0.1/evil", None),
        ("127.0.0.1#evil.test", None),
        ("127.0.0.1:80:80", None),
        ("127.0.0.1:", None),
        ("127.0.0.1:999999", None),
        ("localhost\n", None),
        ("loc\u00e4lhost", None),
    ],
)
def test_names_in_host_fields(host: str, name: str | None) -> None:
    assert name_in(host) == name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("::", False),
        ("localhost.evil.test", False),
        ("127.0.0.1.evil.test", False),
        ("127.1", False),
        ("0x7f000001", False),
        ("2130706433", False),
        ("192.168.1.1", False),
    ],
)
def test_loopback(name: str, expected: bool) -> None:
    assert is_loopback(name) is expected


def test_lists() -> None:
    patterns = ("mocks.test", "*.Example.test")
    assert is_listed("mocks.test", patterns)
    assert is_listed("a.b.example.test", patterns)
    assert not is_listed("example.test", patterns)
    assert not is_listed("evilexample.test", patterns)
    assert not is_listed("mocks.test.evil.test", patterns)


def test_addresses() -> None:
    assert is_address("10.0.0.1")
    assert is_address("fe80::1")
    assert not is_address("10.0.0.1.evil.test")
