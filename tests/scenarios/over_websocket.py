"""Steps over a WebSocket (RFC 6455): a dialogue, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import UNSET
from websockets import exceptions
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from scenarios.answers import Answer, fields_of, json_of
from scenarios.form import Line, Step
from scenarios.judge import differences
from scenarios.over_http import headers_of

SECONDS = 5.0
OFFER = "sec-websocket-protocol"


def talk(url: str, step: Step) -> tuple[Answer, list[str]]:
    """Have a step's dialogue: the answer to the handshake, and how the dialogue went another way.

    The value of the answer is all that was heard.
    """
    _, _, target = step.call.partition(" ")
    headers = headers_of(step)
    offered = [Subprotocol(value) for name, value in headers if name.lower() == OFFER]
    others = [(name, value) for name, value in headers if name.lower() != OFFER]
    try:
        with connect(
            url.replace("http", "ws", 1) + target,
            subprotocols=offered or None,
            additional_headers=others,
            proxy=None,
        ) as socket:
            heard: list[Any] = []
            complaints = list(_dialogue(socket, step.dialogue, heard))
            assert socket.response is not None
            return _answer(socket.response, heard), complaints
    except exceptions.InvalidStatus as refusal:
        return _answer(refusal.response, json_of(refusal.response.body or b"")), []


def _dialogue(socket: ClientConnection, lines: tuple[Line, ...], heard: list[Any]) -> Iterator[str]:
    """Take the lines in turn, until one goes another way."""
    for number, line in enumerate(lines):
        place = f"dialogue/{number}"
        try:
            if line.send is not UNSET:
                socket.send(line.send if isinstance(line.send, str) else _text(line.send))
                continue
            message = socket.recv(timeout=SECONDS)
        except TimeoutError:
            yield f"{place}: nothing came for {SECONDS:.0f} seconds"
            return
        except exceptions.ConnectionClosed:
            if line.closed is UNSET or line.closed != socket.close_code:
                yield f"{place}: closed with {socket.close_code} {socket.close_reason!r}"
                return
            continue
        value = json_of(message)
        heard.append(message if value is UNSET else value)
        if line.closed is not UNSET:
            yield f"{place}: not closed, but there came {message!r}"
            return
        wrong = list(differences(place, line.receive, heard[-1], whole=False))
        if wrong:
            yield from wrong
            return


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _answer(response: Any, value: Any) -> Answer:
    headers = fields_of(list(response.headers.raw_items()))
    body = b"" if value is UNSET else msgspec.json.encode(value)
    return Answer(response.status_code, headers, body, value)
