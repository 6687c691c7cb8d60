"""Calls of a project's mocks that succeed, found by calling them.

An operation's name tells how it is called, whatever the protocol: `GET /pets/{petId}` over HTTP,
`Query.pet` in a graph, `shop.v1.Shop/GetPet` as a procedure. Of a protocol whose operations have
other names nothing is found.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

import httpx

from polymock.generating.drafts import Draft
from polymock.generating.facts import HttpCall, RpcCall
from polymock.generating.graph_calls import read_graph
from polymock.generating.rpc_calls import answers
from polymock.snapshot import Mock, Snapshot
from polymock.testing import Polymock
from polymock.world.queries import Query
from polymock_schemas.calls import Exchange

WANTED = 2
"""Calls of each mock."""
MAX_OPERATIONS = 60
MAX_ATTEMPTS = 24
"""Of one operation."""
SECONDS = 10.0
"""For one mock, after which nothing new is tried."""
JSON = {"Content-Type": "application/json"}

_HTTP = re.compile(r"([A-Z]+) (/.*)", re.DOTALL)
_GRAPH = re.compile(r"[_A-Za-z]\w*\.[_A-Za-z]\w*", re.ASCII)
_RPC = re.compile(r"[A-Za-z_][\w.]*/[A-Za-z_]\w*", re.ASCII)


def find_calls(
    served: Polymock, snapshot: Snapshot
) -> tuple[tuple[HttpCall, ...], tuple[RpcCall, ...]]:
    """One or two calls of each mock that are answered without any fault.

    `snapshot` is of the same mocks as those that are `served`.
    """
    over_http: list[HttpCall] = []
    procedures: list[RpcCall] = []
    with served.client() as client:
        caller = _Caller(served, client)
        for mock in snapshot.mocks:
            found = caller.calls_of(mock, _captures(mock, snapshot))
            over_http.extend(islice(found, WANTED))
            if mock.contract.protocol in snapshot.listeners:
                procedures.extend(islice(_procedures(served, mock), WANTED))
    return tuple(over_http), tuple(procedures)


class _Caller:
    """Makes calls, and looks at how they were recorded."""

    def __init__(self, served: Polymock, client: httpx.Client) -> None:
        self._served = served
        self._client = client

    def calls_of(self, mock: Mock, captures: Mapping[str, Mapping[str, str]]) -> Iterator[HttpCall]:
        """The calls of a mock over HTTP that succeed, as they are asked for."""
        end = time.monotonic() + SECONDS
        for draft in islice(self._drafts(mock, captures), MAX_OPERATIONS):
            call = self._improved(mock, draft)
            if call is not None:
                yield call
            if time.monotonic() > end:
                return

    def _drafts(self, mock: Mock, captures: Mapping[str, Mapping[str, str]]) -> Iterator[Draft]:
        names = [operation.name for operation in mock.contract.operations]
        for method, template in sorted(_addresses(names), key=_ease):
            known = captures.get(f"{method} {template}", {})
            body: dict[str, str] | None = {} if method in ("POST", "PUT", "PATCH") else None
            draft = Draft(method, mock.prefix + template, known, body)
            draft.headers.update(JSON if body is not None else {})
            yield draft
        for name in filter(_RPC.fullmatch, names):
            draft = Draft("POST", f"{mock.prefix}/{name}", {}, {})
            draft.headers.update(JSON)
            yield draft
        fields = list(filter(_GRAPH.fullmatch, names))
        if fields:
            for query in read_graph(self._client, mock.prefix).queries(fields):
                draft = Draft("POST", mock.prefix or "/", {}, {"query": query})
                draft.headers.update(JSON)
                yield draft

    def _improved(self, mock: Mock, draft: Draft) -> HttpCall | None:
        """The call, once it is answered; None where its refusals do not tell how."""
        for _ in range(MAX_ATTEMPTS):
            reply, exchange = self._call(draft)
            if exchange is None or exchange.mock != mock.name or not exchange.operation:
                return None
            if exchange.outcome == "ok" and reply.is_success and not exchange.violations:
                return HttpCall(
                    mock=mock.name,
                    operation=exchange.operation,
                    method=draft.method,
                    path=draft.path,
                    headers=dict(draft.headers),
                    body=draft.content,
                    status=reply.status_code,
                )
            if reply.status_code == httpx.codes.UNAUTHORIZED:
                if not draft.identify(reply.headers.get_list("www-authenticate")):
                    return None
            elif not draft.mend(exchange.violations):
                return None
        return None

    def _call(self, draft: Draft) -> tuple[httpx.Response, Exchange | None]:
        self._served.forget()
        reply = self._client.request(
            draft.method, draft.path, headers=draft.headers, content=draft.content
        )
        recorded = self._served.exchanges
        return reply, recorded[-1] if recorded else None


def _addresses(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        found = _HTTP.fullmatch(name)
        if found is not None and found[1] != "TRACE":
            yield found[1], found[2]


def _ease(address: tuple[str, str]) -> tuple[bool, bool, bool]:
    """What reads comes first, then what needs the least; deletes at the very end."""
    method, template = address
    return method == "DELETE", method not in ("GET", "HEAD"), "{" in template


def _captures(mock: Mock, snapshot: Snapshot) -> dict[str, dict[str, str]]:
    """The key of an entity for the last capture of each operation that the world knows."""
    world = snapshot.world
    domain = None if world is None else world.model.domains.get(mock.name)
    if world is None or domain is None:
        return {}
    view = world.overview()
    found: dict[str, dict[str, str]] = {}
    for name, binding in domain.bindings.items():
        captures = re.findall(r"\{[+/.?&#;]?([^{}]*?)\*?\}", name)
        items = view.page(binding.collection, Query(limit=1, shown=1)).items if captures else ()
        if items:
            found[name] = {captures[-1]: items[0].key}
    return found


def _procedures(served: Polymock, mock: Mock) -> Iterator[RpcCall]:
    """The calls of procedures, by a listener of their own, that an empty message is enough for."""
    protocol = mock.contract.protocol
    for operation in mock.contract.operations[:MAX_OPERATIONS]:
        if _RPC.fullmatch(operation.name) and answers(served.target(protocol), operation.name):
            yield RpcCall(mock.name, operation.name, protocol)
