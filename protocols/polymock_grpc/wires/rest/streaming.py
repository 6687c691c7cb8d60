"""How the answers of a stream stand in a body.

A JSON array, as Google's APIs and Envoy write it; to who asks for it in `accept`, a JSON text a
line (application/x-ndjson) or server-sent events (text/event-stream).
"""

from __future__ import annotations

from typing import NamedTuple


class StreamForm(NamedTuple):
    """What stands around the messages."""

    content_type: bytes
    before_first: bytes = b""
    before_next: bytes = b""
    after: bytes = b""
    end: bytes = b""
    before_error: bytes = b""
    """Stands before an error beside what stands before a message."""

    def message(self, data: bytes, sent: int) -> bytes:
        """One message, behind so many others."""
        return (self.before_next if sent else self.before_first) + data + self.after

    def ending(self, sent: int) -> bytes:
        """What follows the last of so many."""
        return self.end if sent or not self.end else self.before_first + self.end

    def error(self, data: bytes, sent: int) -> bytes:
        """An error in the place of the next message, and the end."""
        return self.before_error + self.message(data, sent) + self.end


ALONE = StreamForm(b"application/json")
"""Of the one answer to a client's stream."""
ARRAY = StreamForm(b"application/json", before_first=b"[", before_next=b",", end=b"]")
LINES = StreamForm(b"application/x-ndjson", after=b"\n")
EVENTS = StreamForm(
    b"text/event-stream",
    before_next=b"data: ",
    before_first=b"data: ",
    after=b"\n\n",
    before_error=b"event: error\n",
)


def stream_form(accept: bytes) -> StreamForm:
    """The form that an `accept` header asks for."""
    if b"application/x-ndjson" in accept:
        return LINES
    if b"text/event-stream" in accept:
        return EVENTS
    return ARRAY
