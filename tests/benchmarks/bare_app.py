"""The measure of all: an ASGI app that reads the body and sends bytes that it was given.

The environment variable BARE_REPLIES names a JSON file of {"METHOD /path": [status, {header:
value}, body]}.
"""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

Message = dict[str, Any]

_REPLIES = {
    key: (
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        },
        {"type": "http.response.body", "body": body.encode()},
    )
    for key, (status, headers, body) in json.loads(
        Path(os.environ["BARE_REPLIES"]).read_text(encoding="utf-8")
    ).items()
}


async def app(
    scope: Message,
    receive: Callable[[], Awaitable[Message]],
    send: Callable[[Message], Awaitable[None]],
) -> None:
    """Answer one request."""
    if scope["type"] != "http":
        return
    if scope["method"] != "GET":
        while (await receive()).get("more_body"):
            continue
    start, body = _REPLIES[f"{scope['method']} {scope['path']}"]
    await send(start)
    await send(body)
