"""What the config says of a webhook."""

from __future__ import annotations

import re
from typing import Annotated

import msgspec
from msgspec import Meta

from polymock.config.settings import Problem, refusal
from polymock.config.units import parse_duration
from polymock.errors import ConfigError
from polymock_observers.posting import why_no_url
from polymock_observers.settings import ALL_EVENTS, EventNames, unknown_events
from polymock_observers.webhook.signature import key_of
from polymock_schemas.config import Duration

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
OURS = frozenset(
    {"host", "content-length", "content-type", "transfer-encoding", "connection"}
    | {"accept-encoding", "webhook-id", "webhook-timestamp", "webhook-signature"}
)
"""Header fields that a config cannot set."""


class Settings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Where events go, and how.

    `secret` signs (`whsec_` and base64, or any text). `timeout` is for each attempt; `attempts` are
    made with waits from `backoff` to `max_backoff`. `concurrency` messages are sent at a time, and
    `rate` in a second where there are many (those of ten seconds may go at once), of up to `batch`
    events each: then a message is a list. `bodies` tells whether the bodies of calls and replies go
    with them. `dead_letters` are kept at most.
    """

    url: Annotated[str, Meta(min_length=1, max_length=2000)]
    events: EventNames = ALL_EVENTS
    secret: Annotated[str, Meta(min_length=8, max_length=500)] | None = None
    headers: dict[str, str] = {}
    allow_private: bool = False
    timeout: Duration = "10s"
    attempts: Annotated[int, Meta(ge=1, le=20)] = 5
    backoff: Duration = "1s"
    max_backoff: Duration = "60s"
    concurrency: Annotated[int, Meta(ge=1, le=64)] = 4
    rate: Annotated[int, Meta(ge=1, le=100_000)] = 50
    batch: Annotated[int, Meta(ge=1, le=100)] = 1
    bodies: bool = True
    dead_letters: Annotated[int, Meta(ge=0, le=100_000)] = 10_000


def check(settings: Settings) -> None:
    """See what the types cannot tell. Raises ConfigError that lists every problem, but no value."""
    problems = unknown_events(settings.events)
    wrong = why_no_url(settings.url)
    if wrong:
        problems.append(Problem("url", wrong, "Write it like http://127.0.0.1:9000/hook"))
    for name, value in settings.headers.items():
        where = f"headers.{name[:100]}"
        if not _TOKEN.fullmatch(name):
            problems.append(Problem(where, "this is no name of a header"))
        elif name.lower() in OURS:
            problems.append(Problem(where, "the webhook sets this header itself"))
        if not value.isascii() or not value.isprintable() or len(value) > 8000:
            problems.append(Problem(where, "its value is no text that a header can have"))
    if settings.secret is not None:
        try:
            key_of(settings.secret)
        except ValueError as error:
            problems.append(Problem("secret", str(error)))
    for name, duration in (("timeout", settings.timeout), ("backoff", settings.backoff)):
        try:
            seconds = parse_duration(duration)
        except ConfigError:
            seconds = 0
        if not 0.001 <= seconds <= 3600:
            problems.append(Problem(name, "it may be 1ms to 1h"))
    if problems:
        raise refusal("observer plugin 'webhook'", problems)
