"""Credentials by their form: who the principal is, and how a refusal challenges."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping

import pytest

from polymock.errors import Unauthenticated
from polymock_openapi.model import Endpoint, SecurityScheme
from polymock_openapi.reading.security import header_names, identify
from polymock_schemas.calls import Call

SCHEMES = {
    scheme.name: scheme
    for scheme in (
        SecurityScheme("key", "apiKey", location="header", parameter="X-API-Key"),
        SecurityScheme("query", "apiKey", location="query", parameter="api key"),
        SecurityScheme("cookie", "apiKey", location="cookie", parameter="sid"),
        SecurityScheme("basic", "http", scheme="basic"),
        SecurityScheme("bearer", "http", scheme="bearer"),
        SecurityScheme("digest", "http", scheme="digest"),
        SecurityScheme("oauth", "oauth2"),
        SecurityScheme("oidc", "openIdConnect"),
        SecurityScheme("tls", "mutualTLS"),
    )
}
NOTHING: Mapping[str, tuple[str, ...]] = {}


def endpoint(*security: Mapping[str, tuple[str, ...]]) -> Endpoint:
    return Endpoint(
        name="GET /",
        method="GET",
        path="/",
        pointer="",
        parameters=(),
        body=None,
        responses=(),
        security=security,
        schemes=SCHEMES,
        callbacks=(),
        definitions={},
    )


def asks(*names: str) -> Mapping[str, tuple[str, ...]]:
    return dict.fromkeys(names, ())


def call(query: str = "", **headers: str | bytes) -> Call:
    fields = {
        name.replace("_", "-").encode(): text.encode() if isinstance(text, str) else text
        for name, text in headers.items()
    }
    return Call("GET", "/", query.encode(), tuple(fields.items()), fields)


def basic(credentials: str) -> str:
    return "Basic " + b64encode(credentials.encode()).decode()


def jwt(claims: str) -> str:
    return f"Bearer e30.{urlsafe_b64encode(claims.encode()).decode().rstrip('=')}.c2ln"


@pytest.mark.parametrize(
    ("scheme", "sent", "principal"),
    [
        ("key", call(x_api_key="s3cret"), "key"),
        ("query", call("api+key=s3cret"), "query"),
        ("cookie", call(cookie="a=1; sid=s3cret"), "cookie"),
        ("basic", call(authorization=basic("ann:s3:cret")), "ann"),
        ("basic", call(authorization=basic("jürgen:")), "jürgen"),
        ("basic", call(authorization=basic(":s3cret")), "basic"),
        ("bearer", call(authorization="bearer s3cret"), "bearer"),
        ("bearer", call(authorization=jwt('{"sub":"ann"}')), "ann"),
        ("bearer", call(authorization=jwt('{"sub":5}')), "bearer"),
        ("bearer", call(authorization=jwt("[")), "bearer"),
        ("bearer", call(authorization=jwt("[" * 9_000)), "bearer"),
        ("oauth", call(authorization="Bearer a.b.c"), "oauth"),
        ("oidc", call(authorization=jwt('{"sub":"ann"}')), "ann"),
        ("digest", call(authorization='Digest username="ann"'), "digest"),
        ("tls", call(), ""),
        ("unknown", call(), ""),
    ],
)
def test_principals(scheme: str, sent: Call, principal: str) -> None:
    assert identify(endpoint(asks(scheme)), sent) == principal


@pytest.mark.parametrize(
    ("scheme", "sent"),
    [
        ("key", call()),
        ("key", call(x_api_key="")),
        ("key", call(x_api_key=b"s3cret\x00")),
        ("query", call("api_key=s3cret")),
        ("query", call("api+key=")),
        ("cookie", call(cookie="sidd=s3cret")),
        ("basic", call(authorization="Basic s3cret!")),
        ("basic", call(authorization="Basic " + b64encode(b"s3cret").decode())),
        ("basic", call(authorization="Basic")),
        ("basic", call(authorization=basic("a\nb:s3cret"))),
        ("bearer", call(authorization="Bearer ")),
        ("bearer", call(authorization="Bearer s3cret s3cret")),
        ("bearer", call(authorization=b"Bearer s3cret\xff")),
        ("bearer", call(authorization=basic("ann:s3cret"))),
        ("digest", call(authorization="Digest")),
    ],
)
def test_refusals_never_tell_a_secret(scheme: str, sent: Call) -> None:
    with pytest.raises(Unauthenticated) as refusal:
        identify(endpoint(asks(scheme)), sent)
    assert len(refusal.value.challenges) == 1
    assert "s3cret" not in refusal.value.detail + refusal.value.challenges[0]


def test_nothing_asked_and_optional_credentials() -> None:
    assert identify(endpoint(), call()) == ""
    optional = endpoint(asks("basic"), NOTHING)
    assert identify(optional, call()) == ""
    assert identify(optional, call(authorization=basic("ann:x"))) == "ann"


def test_all_schemes_of_one_alternative() -> None:
    both = endpoint(asks("key", "basic"), asks("cookie"))
    assert identify(both, call(cookie="sid=1")) == "cookie"
    assert identify(both, call(x_api_key="k", authorization=basic("ann:x"))) == "key"
    with pytest.raises(Unauthenticated):
        identify(both, call(x_api_key="k"))
    with pytest.raises(Unauthenticated):
        identify(both, call(authorization=basic("ann:x")))


def test_challenges() -> None:
    wanted = endpoint(asks("basic"), {"oauth": ("read", "write")}, asks("key"), asks("digest"))
    with pytest.raises(Unauthenticated) as refusal:
        identify(wanted, call())
    assert refusal.value.challenges == (
        'Basic realm="polymock", charset="UTF-8"',
        'Bearer realm="polymock", scope="read write"',
        'ApiKey realm="polymock", name="X-API-Key", in="header"',
        'Digest realm="polymock"',
    )
    with pytest.raises(Unauthenticated) as malformed:
        identify(endpoint(asks("bearer")), call(authorization="Bearer ä"))
    assert malformed.value.challenges == ('Bearer realm="polymock", error="invalid_token"',)


def test_a_document_cannot_forge_a_header() -> None:
    with pytest.raises(Unauthenticated) as refusal:
        identify(endpoint({"oauth": ('a"\r\nSet-Cookie: x',)}), call())
    assert refusal.value.challenges == ('Bearer realm="polymock", scope="aSet-Cookie: x"',)


def test_header_names() -> None:
    asked = endpoint(asks("key", "query"), asks("basic"), asks("cookie"), asks("tls"))
    assert set(header_names(asked)) == {b"x-api-key", b"authorization", b"cookie"}
