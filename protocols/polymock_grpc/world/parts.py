"""What the acts of all methods of a contract work with."""

from __future__ import annotations

import msgspec
from protobuf import Registry

from polymock_grpc.answering.answers import Answers
from polymock_grpc.model import Method
from polymock_grpc.world.documents import Documents
from polymock_grpc.world.kinds import Kind, Kinds
from polymock_grpc.world.messages import Messages
from polymock_grpc.world.outputs import Output


class Parts(msgspec.Struct, frozen=True):
    """The parts of one contract: its samples and plans, its kinds, and what makes messages."""

    answers: Answers
    kinds: Kinds
    documents: Documents
    messages: Messages
    registry: Registry

    def output(self, method: Method, kind: Kind) -> Output:
        """The answers of a method that are about a kind."""
        sample, options = self.answers.plan(method), self.answers.types.options
        return Output(method, kind, self.kinds, sample, self.registry, options)
