"""Which method and which wire a call is for."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from protobuf import Registry

from polymock.errors import MethodNotAllowed, NoOperation
from polymock_grpc.model import Binding, Method, Status, Wire
from polymock_grpc.wires.connect import ConnectWire
from polymock_grpc.wires.grpc_web import GrpcWebWire
from polymock_grpc.wires.native import MisplacedNativeWire, NativeWire, is_native
from polymock_grpc.wires.rest import RestRoutes
from polymock_schemas.calls import Call, Reply

READS = (
    b"accept",
    b"accept-encoding",
    b"connect-accept-encoding",
    b"connect-content-encoding",
    b"connect-protocol-version",
    b"content-encoding",
    b"content-type",
    b"grpc-accept-encoding",
    b"grpc-encoding",
    b"host",
    b"prefer",
)
"""Header fields that an answer over HTTP can depend on."""
NATIVE_READS = (b"content-type", b"host", b"prefer")
"""The same for a listener's calls: these tell them from calls over HTTP, which name a host."""
_MAX_OFFERED = 2000
"""Methods that an unknown one is compared with."""


class Wires:
    """The wires of one contract: what a call's address and media type choose among."""

    def __init__(self, methods: Sequence[Method], registry: Registry) -> None:
        self._methods = {method.path: method for method in methods}
        self._services = {method.path.rpartition("/")[0] for method in methods}
        self._native = NativeWire()
        self._misplaced = MisplacedNativeWire()
        self._web = GrpcWebWire(registry)
        self._connect = ConnectWire(registry)
        self._routes = RestRoutes(methods, registry)
        self._over_native = {m.path: Binding(m, self._native) for m in methods}

    @property
    def faults(self) -> Sequence[str]:
        """What is wrong with which HTTP rule."""
        return self._routes.faults

    def find(self, call: Call) -> Binding:
        """The method of a call and the wire that it came over. Raises NoOperation.

        The path of a method is RPC's whatever the HTTP rules say.
        """
        if is_native(call):
            bound = self._over_native.get(call.path)
            if bound is None:
                raise self._unknown(call)
            return bound
        method = self._methods.get(call.path)
        if method is not None:
            return Binding(method, self._rpc_wire(call))
        return self._over_rest(call)

    def allowed(self, call: Call) -> tuple[str, ...]:
        """The HTTP methods that an address answers; () where nothing does."""
        method = self._methods.get(call.path)
        if method is None:
            return self._routes.allowed(call.path)
        return ("GET", "HEAD", "POST") if method.has_no_side_effects else ("POST",)

    def refuse(self, call: Call, status: Status) -> Reply:
        """The refusal of a call for no method, as its media type or its address has it."""
        if is_native(call):
            return self._native.refuse(call, status, None)
        if self._is_rpc(call):
            return self._rpc_wire(call).refuse(call, status, None)
        return self._routes.refuse(call, status)

    def _rpc_wire(self, call: Call) -> Wire:
        if self._web.takes(call):
            return self._web
        return self._connect if self._connect.takes(call) else self._misplaced

    def _is_rpc(self, call: Call) -> bool:
        """Whether a call for no method would have been one of RPC's."""
        said = call.fields.get(b"content-type", b"").lower()
        if said.startswith((b"application/grpc", b"application/connect+", b"application/proto")):
            return True
        if b"connect-protocol-version" in call.fields:
            return True
        return call.path.rpartition("/")[0] in self._services

    def _over_rest(self, call: Call) -> Binding:
        if isinstance(call.notes, Binding):
            return call.notes
        bound = self._routes.bind(call.method, call.path)
        if bound is None:
            allowed = self._routes.allowed(call.path)
            if allowed:
                verbs = ", ".join(allowed)
                raise MethodNotAllowed(f"{call.path} answers {verbs}, not {call.method}.", allowed)
            raise self._unknown(call)
        call.notes = bound  # its wire knows how far a stream is that a refusal may have to end
        return bound

    def _unknown(self, call: Call) -> NoOperation:
        asked = call.path[1:200]
        close = _nearest(asked, [path[1:] for path in self._methods])
        service, _, name = call.path.rpartition("/")
        if service in self._services:
            detail = f"{service[1:]} has no method {name[:100]}."
        elif service[1:] and (self._is_rpc(call) or is_native(call)):
            detail = f"There is no service {service[1:200]}."
        else:
            detail = f"Nothing in the contract answers at {call.path[:200]}."
        return NoOperation(detail + (f" Did you mean {close}?" if close else ""))


def speaks_grpc(call: Call) -> bool:
    """Whether a caller expects gRPC's own statuses: natively, or over gRPC-Web."""
    said = call.fields.get(b"content-type", b"")
    return is_native(call) or said.lower().startswith(b"application/grpc")


def _nearest(asked: str, offered: Sequence[str]) -> str:
    """The offered name that is most like the asked one; "" where none is."""
    found = get_close_matches(asked, offered[:_MAX_OFFERED], n=1, cutoff=0.75)
    return found[0] if found else ""
