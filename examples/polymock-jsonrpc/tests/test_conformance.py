"""JSON-RPC, held to what every protocol keeps to."""

from __future__ import annotations

import json
from pathlib import Path

from polymock.testing.conformance import Ask, ProtocolConformance


def _post(body: object, operation: str = "") -> Ask:
    headers = {"Content-Type": "application/json"}
    return Ask("POST", "/rpc", headers, json.dumps(body).encode(), operation)


def _call(method: str, params: object) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


BALANCE = _call("wallet.balance", {"walletId": "w-100"})
TRANSFER = _call("wallet.transfer", ["w-1", "w-2", {"amount": 5, "currency": "EUR"}])


class TestJsonRpc(ProtocolConformance):
    protocol = "jsonrpc"
    document = Path(__file__).parents[1] / "wallet.openrpc.json"
    good = (
        _post(BALANCE, "wallet.balance"),
        _post(TRANSFER, "wallet.transfer"),
        _post([BALANCE, TRANSFER], "wallet.balance + wallet.transfer"),
    )
    bad = (
        _post(_call("wallet.balance", ["7"])),
        _post(_call("wallet.nothing", {})),
        _post({"method": "wallet.balance"}),
        _post([]),
    )
