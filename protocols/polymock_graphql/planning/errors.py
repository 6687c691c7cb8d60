"""What a request gets that cannot be executed at all (GraphQL, section 7.1.2, "request error")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from polymock.errors import Invalid
from polymock_schemas.calls import Violation


class InvalidRequest(Invalid):
    """Variables cannot be coerced. `errors` are the standard's: `message`, `locations`."""

    def __init__(
        self, errors: Sequence[Mapping[str, Any]], violations: Sequence[Violation]
    ) -> None:
        super().__init__(str(errors[0]["message"]), violations)
        self.errors = tuple(errors)
