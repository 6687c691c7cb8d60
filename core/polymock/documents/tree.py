"""JSON opened node by node: large objects stay bytes until someone looks inside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

LAZY_BYTES = 64 * 1024
"""Objects of fewer bytes are decoded at once, whenever they are asked for."""

Refuse = Callable[[str, str], Exception]
"""Makes the error for (JSON Pointer, reason)."""


class Branch(Mapping[str, Any]):
    """A JSON object whose members are decoded when looked up, and not kept.

    Members that are large objects are Branches too, and are kept. `refuse` makes the error that is
    raised for a member that turns out not to be JSON.
    """

    def __init__(self, content: bytes | msgspec.Raw, pointer: str, refuse: Refuse) -> None:
        self._content = content
        self._pointer = pointer
        self._refuse = refuse
        self._branches: dict[str, Branch] = {}
        self._members: dict[str, msgspec.Raw] = _guarded(
            content, dict[str, msgspec.Raw], pointer, refuse
        )

    def __getitem__(self, key: str) -> Any:
        if key in self._branches:
            return self._branches[key]
        token = key.replace("~", "~0").replace("/", "~1")
        node = open_json(self._members[key], f"{self._pointer}/{token}", self._refuse)
        if isinstance(node, Branch):
            self._branches[key] = node
        return node

    def __contains__(self, key: object) -> bool:
        return key in self._members

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def size(self, key: str) -> int:
        """Bytes of a member's JSON."""
        return memoryview(self._members[key]).nbytes

    def decoded(self) -> dict[str, Any]:
        """The whole object as plain Python values."""
        whole: dict[str, Any] = _guarded(self._content, dict, self._pointer, self._refuse)
        return whole


def open_json(content: bytes | msgspec.Raw, pointer: str, refuse: Refuse) -> Any:
    """A node of a document: plain Python values, or a Branch where it is a large object."""
    view = memoryview(content)
    if view.nbytes >= LAZY_BYTES and bytes(view[:64]).lstrip().startswith(b"{"):
        return Branch(content, pointer, refuse)
    return _guarded(content, Any, pointer, refuse)


def plain(node: Any) -> Any:
    """A node as plain Python values, however large."""
    return node.decoded() if isinstance(node, Branch) else node


def step(node: Any, token: str) -> Any:
    """The member or item that a token of a JSON Pointer names. Raises KeyError."""
    if isinstance(node, Mapping):
        return node[token]
    if isinstance(node, list) and has(node, token):
        return node[int(token)]
    raise KeyError(token)


def has(node: Any, token: str) -> bool:
    """Whether `step` would find something; cheaper, as nothing is decoded."""
    if isinstance(node, Mapping):
        return token in node
    return (
        isinstance(node, list)
        and token.isascii()
        and token.isdigit()
        and len(token) < 10
        and int(token) < len(node)
    )


def _guarded(content: bytes | msgspec.Raw, shape: Any, pointer: str, refuse: Refuse) -> Any:
    try:
        return msgspec.json.decode(content, type=shape)
    except RecursionError:
        raise refuse(pointer, "it is nested too deeply") from None
    except ValueError as error:
        raise refuse(pointer, str(error)) from None
