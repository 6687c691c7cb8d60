"""The entry point: what `pyproject.toml` names in the group `polymock.protocols`."""

from __future__ import annotations

import re

from polymock.interfaces import Contract, NoSettings, Plugin, Spec
from polymock_jsonrpc.contract import JsonRpcContract
from polymock_jsonrpc.document import load

_OPENRPC = re.compile(rb"""(?:^|[{,\s])["']?openrpc["']?\s*:""")


class JsonRpcReader:
    """Implements `polymock.interfaces.ContractReader` for OpenRPC 1.x documents."""

    prefix = "/rpc"
    shares_prefix = False

    def recognises(self, name: str, head: bytes) -> bool:
        """Whether a JSON or YAML document has the key `openrpc`."""
        return name.endswith((".json", ".yaml", ".yml")) and _OPENRPC.search(head) is not None

    def compile(self, spec: Spec) -> Contract:
        """Read the document and what it refers to. Raises SpecError."""
        return JsonRpcContract(load(spec), spec)


def build(settings: NoSettings) -> JsonRpcReader:
    """Build the protocol."""
    return JsonRpcReader()


plugin = Plugin(config=NoSettings, build=build)
