"""Automatic persisted queries."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
import pytest

QUERY = "{ pets { id } }"
DIGEST = hashlib.sha256(QUERY.encode()).hexdigest()


def extension(digest: Any = DIGEST, version: Any = 1) -> dict[str, Any]:
    return {"persistedQuery": {"version": version, "sha256Hash": digest}}


def told(reply):
    return msgspec.json.decode(reply.body)


def test_a_document_is_sent_once(client) -> None:
    reply = client.post({"extensions": extension()})
    assert reply.status == 200
    assert not reply.stable
    assert told(reply)["errors"][0] == {
        "message": "PersistedQueryNotFound",
        "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"},
    }
    answer = {"data": {"pets": [{"id": "1"}]}}
    assert told(client.post({"query": QUERY, "extensions": extension()})) == answer
    assert told(client.post({"extensions": extension()})) == answer
    asked = b"extensions=" + msgspec.json.encode(extension())
    assert told(client.send(query=asked)) == answer


def test_what_is_invalid_is_not_kept(client) -> None:
    digest = hashlib.sha256(b"{ nope }").hexdigest()
    client.post({"query": "{ nope }", "extensions": extension(digest)})
    reply = client.post({"extensions": extension(digest)})
    assert told(reply)["errors"][0]["message"] == "PersistedQueryNotFound"


@pytest.mark.parametrize(
    "extensions",
    [
        extension("0" * 64),
        extension(7),
        extension(version=2),
        {"persistedQuery": []},
        {"persistedQuery": "x"},
    ],
)
def test_a_wrong_hash_is_400(client, extensions) -> None:
    assert client.post({"query": QUERY, "extensions": extensions}).status == 400


def test_it_can_be_switched_off(connect) -> None:
    reply = connect(persisted_queries=False).post({"extensions": extension()})
    assert told(reply)["errors"][0]["message"] == "PersistedQueryNotSupported"


def test_the_latest_are_kept(client, monkeypatch) -> None:
    monkeypatch.setattr("polymock_graphql.reading.persisted.MAX_QUERIES", 2)
    texts = [f'{{ pet(id: "{number}") {{ id }} }}' for number in range(3)]
    digests = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
    for text, digest in zip(texts, digests, strict=True):
        client.post({"query": text, "extensions": extension(digest)})
    replies = [told(client.post({"extensions": extension(digest)})) for digest in digests]
    assert ["data" in reply for reply in replies] == [False, True, True]
