"""A protocol of the tests' own: a wire of lines on a port of its own, and WebSockets beside it.

A document is the word `lines` and the name of its only operation.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from core.ticker import LineListener, TickerContract
from polymock.interfaces import NoSettings, Plugin, Spec
from polymock.wires import Listener, ListenerSettings, Responder
from polymock_schemas.calls import Headers


class LinesContract(TickerContract):
    """Its messages are numbers, which the journal shows as a list."""

    protocol = "lines"

    def __init__(self, word: str, file: str) -> None:
        super().__init__(word)
        self.files = (file,)

    def transcribe(self, operation: str, headers: Headers, body: bytes, *, is_reply: bool) -> bytes:
        if b"2" not in body:
            raise ZeroDivisionError("a body without 2")
        return json.dumps(body.decode().split()).encode()


class LinesReader:
    """Implements `ContractReader` and `Listening`."""

    prefix = "/"
    shares_prefix = True

    def recognises(self, name: str, head: bytes) -> bool:
        return head.startswith(b"lines")

    def compile(self, spec: Spec) -> LinesContract:
        return LinesContract(Path(spec.location).read_text().split()[1], spec.location)

    def open_listener(self, settings: ListenerSettings, responder: Responder) -> Listener:
        return LineListener(settings, responder)


def build(_settings: NoSettings) -> Any:
    return LinesReader()


plugin = Plugin(config=NoSettings, build=build)
