"""GraphiQL for browsers."""

from __future__ import annotations

import re

import pytest

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def header(reply, name: bytes) -> bytes:
    return dict(reply.headers)[name]


def test_a_browser_sees_graphiql(client) -> None:
    reply = client.send(headers=BROWSER)
    page = reply.body.decode()
    assert reply.status == 200
    assert header(reply, b"content-type") == b"text/html; charset=utf-8"
    assert b"script-src 'self'" in header(reply, b"content-security-policy")
    assert "<title>Pets &amp; more: GraphiQL</title>" in page
    assert 'data-endpoint="/graphql"' in page
    assert (reply.operation, reply.source) == ("", "")
    assert "//" not in page.replace("<!doctype", "")


def test_its_files_are_here(client) -> None:
    page = client.send(headers=BROWSER).body.decode()
    for address in re.findall(r'(?:src|href)="(/graphql[^"]+)"', page):
        path, _, query = address.removeprefix("/graphql").partition("?")
        reply = client.send(path=path, query=query.encode())
        assert reply.status == 200
        assert len(reply.body) > 100_000
        assert b"immutable" in header(reply, b"cache-control")
        assert client.send("HEAD", path=path).body == b""
        assert client.send("POST", path=path).status == 405


@pytest.mark.parametrize("path", ["/graphiql/", "/graphiql/page.py", "/graphiql/../page.py"])
def test_nothing_else_is(client, path) -> None:
    assert client.send(path=path).status == 404


def test_programs_get_answers(client) -> None:
    for accept in ("*/*", "application/json", "application/json, text/html", "text/html;q=0, */*"):
        reply = client.send(query=b"query={__typename}", headers={"accept": accept})
        assert reply.body == b'{"data":{"__typename":"Query"}}'


def test_it_can_be_switched_off(connect) -> None:
    client = connect(graphiql=False)
    assert client.send(headers=BROWSER).status == 400
    assert client.send(path="/graphiql/graphiql.js").status == 404
