"""What commands over the journal are asked with: the part that they have in common."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Text = Annotated[str, Meta(max_length=1000)]

SINCE = "Calls from then on: an instant (RFC 3339), or a time back from now such as 15m"
UNTIL = "Calls before then: an instant (RFC 3339), or a time back from now such as 15m"


class Selection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which exchanges a question is about. None is no condition, "" those without one.

    `operation` is as in `requests.operation`, or one of several that a call asks for at once.
    """

    mock: Annotated[Text | None, Meta(description="Calls of this mock")] = None
    operation: Annotated[
        Text | None, Meta(description="Calls of this operation, such as 'GET /pets/{petId}'")
    ] = None
    principal: Annotated[
        Text | None, Meta(description="Calls of this principal; '' for those of none")
    ] = None
    session: Annotated[
        Text | None, Meta(description="Calls of this session; '' for the shared world")
    ] = None
    since: Annotated[Annotated[str, Meta(max_length=40)] | None, Meta(description=SINCE)] = None
    until: Annotated[Annotated[str, Meta(max_length=40)] | None, Meta(description=UNTIL)] = None
