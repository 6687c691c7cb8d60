"""Sampled answers that tell of an error, made to tell of theirs: its status, its reason phrase."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from itertools import islice
from typing import Any, NamedTuple

from polymock.world.names import fold
from polymock_openapi.answering.echo import (
    IsValid,
)

MAX_TOLD = 64
"""Members that are told otherwise in one answer."""
MAX_DEPTH = 8
"""Of objects and lists that are searched."""

_SENTENCES = frozenset(
    {
        *("message", "msg", "error", "title", "reason", "description", "detail", "details"),
        *("errormessage", "errormsg", "errordescription", "errors", "usermessage"),
        *("statustext", "statusmessage", "err", "errmsg", "explanation"),
    }
)
_STATUSES = frozenset({"status", "statuscode", "httpstatus", "httpstatuscode", "httpcode"})
_CODES = frozenset({"code", "errorcode"})
"""Members by what they hold, folded: `error_message` and `errorMessage` are one."""
TELLING = _SENTENCES | _STATUSES | _CODES


class _Told(NamedTuple):
    """What should stand at a place of the answer."""

    place: tuple[str | int, ...]
    value: Any


def tell_error(value: Any, plain: Any, status: int, is_valid: IsValid) -> Any:
    """A sampled answer of an error's status, with the status and its reason phrase (RFC 9110,
    section 15) in the members that hold such things, as far as it stays valid.

    `plain` is the same sample made without the contract's own examples: words and codes in which
    both differ are the author's, and stay. A status is always that of the answer.
    """
    found = list(islice(_found(value, plain, status, (), ""), MAX_TOLD))
    if not found:
        return value
    whole = value
    for told in found:
        whole = _put(whole, told.place, told.value)
    if is_valid(whole):
        return whole
    for told in found:
        tried = _put(value, told.place, told.value)
        if is_valid(tried):
            value = tried
    return value


def _found(
    value: Any, plain: Any, status: int, place: tuple[str | int, ...], name: str
) -> Iterator[_Told]:
    """The members that should be told otherwise. Items of a list stand under the list's name."""
    if isinstance(value, dict | list):
        if len(place) >= MAX_DEPTH:
            return
        members: Iterator[tuple[Any, Any]] = iter(
            value.items() if isinstance(value, dict) else enumerate(value)
        )
        for key, member in members:
            inner = fold(key) if isinstance(key, str) else name
            yield from _found(member, _member(plain, key), status, (*place, key), inner)
        return
    sentence = phrase(status)
    code = sentence.lower().replace(" ", "_").replace("-", "_")
    if not place and isinstance(value, str):
        name = "message"
    told = wording(name, value, status, sentence, code)
    if told is not None and told != value and (name in _STATUSES or value == plain):
        yield _Told(place, told)


def _member(holder: Any, key: str | int) -> Any:
    if isinstance(holder, dict):
        return holder.get(key)
    if isinstance(holder, list) and isinstance(key, int) and key < len(holder):
        return holder[key]
    return None


def wording(name: str, value: Any, status: int, sentence: str, code: str) -> str | int | None:
    """What a member of a folded name says of an error, in the type that its value has: the status,
    the sentence or the code; None for a member that tells of something else."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return status if name in _STATUSES | _CODES else None
    if not isinstance(value, str):
        return None
    if name in _SENTENCES:
        return sentence
    if name in _CODES:
        return code
    return str(status) if name in _STATUSES else None


def phrase(status: int) -> str:
    """The reason phrase of a status; `Error 499` where none is registered."""
    return _PHRASES.get(status) or f"Error {status}"


_PHRASES: Mapping[int, str] = {known.value: known.phrase for known in HTTPStatus}


def _put(value: Any, place: Sequence[str | int], told: Any) -> Any:
    """A copy of the value with another one at a place."""
    if not place:
        return told
    key = place[0]
    copy = value.copy()
    copy[key] = _put(value[key], place[1:], told)
    return copy
