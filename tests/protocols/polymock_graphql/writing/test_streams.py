"""Subscriptions and incremental delivery over HTTP."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

EVENTS = "text/event-stream"
APOLLO = 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0,application/json'
SUBSCRIPTION = "subscription { renamed { id } }"
DEFERRED = '{ pet(id: "1") { id ... @defer(label: "later") { name } } }'


def told(reply):
    return msgspec.json.decode(reply.body)


def header(reply, name: bytes) -> bytes:
    return dict(reply.headers)[name]


def chunks(reply) -> list[bytes]:
    async def collect() -> list[bytes]:
        return [chunk async for chunk in reply.stream]

    return asyncio.run(collect())


def parts(reply) -> list[object]:
    text = b"".join(chunks(reply))
    assert text.startswith(b"---\r\n")
    assert text.endswith(b"\r\n-----\r\n")
    pieces = text[: -len(b"\r\n-----\r\n")].split(b"---\r\n")[1:]
    bodies = [piece.partition(b"\r\n\r\n")[2] for piece in pieces]
    return [msgspec.json.decode(body) for body in bodies]


def test_a_subscription_as_events(client) -> None:
    reply = client.ask(SUBSCRIPTION, accept=EVENTS)
    assert (reply.status, reply.operation) == (200, "Subscription.renamed")
    assert header(reply, b"content-type") == b"text/event-stream; charset=utf-8"
    assert chunks(reply) == [
        b'event: next\ndata: {"data":{"renamed":{"id":"0"}}}\n\n',
        b'event: next\ndata: {"data":{"renamed":{"id":"1"}}}\n\n',
        b'event: next\ndata: {"data":{"renamed":{"id":"2"}}}\n\n',
        b"event: complete\ndata:\n\n",
    ]


def test_a_subscription_by_get(client) -> None:
    reply = client.send(query=b"query=subscription{renamed{id}}", headers={"accept": EVENTS})
    assert len(chunks(reply)) == 4


def test_a_query_as_events(client) -> None:
    reply = client.ask("{ __typename }", accept=EVENTS)
    assert b"".join(chunks(reply)) == (
        b'event: next\ndata: {"data":{"__typename":"Query"}}\n\nevent: complete\ndata:\n\n'
    )


def test_a_subscription_as_parts(client) -> None:
    reply = client.ask(SUBSCRIPTION, accept=APOLLO)
    content_type = header(reply, b"content-type")
    assert content_type == b'multipart/mixed; boundary="-"; subscriptionSpec=1.0'
    assert parts(reply) == [
        {"payload": {"data": {"renamed": {"id": str(number)}}}} for number in range(3)
    ]


@pytest.mark.parametrize("accept", [None, "*/*", "application/json"])
def test_a_subscription_that_nobody_can_read_is_explained(client, accept) -> None:
    reply = client.ask(SUBSCRIPTION, accept=accept)
    assert reply.status == 406
    assert "graphql-transport-ws" in told(reply)["errors"][0]["message"]


def test_what_is_wrong_before_the_first_event_is_a_refusal(client) -> None:
    reply = client.post({"query": SUBSCRIPTION, "variables": {"fail": 0}}, accept=EVENTS)
    assert reply.status == 400
    assert reply.stream is None


def test_what_goes_wrong_later_ends_the_stream(client) -> None:
    reply = client.post({"query": SUBSCRIPTION, "variables": {"fail": 1}}, accept=EVENTS)
    first, second, last = chunks(reply)
    assert b'"id":"0"' in first
    assert b"It became too much." in second
    assert last.startswith(b"event: complete")


def test_a_sign_of_life_while_nothing_comes(connect, monkeypatch) -> None:
    monkeypatch.setattr("polymock_graphql.writing.streams.KEEP_ALIVE_SECONDS", 0.01)
    client = connect(subscriptions={"interval": "30ms"})
    sent = chunks(client.ask(SUBSCRIPTION, accept=EVENTS))
    assert [chunk for chunk in sent if chunk == b":\n\n"]
    assert sent[-1] == b"event: complete\ndata:\n\n"


def test_incremental_delivery_in_the_form_that_clients_read(client) -> None:
    for accept in ("multipart/mixed;deferSpec=20220824,application/json", "multipart/mixed"):
        reply = client.ask(DEFERRED, accept=accept)
        content_type = header(reply, b"content-type")
        assert content_type == b'multipart/mixed; boundary="-"; deferSpec=20220824'
        assert parts(reply) == [
            {"data": {"pet": {"id": "1"}}, "hasNext": True},
            {
                "incremental": [{"data": {"name": "Rex"}, "path": ["pet"], "label": "later"}],
                "hasNext": False,
            },
        ]


def test_incremental_delivery_in_the_form_of_the_drafts(client) -> None:
    reply = client.ask(DEFERRED, accept="multipart/mixed;incrementalSpec=v0.2")
    assert parts(reply)[0]["pending"] == [{"id": "0", "path": ["pet"], "label": "later"}]


def test_incremental_delivery_as_events(client) -> None:
    sent = chunks(client.ask(DEFERRED, accept=EVENTS))
    assert len(sent) == 3
    assert b'"hasNext":true' in sent[0]


def test_without_a_wish_for_parts_all_comes_at_once(client) -> None:
    reply = client.ask(DEFERRED, accept="application/json")
    assert reply.stream is None
    assert told(reply)["data"]["pet"]["id"] == "1"


def test_a_plain_answer_for_those_who_take_parts_alone(client) -> None:
    reply = client.ask("{ __typename }", accept="multipart/mixed")
    assert parts(reply) == [{"data": {"__typename": "Query"}}]
