"""Flows, taken chunk by chunk without a wire."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from time import monotonic

import pytest
from msgspec.structs import replace

from core.ticker import FramedTickerContract, Recorded, TickerContract, mocks_of
from polymock.edge.flow import ExchangeFlow
from polymock.edge.responder import MockResponder
from polymock.errors import Cancelled, MockError
from polymock.interfaces import Answer, Match
from polymock.snapshot import Snapshot
from polymock_schemas.calls import Call, Ending, Headers, Reply, Violation


class Bench:
    """One mock, and what its responder records of at most ten bytes each way."""

    def __init__(self, contract: TickerContract | None = None) -> None:
        self.contract = contract or TickerContract()
        self.recorded = Recorded()
        self.snapshot = Snapshot(mocks_of(self.contract))
        self.responder = MockResponder(self.snapshot, self.recorded, kept_bytes=10)

    def flow(self, call: Call, *, begun: bool = False) -> ExchangeFlow:
        mock = self.snapshot.mocks[0]
        return self.responder.flow(mock, call, self.responder.answer(mock, call), 0, begun=begun)

    @property
    def exchange(self) -> tuple[Call, Reply]:
        ((_, call, reply),) = self.recorded.exchanges
        return call, reply


def call(path: str, query: bytes = b"") -> Call:
    fields = {b"authorization": b"ann"}
    return Call("GET", path, query, tuple(fields.items()), fields)


async def chunks(flow: ExchangeFlow) -> list[bytes]:
    return [chunk async for chunk in flow]


async def sent(*messages: bytes) -> AsyncIterator[bytes]:
    for message in messages:
        yield message


async def start(flow: ExchangeFlow) -> asyncio.Task[list[bytes]]:
    """Take chunks in a task, until the stream waits."""
    task = asyncio.create_task(chunks(flow))
    await asyncio.sleep(0.01)
    return task


def test_a_stream_is_given_chunk_by_chunk_and_recorded_at_its_end() -> None:
    bench = Bench()
    flow = bench.flow(call("/count/4"))
    assert asyncio.run(chunks(flow)) == [b"1 ", b"2 ", b"3 ", b"4 "]
    _, reply = bench.exchange
    assert (reply.body, reply.response_messages, reply.outcome) == (b"1 2 3 4 ", 4, "ok")
    assert (reply.source, reply.operation, reply.principal) == ("sample", "count", "ann")
    assert (reply.stable, reply.stream) == (False, None)
    assert bench.recorded.sizes == [(None, 8)]
    assert flow.ended
    assert flow.end is flow.reply


def test_only_the_first_bytes_are_kept_and_all_are_counted() -> None:
    bench = Bench()
    asyncio.run(chunks(bench.flow(call("/count/12"))))
    _, reply = bench.exchange
    assert (reply.body, reply.response_messages) == (b"1 2 3 4 5 ", 12)
    assert bench.recorded.sizes == [(None, 27)]


def test_what_a_client_streams_is_counted_as_it_is_taken() -> None:
    bench = Bench()
    streaming = replace(call("/count/x"), messages=sent(b"alpha", b"", b"gamma"))
    assert asyncio.run(chunks(bench.flow(streaming))) == [b"ALPHA", b"", b"GAMMA"]
    request, reply = bench.exchange
    assert (request.body, request.messages) == (b"alphagamma", None)
    assert (reply.request_messages, reply.response_messages) == (3, 3)
    assert bench.recorded.sizes == [(10, 10)]


def test_a_refused_call_that_streams_is_recorded_with_what_was_taken_of_it() -> None:
    bench = Bench()
    streaming = replace(call("/nowhere"), messages=sent(b"alpha"))
    mock = bench.snapshot.mocks[0]
    bench.responder.record(mock, streaming, bench.responder.answer(mock, streaming), 0)
    request, reply = bench.exchange
    assert (request.messages, reply.status, reply.request_messages) == (None, 404, 0)


def test_messages_that_do_not_show_where_they_end_are_framed_in_what_is_kept() -> None:
    bench = Bench(FramedTickerContract())
    streaming = replace(call("/count/x"), messages=sent(b"a", b"", b"c"))
    assert asyncio.run(chunks(bench.flow(streaming))) == [b"A", b"", b"C"]
    request, reply = bench.exchange
    assert (request.body, reply.body) == (b"[a][][c]", b"[A][][C]")


def test_a_reply_that_is_no_stream_gives_its_body() -> None:
    bench = Bench()
    flow = bench.flow(call("/nowhere"))
    assert asyncio.run(chunks(flow)) == [b"NoOperation"]
    assert bench.exchange[1] is flow.end is flow.reply
    assert bench.recorded.sizes == [(None, None)]


@pytest.mark.parametrize(("begun", "status"), [(True, 200), (False, 422)])
def test_a_refusal_on_the_way_ends_the_stream_with_its_body(begun: bool, status: int) -> None:
    bench = Bench()
    flow = bench.flow(call("/count/2", b"refuse"), begun=begun)
    assert asyncio.run(chunks(flow)) == [b"1 ", b"2 ", b"Invalid"]
    _, reply = bench.exchange
    assert (flow.end.status, flow.end.body) == (status, b"Invalid")
    assert flow.end.trailers == ((b"why", b"Too far."),)
    assert (reply.status, reply.outcome, reply.source) == (status, "client_error", "refusal")
    assert (reply.operation, reply.principal) == ("count", "ann")
    assert reply.violations == (Violation("path", "is too far"),)
    assert (reply.body, reply.response_messages) == (b"1 2 Invali", 2)
    assert bench.recorded.sizes == [(None, 11)]


def test_a_stream_that_fails_ends_as_a_fault_and_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench()
    flow = bench.flow(call("/count/2", b"fail"))
    assert asyncio.run(chunks(flow)) == [b"1 ", b"2 "]
    assert (flow.end.status, flow.end.outcome) == (500, "fault")
    assert bench.exchange[1].outcome == "fault"
    assert "mock 'm0' (ticker) failed in the stream of count" in caplog.text


def test_a_stream_that_fails_has_no_code_of_success() -> None:
    class Coded(TickerContract):
        def write(self, reading: Call, answer: Answer) -> Reply:
            return replace(super().write(reading, answer), code=0)

    bench = Bench(Coded())
    asyncio.run(chunks(bench.flow(call("/count/2", b"fail"))))
    assert (bench.exchange[1].code, bench.exchange[1].outcome) == (500, "fault")


def test_a_contract_that_fails_to_frame_a_message_ends_the_stream() -> None:
    class Broken(TickerContract):
        def frame(self, headers: Headers, message: bytes) -> bytes:
            raise ZeroDivisionError

    bench = Bench(Broken())
    assert asyncio.run(chunks(bench.flow(call("/count/3")))) == []
    assert bench.exchange[1].outcome == "fault"


def test_a_client_that_goes_between_two_chunks_closes_the_stream() -> None:
    bench = Bench()

    async def take_one() -> None:
        flow = bench.flow(call("/count/9"))
        assert await anext(flow) == b"1 "
        await flow.aclose()
        await flow.aclose()
        assert await chunks(flow) == []

    asyncio.run(take_one())
    _, reply = bench.exchange
    assert (reply.outcome, reply.source, reply.body) == ("ok", "sample", b"1 ")
    assert bench.contract.is_closed


def test_a_protocol_that_has_codes_says_what_a_cancelled_call_is() -> None:
    class Coded(TickerContract):
        def write(self, reading: Call, answer: Answer) -> Reply:
            return replace(super().write(reading, answer), code=0)

        def refuse(self, call: Call, error: MockError, match: Match | None) -> Reply:
            code = 1 if isinstance(error, Cancelled) else 2
            return replace(super().refuse(call, error, match), code=code)

    bench = Bench(Coded())

    async def leave() -> None:
        flow = bench.flow(call("/count/9"))
        await anext(flow)
        await flow.aclose()

    asyncio.run(leave())
    assert (bench.exchange[1].code, bench.exchange[1].outcome) == (1, "client_error")
    assert (bench.exchange[1].status, bench.exchange[1].source) == (200, "sample")


def test_what_only_ends_a_stream_on_the_wire_is_no_message() -> None:
    class Ended(TickerContract):
        async def _count(self, call: Call) -> AsyncIterator[bytes]:
            yield b"one"
            yield Ending(b"end")

    bench = Bench(Ended())
    assert asyncio.run(chunks(bench.flow(call("/count/1")))) == [b"one", b"end"]
    assert (bench.exchange[1].body, bench.exchange[1].response_messages) == (b"oneend", 1)


def test_a_task_that_is_cancelled_while_it_waits_closes_the_stream() -> None:
    bench = Bench()

    async def cancel() -> None:
        task = await start(bench.flow(call("/count/2", b"endless")))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(cancel())
    assert bench.exchange[1].outcome == "ok"
    assert bench.contract.is_closed


def test_a_flow_ended_by_another_task_gives_no_more_and_is_closed_by_who_waits() -> None:
    bench = Bench()

    async def end() -> list[bytes]:
        flow = bench.flow(call("/count/3", b"slow"))
        task = await start(flow)
        await flow.aclose()
        return await task

    assert asyncio.run(end()) == [b"1 "]
    assert bench.exchange[1].response_messages == 1
    assert bench.contract.is_closed


def test_a_flow_that_the_server_stops_is_recorded_as_it_is() -> None:
    bench = Bench()

    async def stop() -> None:
        flow = bench.flow(call("/count/2", b"endless"))
        task = await start(flow)
        flow.stop()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(stop())
    assert (bench.exchange[1].outcome, bench.contract.is_closed) == ("ok", True)


@pytest.mark.parametrize(("path", "seconds"), [("/count/2", 0.02), ("/count/2", -1.0)])
def test_a_deadline_that_passes_ends_the_stream(path: str, seconds: float) -> None:
    bench = Bench()
    waiting = replace(call(path, b"endless"), deadline=monotonic() + seconds)
    given = asyncio.run(asyncio.wait_for(chunks(bench.flow(waiting)), 5))
    assert given[-1] == b"DeadlineExceeded"
    assert bench.exchange[1].source == "refusal"
    assert bench.contract.is_closed is (seconds > 0)


def test_a_deadline_that_is_far_changes_nothing() -> None:
    bench = Bench()
    timed = replace(call("/count/2"), deadline=monotonic() + 60)
    assert asyncio.run(chunks(bench.flow(timed))) == [b"1 ", b"2 "]


def test_flows_leave_no_cycles_behind() -> None:
    def flows() -> int:
        return sum(isinstance(each, ExchangeFlow) for each in gc.get_objects())

    async def run_many() -> int:
        bench = Bench()
        gc.collect()
        gc.disable()
        before = flows()
        try:
            for _ in range(20):
                streaming = replace(call("/count/x"), messages=sent(b"a", b"b"))
                await chunks(bench.flow(streaming))
                await chunks(bench.flow(call("/count/3", b"refuse")))
            return flows() - before
        finally:
            gc.enable()

    assert asyncio.run(run_many()) == 0
