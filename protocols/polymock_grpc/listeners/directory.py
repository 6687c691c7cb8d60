"""The methods of all gRPC mocks, and which mock answers each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import msgspec

from polymock.wires import ServedMock
from polymock_grpc.model import Method

if TYPE_CHECKING:
    from polymock_grpc.contract import GrpcContract
    from polymock_grpc.spec.document import ProtoDocument


class Served(msgspec.Struct, frozen=True):
    """A method, and the mock that answers it."""

    method: Method
    mock: ServedMock


class Directory:
    """The methods by path; where several mocks have the same one, the first answers."""

    def __init__(self, mocks: Sequence[ServedMock]) -> None:
        self._mocks = mocks
        self.methods: dict[str, Served] = {}
        self._by_service: dict[str, ServedMock] = {}
        for mock in mocks:
            document = _contract(mock).document
            for method in document.methods:
                self.methods.setdefault(method.path, Served(method, mock))
            for service in document.services:
                self._by_service.setdefault(service, mock)

    @property
    def services(self) -> Sequence[str]:
        """The full names of all services, those of the first mock first."""
        return tuple(self._by_service)

    def mock_at(self, path: str) -> ServedMock | None:
        """The mock that answers, or refuses, a call of `/SERVICE/METHOD`.

        That of the method, else that of the service, else the first. None where there is no mock.
        """
        served = self.methods.get(path)
        if served is not None:
            return served.mock
        service = path[1:].rpartition("/")[0]
        return self._by_service.get(service) or (self._mocks[0] if self._mocks else None)

    def reflected(self) -> Sequence[ProtoDocument]:
        """The contracts that clients are told about, in the order of the mocks."""
        contracts = [_contract(mock) for mock in self._mocks]
        return [each.document for each in contracts if each.settings.reflection]


def _contract(mock: ServedMock) -> GrpcContract:
    """The contract of a mock: a responder's mocks are all of the listener's own protocol."""
    return cast("GrpcContract", mock.contract)
