"""A call and a reply, as columns."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from polymock.journal.redaction import REDACTED, Redactor
from polymock.journal.rows import Formatter, exchange_of
from polymock_schemas.calls import Call, Reply, Violation

TRACE = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def call(headers=(), body=b"", path="/pets/1", query=b"", method="GET"):
    return Call(method, path, query, tuple(headers), dict(headers), body, "127.0.0.1")


def reply(headers=(), body=b"", source="example", **more):
    return Reply(200, tuple(headers), body, source, **more)


def exchange(made, answered, redact=(), limit=100):
    formatter = Formatter(Redactor(redact))
    return exchange_of(
        "shop", "openapi", made, answered, 1_700_000_000_000_000, 42, limit, formatter
    )


def test_it_holds_what_the_call_and_the_reply_say():
    made = call(
        [(b"user-agent", b"curl"), (b"x-polymock-session", b"s1"), (b"traceparent", TRACE)],
        b'{"a":1}',
        query=b"x=%20",
        method="POST",
    )
    found = exchange(made, reply([(b"etag", b"1")], b"ok", operation="POST /pets", principal="me"))
    assert (found.mock, found.protocol, found.operation) == ("shop", "openapi", "POST /pets")
    assert (found.method, found.path, found.query) == ("POST", "/pets/1", "x=%20")
    assert (found.session, found.user_agent, found.principal) == ("s1", "curl", "me")
    assert found.trace_id == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert (found.request_body, found.response_body) == ('{"a":1}', "ok")
    assert (found.request_bytes, found.response_bytes, found.latency_us) == (7, 2, 42)
    assert found.response_headers == {"etag": "1"}


def test_repeated_headers_become_a_list():
    found = exchange(call([(b"a", b"1"), (b"b", b"x"), (b"a", b"2"), (b"a", b"3")]), reply())
    assert found.request_headers == {"a": ["1", "2", "3"], "b": "x"}


def test_bodies_are_cut_and_their_sizes_are_not():
    found = exchange(call(body=b"x" * 200), reply(body="ä".encode() * 100), limit=11)
    assert found.truncated
    assert (found.request_body, found.response_body) == ("x" * 11, "ä" * 5)
    assert (found.request_bytes, found.response_bytes) == (200, 200)


def test_a_message_without_body_has_none():
    found = exchange(call(), reply())
    assert (found.request_body, found.response_body, found.truncated) == (None, None, False)


def test_a_malformed_traceparent_is_ignored():
    for value in (b"", b"ff-" + TRACE[3:], b"00-" + b"0" * 32 + b"-00f067aa0ba902b7-01", b"\xff"):
        assert exchange(call([(b"traceparent", value)]), reply()).trace_id == ""


def test_a_refusal_does_not_quote_what_is_hidden():
    made = call([(b"content-type", b"application/json")], b'{"password":"hunter2"}')
    problem = reply(
        body=b'{"detail":"\'hunter2\' is too short"}',
        source="refusal",
        violations=(Violation("body/password", "'hunter2' is too short"),),
    )
    found = exchange(made, problem, ["$.password"])
    assert "hunter2" not in msgspec.json.encode(found).decode()
    assert found.violations[0].location == "body/password"


def test_headers_are_hidden_in_both_directions():
    hidden = exchange(
        call([(b"cookie", b"sid=abc")]),
        reply([(b"set-cookie", b"sid=abc"), (b"set-cookie", b"b=c")]),
        ["cookie", "set-cookie"],
    )
    assert hidden.request_headers == {"cookie": REDACTED}
    assert hidden.response_headers == {"set-cookie": [REDACTED, REDACTED]}


headers = st.lists(st.tuples(st.binary(max_size=10), st.binary(max_size=20)), max_size=4)


@given(headers, st.binary(max_size=50), st.binary(max_size=20), st.binary(max_size=50))
def test_whatever_the_wire_brings_becomes_an_exchange(fields, body, query, answer):
    found = exchange(call(fields, body, query=query), reply(body=answer), ["$.a", "cookie"], 30)
    assert msgspec.json.decode(msgspec.json.encode(found), type=type(found)) == found
