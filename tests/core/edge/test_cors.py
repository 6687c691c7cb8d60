"""Cross-origin grants."""

from polymock.edge.cors import answer_preflight, open_to_origin
from polymock_schemas.calls import Call, Headers, Reply


def call(headers: Headers) -> Call:
    return Call("GET", "/", b"", headers, dict(headers))


def test_a_grant_takes_the_place_of_what_the_contract_declares() -> None:
    declared = (
        (b"access-control-allow-origin", b"*"),
        (b"access-control-expose-headers", b"x-other"),
        (b"x-total", b"1"),
    )
    reply = Reply(status=200, headers=declared, body=b"", source="example", stable=True)
    opened = open_to_origin(call(((b"origin", b"http://page"),)), reply)
    names = [name for name, _ in opened.headers]
    assert len(names) == len(set(names))
    assert dict(opened.headers)[b"access-control-allow-origin"] == b"http://page"
    assert dict(opened.headers)[b"access-control-expose-headers"] == b"x-total"
    assert not opened.stable


def test_nothing_is_granted_without_an_origin() -> None:
    reply = Reply(status=200, headers=(), body=b"", source="example")
    assert open_to_origin(call(()), reply) is reply


def test_a_preflight_of_an_unknown_address_is_granted_what_it_asks() -> None:
    asked = ((b"origin", b"http://page"), (b"access-control-request-method", b"PUT"))
    granted = answer_preflight(call(asked), ())
    assert dict(granted.headers)[b"access-control-allow-methods"] == b"PUT"
    assert granted.status == 204
