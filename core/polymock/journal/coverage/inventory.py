"""The contracts' parts, as the journal has them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import get_args

from polymock.interfaces import Part, PartKind
from polymock.journal.coverage.accounts import Account
from polymock.journal.coverage.looking import Rows

MAX_KEPT_PARTS = 500_000
"""Of all accounts that are kept from one question to the next."""

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
    """The accounts of mocks, made anew where a contract has changed.

    Whoever asks an account for sightings holds the `lock` meanwhile.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._known: OrderedDict[tuple[object, ...], Account] = OrderedDict()

    def find(self, rows: Rows, mock: str | None = None) -> Mapping[str, Account]:
        """The accounts of all mocks, or of one, whose contracts' parts are known. Their protocols
        are loaded."""
        found: dict[str, Account] = {}
        for name, protocol, count, fingerprint in rows(_MOCKS, {}):
            if mock is not None and name != mock:
                continue
            key = (name, protocol, count, fingerprint)
            with self.lock:
                account = self._known.get(key)
                if account is None:
                    version = f"{count}-{fingerprint}"
                    parts = _parts(rows, name)
                    account = self._known[key] = Account(name, protocol, parts, version)
                    account.load()
                    self._make_room()
            found[name] = account
        return found

    def _make_room(self) -> None:
        """Forget accounts, those that were made first, once there are too many parts."""
        count = sum(len(account.parts) for account in self._known.values())
        while len(self._known) > 1 and count > MAX_KEPT_PARTS:
            count -= len(self._known.popitem(last=False)[1].parts)


SHARED = Accounts()
"""Those of this process: contracts with very many parts take some memory."""


def _parts(rows: Rows, mock: str) -> list[Part]:
    kinds: dict[str, PartKind] = {kind: kind for kind in get_args(PartKind)}
    texts: dict[str, str] = {}  # most of them come many times
    return [
        Part(
            texts.setdefault(operation, operation),
            kinds[kind],
            texts.setdefault(place, place),
            name,
            texts.setdefault(type_, type_),
            required,
            tuple(aliases or ()),
        )
        for operation, kind, place, name, type_, required, aliases in rows(_PARTS, {"mock": mock})
        if kind in kinds
    ]
