"""WebSockets, the edge driven as an ASGI application without a server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from core.ticker import Recorded, TickerContract, mocks_of
from polymock.edge.http import HttpEdge
from polymock.edge.responder import MockResponder
from polymock.edge.websocket import choose_subprotocol
from polymock.errors import NotAcceptable
from polymock.snapshot import Snapshot
from polymock.wires import Flow, Socket
from polymock_schemas.calls import Call


class Mute:
    """A ticker that does not talk over WebSockets."""

    def __init__(self) -> None:
        self._contract = TickerContract()

    def __getattr__(self, name: str) -> Any:
        if name in ("converse", "subprotocols"):
            raise AttributeError(name)
        return getattr(self._contract, name)


class Client:
    """One handshake, and what the client says after it; then it waits, or leaves."""

    def __init__(
        self,
        says: Sequence[str | bytes] = (),
        *,
        path: str = "/ws",
        offers: Sequence[str] = (),
        contracts: Sequence[Any] | None = None,
        denial: bool = True,
        leaves: bool = False,
    ) -> None:
        self.contracts = contracts or [TickerContract()]
        self.recorded = Recorded()
        self.responder = MockResponder(
            Snapshot(mocks_of(*self.contracts, prefix="/t")), self.recorded
        )
        self.edge = HttpEdge(self.responder, max_body=20, cors=True)
        self.sent: list[dict[str, Any]] = []
        self._leaves = leaves
        self._says = [{"type": "websocket.connect"}, *(_event(message) for message in says)]
        self._scope = {
            "type": "websocket",
            "http_version": "1.1",
            "raw_path": b"/t" + path.encode(),
            "query_string": b"",
            "headers": [(b"host", b"here"), (b"authorization", b"ann")],
            "subprotocols": list(offers),
            "extensions": {"websocket.http.response": {}} if denial else {},
            "client": ("127.0.0.1", "5"),
            "scheme": "ws",
        }

    def run(self, later: Callable[[], None] | None = None) -> list[dict[str, Any]]:
        """What the edge sent, without the types' common beginning."""

        async def run() -> None:
            if later is not None:
                asyncio.get_running_loop().call_later(0.02, later)
            await self.serve()

        asyncio.run(run())
        return self.sent

    async def serve(self) -> None:
        async with asyncio.timeout(5):
            await self.edge(self._scope, self._receive, self._send)

    @property
    def outcomes(self) -> list[tuple[str, int, str]]:
        return [(c.path, r.status, r.outcome) for _, c, r in self.recorded.exchanges]

    async def _receive(self) -> dict[str, Any]:
        if self._says:
            return self._says.pop(0)
        if not self._leaves:
            await asyncio.sleep(100)
        return {"type": "websocket.disconnect", "code": 1005}

    async def _send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)


def _event(message: str | bytes) -> dict[str, Any]:
    kind = "text" if isinstance(message, str) else "bytes"
    return {"type": "websocket.receive", kind: message}


def texts(sent: Sequence[dict[str, Any]]) -> list[str | bytes]:
    return [m.get("text") or m.get("bytes") for m in sent if m["type"] == "websocket.send"]


def test_each_operation_over_a_socket_is_an_exchange_of_its_own() -> None:
    client = Client(["/count/2", "/nowhere", "bye"], offers=["tick-1", "tick-2"])
    sent = client.run()
    assert sent[0] == {"type": "websocket.accept", "subprotocol": "tick-2"}
    assert texts(sent) == ["/t|/ws|tick-2", b"1 ", b"2 ", "done", b"NoOperation", "done"]
    assert sent[-1] == {"type": "websocket.close", "code": 1000, "reason": ""}
    assert client.outcomes == [("/count/2", 200, "ok"), ("/nowhere", 404, "client_error")]
    assert client.recorded.exchanges[0][2].principal == "ann"
    assert client.recorded.exchanges[0][1].origin == "http://here"


def test_a_client_that_offers_no_subprotocol_gets_none() -> None:
    sent = Client(["bye"]).run()
    assert sent[0] == {"type": "websocket.accept", "subprotocol": None}
    assert texts(sent) == ["/t|/ws|"]


