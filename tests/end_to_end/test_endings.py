"""Exchanges that go on when something ends: the client, a worker, the server."""

from __future__ import annotations

import json
import struct
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import grpc
import httpx
import pytest
from websockets import CloseCode, ConnectionClosed

from end_to_end.clients import ReflectingClient, subscribing
from end_to_end.servers import Server, start

SHOP = Path(__file__).parents[2] / "examples" / "shop"
GET = "shop.v1.Shop/GetProduct"
WATCH = "shop.v1.Shop/WatchOrders"
CHANGES = "subscription { orderChanged { id } }"
ENDLESS = {
    "mocks": [
        {"spec": str(SHOP / "openapi.yaml"), "name": "rest"},
        {
            "spec": str(SHOP / "schema.graphql"),
            "options": {"subscriptions": {"interval": "20ms"}},
        },
        {
            "spec": str(SHOP / "shop.proto"),
            "options": {"streams": {"count": 100_000, "interval": "20ms"}},
        },
    ]
}
PROMPT_SECONDS = 3.0
DRAIN_SECONDS = 5.0
"""Within this time a server ends, whatever goes on."""


@pytest.fixture(params=["native", "grpcio"])
def server(tmp_path: Path, request: Any) -> Iterator[Server]:
    """The shop, with streams and subscriptions that do not end by themselves."""
    (tmp_path / "polymock.json").write_text(json.dumps(ENDLESS))
    server = start(
        tmp_path,
        *("polymock.json", "--grpc-port", "0"),
        environment={"POLYMOCK_SERVER__GRPC_LISTENER": request.param},
    )
    yield server
    server.end()


class Talks(ExitStack):
    """An exchange on each wire that goes on, two messages of each heard. Closing it hangs up."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        client = self.enter_context(ReflectingClient(server.listener("grpc")))
        call = client.start(WATCH, {"customerId": "100"})
        self.callback(call.cancel)
        query = json.dumps({"query": CHANGES}).encode()
        order = b'{"customerId":"100"}'
        subscriber = self.enter_context(subscribing(f"{server.url}/graphql"))
        self.native = iter(call)
        self.websocket = self.enter_context(closing(subscriber.subscribe(CHANGES)))
        self.events = self._stream(server, "/graphql", "application/json", query)
        self.connect = self._stream(
            server,
            f"/{WATCH}",
            "application/connect+json",
            struct.pack(">BI", 0, len(order)) + order,
        )
        for talk in (self.native, self.websocket, self.events, self.connect):
            assert len(list(islice(talk, 2))) == 2

    def _stream(self, server: Server, path: str, media_type: str, body: bytes) -> Iterator[bytes]:
        """The chunks of an answer over HTTP."""
        http = self.enter_context(httpx.Client(base_url=server.url, trust_env=False, timeout=20))
        headers = {"accept": f"text/event-stream, {media_type}", "content-type": media_type}
        answer = self.enter_context(http.stream("POST", path, content=body, headers=headers))
        assert answer.status_code == 200
        return answer.iter_raw()


def test_clients_that_hang_up_are_recorded_at_once(server: Server) -> None:
    with Talks(server):
        assert server.sql("select count(*) from requests") == [[0]]
    hung_up = time.monotonic()
    server.await_rows(4)
    assert time.monotonic() - hung_up < PROMPT_SECONDS
    assert server.sql(
        "select operation, outcome, status, response_messages between 2 and 500"
        " from requests order by operation, method"
    ) == [
        ["Subscription.orderChanged", "ok", 200, True],
        ["Subscription.orderChanged", "ok", 200, True],
        [WATCH, "client_error", 1, True],
        [WATCH, "client_error", 1, True],
    ]


def test_sigterm_ends_what_goes_on_and_records_it(server: Server, tmp_path: Path) -> None:
    with Talks(server) as talks:
        begun = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - begun < DRAIN_SECONDS
        with pytest.raises(grpc.RpcError):
            list(talks.native)
        with pytest.raises(ConnectionClosed) as closed:
            list(talks.websocket)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == CloseCode.GOING_AWAY
    with duckdb.connect(str(tmp_path / "polymock.duckdb"), read_only=True) as journal:
        rows = journal.sql(
            "select operation, response_messages >= 2 from requests order by operation"
        ).fetchall()
    assert rows == [("Subscription.orderChanged", True)] * 2 + [(WATCH, True)] * 2


def test_killed_workers_are_replaced_for_every_wire(server: Server) -> None:
    for worker in server.workers:
        worker.kill()
    end = time.monotonic() + 20
    waiting = {"http", "graphql", "grpc"}
    while waiting:
        assert time.monotonic() < end, (waiting, server.output)
        try:
            if httpx.get(f"{server.url}/products/1").status_code == 200:
                waiting.discard("http")
            answer = httpx.post(f"{server.url}/graphql", json={"query": "{ __typename }"})
            if answer.json() == {"data": {"__typename": "Query"}}:
                waiting.discard("graphql")
            with ReflectingClient(server.listener("grpc")) as client:
                if client.call(GET, {"id": "7"})["id"] == "7":
                    waiting.discard("grpc")
        except (httpx.TransportError, grpc.RpcError):
            time.sleep(0.05)
