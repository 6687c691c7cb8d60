"""Exchanges in a list, in the place of a journal."""

from __future__ import annotations

from collections.abc import Iterable

from polymock.journal.redaction import Redactor
from polymock.journal.rows import Formatter, exchange_of
from polymock.journal.transcription import transcribers
from polymock.snapshot import Snapshot
from polymock_schemas.calls import Call, Exchange, Reply


class ListRecorder:
    """Keeps the exchanges of a snapshot's mocks as objects in a list.

    `redact` and `body_limit` (in bytes) are the journal's settings.
    """

    def __init__(self, snapshot: Snapshot, redact: Iterable[str], body_limit: int) -> None:
        self.exchanges: list[Exchange] = []
        self._mocks = snapshot.mocks
        self._body_limit = body_limit
        secrets = [name for mock in snapshot.mocks for name in mock.engine.secrets]
        self._formatter = Formatter(Redactor(tuple(redact)).hiding(secrets))
        self._transcribers = transcribers((mock.name, mock.contract) for mock in snapshot.mocks)

    def record(
        self,
        mock: int,
        call: Call,
        reply: Reply,
        ts_us: int,
        latency_us: int,
        request_bytes: int | None = None,
        response_bytes: int | None = None,
    ) -> None:
        """Take one exchange."""
        self.exchanges.append(
            exchange_of(
                self._mocks[mock].name,
                self._mocks[mock].contract.protocol,
                call,
                reply,
                ts_us,
                latency_us,
                self._body_limit,
                self._formatter,
                request_bytes=request_bytes,
                response_bytes=response_bytes,
                transcriber=self._transcribers[mock],
            )
        )
