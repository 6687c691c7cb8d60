"""What is written down of those who changed something: rows of the table `events`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, get_args, get_origin

import msgspec

from polymock.commands.command import Command

MAX_TEXT = 200
MAX_ITEMS = 20
MAX_SUBJECT = 300
HIDDEN = "[hidden]"
_SECRET = re.compile(
    r"pass(word|wd|phrase)|secret|token|api_?key|private_?key|authorization|cookie|credential",
    re.IGNORECASE,
)
_USER_IN_URL = re.compile(r"(?<=://)[^/@\s]+@")
_QUERY_OF_URL = re.compile(r"(://[^?\s]*\?)\S+")
_IN_PATH = re.compile(r"\{(\w+)(?::path)?\}")


class Entry(msgspec.Struct, frozen=True):
    """A row of `events`, without when and who: `type` is the command's name, `subject` what it was
    done to, `data` the parameters."""

    type: str
    subject: str
    data: dict[str, Any]


def entry(command: Command, params: Mapping[str, Any]) -> Entry:
    """The row that a command with these parameters leaves.

    Of objects only the names of their members are kept: what is in an entity or a document is
    nobody's business here. What is secret by its name, or by `Meta(extra={"secret": True})`, is
    hidden, and so are credentials in URLs; long texts and lists are cut.
    """
    secret = _secrets(command.params)
    data = {
        name[:MAX_TEXT]: HIDDEN if name in secret else _shortened(value)
        for name, value in list(params.items())[:MAX_ITEMS]
    }
    return Entry(command.name, _subject(command, params, secret), data)


def _secrets(params: type[msgspec.Struct]) -> set[str]:
    """The names of parameters with secrets."""
    return {
        field.encode_name
        for field in msgspec.structs.fields(params)
        if _SECRET.search(field.encode_name) or _is_marked(field.type)
    }


def _is_marked(shape: Any) -> bool:
    """Whether a type's `Meta` says that it is a secret."""
    if get_origin(shape) is Annotated:
        notes = get_args(shape)[1:]
        if any(
            isinstance(note, msgspec.Meta) and (note.extra or {}).get("secret") for note in notes
        ):
            return True
    return any(_is_marked(part) for part in get_args(shape) if get_origin(part) is not None)


def _subject(command: Command, params: Mapping[str, Any], secret: set[str]) -> str:
    """What it was done to: the parameters of the path, else what has a name."""
    named = _IN_PATH.findall(command.address.path) or ["name", "names"]
    parts = [params[name] for name in named if name in params and name not in secret]
    texts = [
        ",".join(map(str, part[:MAX_ITEMS])) if isinstance(part, (list, tuple)) else str(part)
        for part in parts
        if part is not None
    ]
    return "/".join(texts)[:MAX_SUBJECT]


def _shortened(value: Any, depth: int = 0) -> Any:
    if isinstance(value, str):
        text = _QUERY_OF_URL.sub(rf"\1{HIDDEN}", _USER_IN_URL.sub("", value))
        return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}… ({len(text)} characters)"
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Mapping):
        return {"members": [str(name)[:MAX_TEXT] for name in list(value)[:MAX_ITEMS]]}
    if isinstance(value, (list, tuple, set, frozenset)):
        if depth:
            return f"{len(value)} items"
        items = [_shortened(each, depth + 1) for each in list(value)[:MAX_ITEMS]]
        return items if len(value) <= MAX_ITEMS else [*items, f"… ({len(value)} items)"]
    return _shortened(str(value))
