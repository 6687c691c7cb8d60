"""What verbs say of an entity's state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from polymock.world.transitions import State, implied_state

ORDER = {"status": ["open", "paid", "Cancelled", "ON_HOLD", "refunded", "partially_refunded"]}


@pytest.mark.parametrize(
    ("verb", "enums", "flags", "state"),
    [
        ("cancel", ORDER, [], State("status", "Cancelled")),
        ("Pay", ORDER, [], State("status", "paid")),
        ("reopen", ORDER, [], State("status", "open")),
        ("refund", ORDER, [], State("status", "refunded")),
        (
            "cancel",
            {"s": ["cancelled"], "orderState": ["STATE_CANCELED"]},
            [],
            State("orderState", "STATE_CANCELED"),
        ),
        ("close", {"otherStatus": ["closed"], "status": ["closed"]}, [], State("status", "closed")),
        ("stop", {"state": ["stopped"]}, [], State("state", "stopped")),
        ("verify", {"status": ["NOT_VERIFIED", "VERIFIED"]}, [], State("status", "VERIFIED")),
        ("archive", ORDER, ["isArchived", "paid"], State("isArchived", True)),
        ("unlock", ORDER, ["locked"], State("locked", False)),
        ("deactivate", {}, ["active"], State("active", False)),
    ],
)
def test_a_verb_that_names_a_state(
    verb: str, enums: Mapping[str, Sequence[str]], flags: Sequence[str], state: State
) -> None:
    assert implied_state(verb, enums, flags) == state


@pytest.mark.parametrize(
    ("verb", "enums", "flags"),
    [
        ("feed", ORDER, ["fedAt"]),
        ("cancel", {"status": ["canceled", "cancelled"]}, []),
        ("cancel", {"kind": ["cancelled"]}, []),
        ("verify", {"status": ["not_verified", "new"]}, []),
        ("archive", {}, ["archived", "isArchived"]),
        ("archive", {}, ["archivedByOwner", "canBeArchived"]),
        ("", {"status": ["ed", ""]}, ["", "ed"]),
        ("un", {}, ["ed"]),
    ],
)
def test_a_verb_that_names_none_or_several(
    verb: str, enums: Mapping[str, Sequence[str]], flags: Sequence[str]
) -> None:
    assert implied_state(verb, enums, flags) is None
