"""The engine: a call goes in, a reply comes out, in one straight line."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from msgspec.structs import replace

from polymock.errors import MockError, NoOperation, Unauthenticated
from polymock.interfaces import Contract, Match, Strategy
from polymock.replies import RememberedReplies
from polymock_schemas.calls import Call, Reply


class Engine:
    """Answers the calls of one mock.

    `strategies` are the auth strategies that the config names for it; with None the contract
    itself checks the form of the credentials that it asks for.
    """

    def __init__(self, contract: Contract, strategies: Sequence[Strategy] | None = None) -> None:
        self.contract = contract
        self._strategies = strategies
        self._auth_headers = tuple(name for s in strategies or () for name in s.reads)
        self.secrets = (*contract.secrets, *(name for s in strategies or () for name in s.secrets))
        """Names of header fields and query parameters that the journal must hide."""
        self._remembered = RememberedReplies()

    def handle(self, call: Call) -> Reply:
        """Answer a call; remembered where nothing that the answer depends on has changed.

        Needs no I/O, so it is a plain function. Never raises MockError: refusals are replies.
        """
        reply = self._remembered.find(call)
        if reply is None:
            reply, match = self._answer(call)
            if reply.stable:
                if match is not None and match.operation.cacheable and reply.stream is None:
                    reads = (*match.operation.reads, *self._auth_headers)
                    self._remembered.keep(call, reads, reply)
                # What is not seen again is no burden to the journal, which numbers stable replies.
                reply = replace(reply, stable=False)
        return reply

    def remembers(self, call: Call) -> bool:
        """Whether this very call was answered before, and always gets the same answer."""
        return self._remembered.find(call) is not None

    def refuse(self, call: Call, error: MockError) -> Reply:
        """The contract's reply to a call that an edge could not even read whole."""
        match = None
        if not isinstance(error, NoOperation):
            with suppress(MockError):
                match = self.contract.match(call)
        return self._refusal(call, error, match)

    def _answer(self, call: Call) -> tuple[Reply, Match | None]:
        contract, match = self.contract, None
        try:
            match = contract.match(call)
            principal = self._identify(match, call)
            reading = contract.read(match, call)
            answer = contract.example(reading) or contract.sample(reading)
            reply = contract.write(reading, answer)
        except MockError as error:
            return self._refusal(call, error, match), match
        return (replace(reply, principal=principal) if principal else reply), match

    def _identify(self, match: Match, call: Call) -> str:
        if self._strategies is None:
            return self.contract.identify(match, call)
        if match.operation.guarded is False:
            return ""
        for strategy in self._strategies:
            principal = strategy.identify(call)
            if principal is not None:
                return principal
        raise Unauthenticated(
            "This operation needs credentials, and the call has none.",
            [strategy.challenge for strategy in self._strategies],
        )

    def _refusal(self, call: Call, error: MockError, match: Match | None) -> Reply:
        reply = self.contract.refuse(call, error, match)
        return replace(
            reply,
            operation=match.operation.name if match else "",
            violations=error.violations,
        )
