"""The engine: a call goes in, a reply comes out, in one straight line."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from contextlib import suppress
from typing import Any

from msgspec.structs import replace

from polymock.errors import MockError, NoOperation, Unauthenticated
from polymock.interfaces import Answer, Contract, Match, Strategy, Worldly
from polymock.replies import RememberedReplies
from polymock.world.model import Domain
from polymock.world.sessions import HEADER
from polymock.world.world import World
from polymock_schemas.calls import Call, Reply


class Engine:
    """Answers the calls of one mock.

    `strategies` are the auth strategies that the config names for it; with None the contract
    itself checks the form of the credentials that it asks for. `world` is what all mocks share,
    and `domain` this one's part of it.
    """

    def __init__(
        self,
        contract: Contract,
        strategies: Sequence[Strategy] | None = None,
        world: World | None = None,
        domain: Domain | None = None,
    ) -> None:
        self.contract = contract
        self._strategies = strategies
        self._world = world
        self._domain = domain
        self._worldly = contract if domain is not None and isinstance(contract, Worldly) else None
        self._auth_headers = tuple(name for s in strategies or () for name in s.reads)
        self.secrets = (*contract.secrets, *(name for s in strategies or () for name in s.secrets))
        """Names of header fields and query parameters that the journal must hide."""
        self._remembered = RememberedReplies()

    def handle(self, call: Call) -> Reply:
        """Answer a call; remembered where nothing that the answer depends on has changed.

        Needs no I/O, so it is a plain function. Never raises MockError: refusals are replies.
        """
        kept = self._remembered.find(call)
        if kept is not None and kept.stamp is None:
            return kept.reply
        stamp: Hashable = None
        if self._world is not None:
            try:
                stamp = self._world.stamp(_session(call))
            except MockError as error:
                return self.refuse(call, error)
            if kept is not None and kept.stamp == stamp:
                return kept.reply
        reply, match = self._answer(call)
        if reply.stable:
            if match is not None and match.operation.cacheable and reply.stream is None:
                reads = (*match.operation.reads, *self._auth_headers, HEADER)
                needs_world = self._worldly is not None and self._touches_world(match)
                self._remembered.keep(call, reads, reply, stamp if needs_world else None)
            # What is not seen again is no burden to the journal, which numbers stable replies.
            reply = replace(reply, stable=False)
        return reply

    def remembers(self, call: Call) -> bool:
        """Whether this very call was answered before, by what an answer could be remembered of."""
        return self._remembered.find(call) is not None

    def refuse(self, call: Call, error: MockError) -> Reply:
        """The contract's reply to a call that an edge could not even read whole."""
        match = None
        if not isinstance(error, NoOperation):
            with suppress(MockError):
                match = self.contract.match(call)
        return self._refusal(call, error, match)

    def _answer(self, call: Call) -> tuple[Reply, Match | None]:
        contract, match, principal = self.contract, None, ""
        try:
            match = contract.match(call)
            principal = self._identify(match, call)
            reading = contract.read(match, call)
            answer = self._recall(reading, call)
            if answer is None:
                answer = contract.example(reading) or contract.sample(reading)
            reply = contract.write(reading, answer)
        except MockError as error:
            reply = self._refusal(call, error, match)
        return (replace(reply, principal=principal) if principal else reply), match

    def _touches_world(self, match: Match) -> bool:
        """Whether what an operation answers can depend on what was written."""
        assert self._domain is not None
        return self._domain.touched_by(match.operation.name)

    def _recall(self, reading: Any, call: Call) -> Answer | None:
        """The world's answer, where the contract has one."""
        if self._worldly is None or self._world is None or self._domain is None:
            return None
        return self._worldly.recall(reading, self._world.view(self._domain, _session(call)))

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


def _session(call: Call) -> str:
    """The name of the session that a call belongs to; "" for none."""
    name = call.fields.get(HEADER)
    return name.decode("latin-1") if name else ""
