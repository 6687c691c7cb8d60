from __future__ import annotations

import asyncio

import pytest

from core.ticker import Recorded, TickerContract, mocks_of
from polymock.edge.responder import MockResponder
from polymock.interfaces import Match
from polymock.snapshot import Mock, Snapshot
from polymock_schemas.calls import Call


def call(path: str) -> Call:
    return Call("GET", path, b"", (), {})


def renamed(mock: Mock, index: int, name: str) -> Mock:
    return Mock(index=index, name=name, prefix=mock.prefix, engine=mock.engine)


class OtherContract(TickerContract):
    protocol = "other"


class BrokenContract(TickerContract):
    def match(self, call: Call) -> Match:
        raise ZeroDivisionError


def test_a_view_of_one_protocol_has_its_mocks_until_the_snapshot_is_another() -> None:
    snapshot = Snapshot(mocks_of(TickerContract(), OtherContract(), TickerContract()))
    responder = MockResponder(snapshot)
    view = responder.of_protocol("ticker")
    assert [mock.name for mock in view.mocks] == ["m0", "m2"]
    before = view.mocks
    assert view.mocks is before
    responder.snapshot = Snapshot(mocks_of(OtherContract()))
    assert view.mocks is not before
    assert list(view.mocks) == []


def test_a_listener_answers_records_and_streams() -> None:
    recorded = Recorded()
    view = MockResponder(Snapshot(mocks_of(TickerContract())), recorded).of_protocol("ticker")
    (mock,) = view.mocks
    refused = view.answer(mock, call("/nowhere"))
    view.record(mock, call("/nowhere"), refused, 0)
    counting = call("/count/2")
    flow = view.flow(mock, counting, view.answer(mock, counting), 0)

    async def chunks() -> list[bytes]:
        return [chunk async for chunk in flow]

    assert asyncio.run(chunks()) == [b"1 ", b"2 "]
    assert [reply.status for _, _, reply in recorded.exchanges] == [404, 200]


def test_a_contract_that_fails_is_a_fault_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    snapshot = Snapshot(mocks_of(BrokenContract()))
    reply = MockResponder(snapshot).answer(snapshot.mocks[0], call("/count/1"))
    assert (reply.status, reply.outcome) == (500, "fault")
    assert "mock 'm0' (ticker) failed at GET /count/1" in caplog.text


def test_an_exchange_that_ends_after_a_reload_is_recorded_for_the_namesake(
    caplog: pytest.LogCaptureFixture,
) -> None:
    recorded = Recorded()
    shop, users = mocks_of(TickerContract(), TickerContract())
    responder = MockResponder(Snapshot([shop, users]), recorded)
    reply = responder.answer(users, call("/nowhere"))
    responder.snapshot = Snapshot([renamed(users, 0, users.name)])
    responder.record(users, call("/nowhere"), reply, 0)
    assert [mock for mock, _, _ in recorded.exchanges] == [0]
    responder.record(shop, call("/nowhere"), reply, 0)
    assert len(recorded.exchanges) == 1
    assert "a call of 'm0' is not recorded" in caplog.text
