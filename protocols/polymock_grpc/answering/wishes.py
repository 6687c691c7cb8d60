"""What a caller asks of the answer itself, by metadata `prefer` (RFC 7240): `code=NOT_FOUND`."""

from __future__ import annotations

import re
from functools import lru_cache

from polymock.errors import Invalid, MockError
from polymock_grpc.wires.codes import code_of
from polymock_schemas.calls import Call, Violation

_CODE = re.compile(rb'(?:^|[,;\s])(?:x-)?code\s*=\s*"?([A-Za-z_]{2,30}|[0-9]{1,3})"?')
_CODES = range(1, 17)
_BY_NAME = {code_of(number).name: number for number in _CODES}


class AskedStatus(MockError):
    """The caller asked for an error: `code` is the gRPC code."""

    def __init__(self, code: int) -> None:
        super().__init__(f"{code_of(code).name}, as `prefer` asks for.")
        self.code = code


def asked_status(call: Call) -> AskedStatus | None:
    """The error that a call asks for; None where it asks for none, or for OK. Raises Invalid."""
    wish = call.fields.get(b"prefer")
    if wish is None:
        return None
    code = _code(wish)
    return None if code is None or code == 0 else AskedStatus(code)


@lru_cache(maxsize=256)
def _code(wish: bytes) -> int | None:
    found = _CODE.search(wish[:1000])
    if found is None:
        return None
    text = found[1].decode().upper()
    if text in ("OK", "0"):
        return 0
    code = int(text) if text.isdecimal() else _BY_NAME.get(text, -1)
    if code not in _CODES:
        names = ", ".join(_BY_NAME)
        raise Invalid(
            f"`prefer` asks for the code {text}, which gRPC has not. It has {names}.",
            [Violation("header.prefer", f"{text} is no gRPC status code")],
        )
    return code
