from __future__ import annotations

from typing import Any

import pytest

from polymock import plugins
from polymock.errors import ConfigError, Unauthenticated
from polymock.interfaces import Strategy
from polymock_schemas.calls import Call


def strategy(settings: dict[str, Any], environ: dict[str, str] | None = None) -> Strategy:
    built: Strategy = plugins.build("polymock.auth", "api-key", settings, environ or {})
    return built


def call(query: bytes = b"", **headers: str) -> Call:
    fields = {name.replace("_", "-").encode(): value.encode() for name, value in headers.items()}
    return Call("GET", "/", query, tuple(fields.items()), fields)


def test_a_key_in_the_default_header_names_its_position() -> None:
    keys = strategy({"keys": ["alpha", "beta"]})
    assert keys.reads == (b"x-api-key",)
    assert keys.identify(call(x_api_key="alpha")) == "key-1"
    assert keys.identify(call(x_api_key="beta")) == "key-2"


def test_a_table_names_the_principal() -> None:
    keys = strategy(
        {"header": "X-Partner", "keys": {"ann": "alpha", "ben": {"$env": "BEN"}}}, {"BEN": "beta"}
    )
    assert keys.identify(call(x_partner="beta")) == "ben"
    assert keys.reads == (b"x-partner",)


def test_no_key_is_not_mine() -> None:
    assert strategy({"keys": ["alpha"]}).identify(call(authorization="Bearer alpha")) is None
    assert strategy({"keys": ["alpha"], "query": "k"}).identify(call(b"kk=alpha&x")) is None
    assert strategy({"keys": ["alpha"], "cookie": "k"}).identify(call(cookie="kk=alpha")) is None


@pytest.mark.parametrize("given", ["", "Alpha", "alpha ", "alph", "ключ"])
def test_a_wrong_key_is_refused_with_a_challenge(given: str) -> None:
    with pytest.raises(Unauthenticated) as raised:
        strategy({"keys": ["alpha"]}).identify(call(x_api_key=given))
    assert raised.value.challenges == ('ApiKey realm="polymock", in="header", name="X-API-Key"',)
    assert "alpha" not in raised.value.detail
    assert not given or given not in raised.value.detail


@pytest.mark.parametrize(
    "query", [b"k=a+b%26", b"x=1&k=a%20b%26", b"%6B=a+b%26", b"k=wrong&k=a+b%26"]
)
def test_a_query_parameter_is_decoded_and_the_last_counts(query: bytes) -> None:
    keys = strategy({"keys": ["a b&"], "query": "k"})
    assert keys.identify(call(query)) == "key-1"
    assert keys.reads == ()


@pytest.mark.parametrize("cookie", ["k=alpha", "a=1; k=alpha; b=2", 'a=1;k="alpha"'])
def test_a_cookie(cookie: str) -> None:
    keys = strategy({"keys": ["alpha"], "cookie": "k"})
    assert keys.identify(call(cookie=cookie)) == "key-1"
    assert keys.reads == (b"cookie",)


def test_keys_come_from_the_environment_parted_by_commas() -> None:
    keys = strategy({"keys": {"$env": "PARTNER_KEYS"}}, {"PARTNER_KEYS": "alpha, beta"})
    assert keys.identify(call(x_api_key="beta")) == "key-2"


def test_keys_show_in_no_repr() -> None:
    config = plugins.load("polymock.auth", "api-key").config(keys=("alpha",))
    assert "alpha" not in repr(config)
    assert "alpha" not in repr(vars(strategy({"keys": ["alpha"]})))


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({}, "keys: this key is missing"),
        ({"keys": []}, "at least one key"),
        ({"keys": {"$env": "EMPTY"}}, "at least one key"),
        ({"keys": {"$env": "UNSET"}}, "UNSET is not set"),
        ({"keys": [""]}, "keys[0]"),
        ({"keys": "alpha"}, "keys: expected"),
        ({"keys": ["alpha"], "header": "bad name"}, "header: "),
        ({"keys": ["alpha"], "query": 'a"b'}, "query: "),
        ({"keys": ["alpha"], "header": "X-A", "query": "k"}, "name one of"),
        ({"keys": ["alpha"], "haeder": "X-A"}, "haeder: unknown key"),
    ],
)
def test_wrong_settings_are_refused_without_showing_keys(
    settings: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ConfigError) as raised:
        strategy(settings, {"EMPTY": " , "})
    assert reason in raised.value.message
    assert "alpha" not in raised.value.message
