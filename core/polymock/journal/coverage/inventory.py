"""The contracts' parts, as the journal has them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping

import msgspec

from polymock.interfaces import Part
from polymock.journal.coverage.accounts import Account
from polymock.journal.coverage.looking import Rows

MAX_KEPT = 64
"""Accounts that are kept from one question to the next."""

_MOCKS = """
    SELECT o.mock, any_value(o.protocol), count(p.name), bit_xor(hash(
        p.operation, p.kind, p.place, p.name, p.type, p.aliases))
    FROM (SELECT DISTINCT mock, protocol FROM operations) o JOIN contract_parts p USING (mock)
    GROUP BY o.mock
"""
_PARTS = (
    "SELECT operation, kind, place, name, type, required, aliases FROM contract_parts "
    "WHERE mock = $mock"
)


class Accounts:
    """The accounts of mocks, made anew where a contract has changed. Used by one thread."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[object, ...], Account] = OrderedDict()

    def find(self, rows: Rows, mock: str | None = None) -> Mapping[str, Account]:
        """The accounts of all mocks, or of one, whose contracts' parts are known."""
        found: dict[str, Account] = {}
        for name, protocol, count, fingerprint in rows(_MOCKS, {}):
            if mock is not None and name != mock:
                continue
            key = (name, protocol, count, fingerprint)
            account = self._known.get(key)
            if account is None:
                told = rows(_PARTS, {"mock": name})
                parts = [msgspec.convert(row, Part) for row in told]
                account = self._known[key] = Account(name, protocol, parts)
                if len(self._known) > MAX_KEPT:
                    self._known.popitem(last=False)
            found[name] = account
        return found
