"""Who asks: whom a token names, with its role (RFC 6750), or `local` where none is needed."""

from __future__ import annotations

import hmac
import logging
import re

from polymock.access.doors import needs_token
from polymock.access.tokens import TokenFile
from polymock.commands.dispatching import Caller
from polymock.edge.admin.screening import Asked, Refused
from polymock.errors import ConfigError
from polymock_schemas.config import ServerConfig

LOCAL = Caller("local", "admin")
MAX_TOKEN = 1024
_BEARER = re.compile(r"bearer +([A-Za-z0-9._~+/-]+=*) *", re.IGNORECASE)
_HINT = "Send `Authorization: Bearer TOKEN`; `polymock tokens create NAME --role ROLE` makes one."

log = logging.getLogger("polymock.admin")


class Callers:
    """Tells who asks. Whoever shows the `key` of this run is `local`, too; "" is none."""

    def __init__(self, server: ServerConfig, tokens: TokenFile, key: str = "") -> None:
        self._needs_token = needs_token(server)
        self._tokens = tokens
        self._key = key
        self._complained = ""

    def identify(self, asked: Asked) -> Caller | Refused:
        """Who asks, or why nobody who may. A token counts where none is needed, too."""
        sent = asked.all(b"authorization")
        if not sent:
            if self._needs_token:
                return _unknown("A token is needed.", "")
            return LOCAL
        found = _BEARER.fullmatch(sent[0]) if len(sent) == 1 and len(sent[0]) <= MAX_TOKEN else None
        if found is None:
            return _unknown("`Authorization` is no `Bearer TOKEN`.", "invalid_request", 400)
        if self._key and hmac.compare_digest(found[1], self._key):
            return LOCAL
        try:
            token = self._tokens.find(found[1])
        except ConfigError as error:
            self._complain(error)
            token = None
        if token is None:
            return _unknown("The token is not known, or its time has passed.", "invalid_token")
        return Caller(token.name, token.role)

    def _complain(self, error: ConfigError) -> None:
        """Say once that nobody is let in, until it is something else."""
        if error.message != self._complained:
            self._complained = error.message
            log.error("nobody is let in by a token: %s %s", error.message, error.hint)


def _unknown(detail: str, error: str, status: int = 401) -> Refused:
    challenge = 'Bearer realm="polymock"' + (f', error="{error}"' if error else "")
    return Refused(
        status,
        "Who asks is not known" if status == 401 else "The request was refused",
        detail,
        _HINT,
        ((b"www-authenticate", challenge.encode()),),
    )