def test_a_client_that_offers_others_alone_is_refused_and_recorded() -> None:
    client = Client(offers=["chat"])
    start, body = client.run()
    assert (start["type"], start["status"]) == ("websocket.http.response.start", 400)
    assert body == {"type": "websocket.http.response.body", "body": b"NotAcceptable"}
    assert client.outcomes == [("/ws", 400, "client_error")]


def test_without_the_extension_a_refusal_closes_the_handshake() -> None:
    client = Client(offers=["chat"], denial=False)
    assert client.run() == [{"type": "websocket.close", "code": 1008}]
    assert len(client.outcomes) == 1


def test_a_mock_that_does_not_talk_answers_as_it_does_any_other_request() -> None:
    client = Client(path="/nowhere", contracts=[Mute()])
    start, body = client.run()
    assert (start["status"], body["body"]) == (404, b"NoOperation")
    assert client.outcomes == [("/nowhere", 404, "client_error")]


def test_an_address_of_no_mock_is_refused() -> None:
    client = Client()
    client.responder.snapshot = Snapshot(mocks_of(TickerContract(), prefix="/elsewhere"))
    assert client.run()[0]["status"] == 404


def test_the_mock_that_talks_is_found_among_those_that_share_a_prefix() -> None:
    assert texts(Client(["bye"], contracts=[Mute(), TickerContract()]).run()) == ["/t|/ws|"]


def test_a_contract_that_fails_closes_the_socket_and_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    sent = Client(["crash"]).run()
    assert (sent[-1]["type"], sent[-1]["code"]) == ("websocket.close", 1011)
    assert "mock 'm0' failed in its conversation at /ws" in caplog.text


@pytest.mark.parametrize("message", ["x" * 21, b"x" * 21, "\u20ac" * 7])
def test_a_message_above_the_limit_closes_the_socket(message: str | bytes) -> None:
    sent = Client([message]).run()
    assert (sent[-1]["type"], sent[-1]["code"]) == ("websocket.close", 1009)
    assert len(texts(sent)) == 1


def test_a_message_at_the_limit_is_taken() -> None:
    assert Client(["/nowhere".ljust(20, "x"), "bye"]).run()[-1]["code"] == 1000


def test_a_client_that_goes_is_sent_nothing_more() -> None:
    sent = Client(["/count/1"], leaves=True).run()
    assert [m["type"] for m in sent] == ["websocket.accept"] + ["websocket.send"] * 3


def test_a_server_that_ends_closes_its_sockets() -> None:
    client = Client()
    assert client.run(later=client.edge.give_up)[-1]["code"] == 1001


def test_hanging_up_waits_until_the_sockets_are_closed() -> None:
    client = Client()

    async def hang_up() -> None:
        serving = asyncio.create_task(client.serve())
        await asyncio.sleep(0.05)
        await client.edge.hang_up(5)
        assert client.sent[-1]["code"] == 1001
        await serving

    asyncio.run(hang_up())


def test_what_a_contract_leaves_open_is_ended_with_the_socket() -> None:
    class Forgetful(TickerContract):
        async def converse(
            self, call: Call, subprotocol: str, socket: Socket, answer: Callable[[Call], Flow]
        ) -> None:
            flow = answer(Call("SAY", "/count/3", b"", (), {}))
            assert await anext(flow) == b"1 "

    client = Client(contracts=[Forgetful()])
    client.run()
    assert client.outcomes == [("/count/3", 200, "ok")]


@pytest.mark.parametrize(
    ("offered", "known", "chosen"),
    [([], ["a"], ""), (["b", "a"], ["a", "b"], "a"), (["x", "b"], ["a", "b"], "b"), ([], [], "")],
)
def test_the_contract_prefers_among_what_is_offered(
    offered: list[str], known: list[str], chosen: str
) -> None:
    assert choose_subprotocol(offered, known) == chosen


def test_no_common_subprotocol() -> None:
    with pytest.raises(NotAcceptable, match="chat"):
        choose_subprotocol(["chat"], ["a"])


def test_a_snapshot_knows_whether_any_mock_talks() -> None:
    def snapshot(contract: Any) -> Snapshot:
        return Snapshot(mocks_of(contract))

    assert snapshot(TickerContract()).converses
    assert not snapshot(Mute()).converses
