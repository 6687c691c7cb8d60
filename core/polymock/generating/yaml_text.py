"""YAML for readers of version 1.1 and 1.2 alike, with comments.

A text that is not plainly a word is written as in JSON, between double quotes: then no reader
takes `on` for true, `1e3` for a number, or a line of it for structure. `ryaml` leaves `yes` and
`on` bare, which are truths to kubectl, and knows no comments.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Path = tuple[str, ...]

_WORD = re.compile(r"(?:\$schema|[A-Za-z_/.][A-Za-z0-9_/.-]*[A-Za-z0-9_/]|[A-Za-z/])", re.ASCII)
_MEANING = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "."})
_NUMBERS = re.compile(r"[.](?:\d|inf|nan)", re.IGNORECASE | re.ASCII)
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
_INDENT = "  "


def to_yaml(
    document: Mapping[str, Any], comments: Mapping[Path, str] | None = None, head: str = ""
) -> str:
    """A document in block style. Values are those of JSON.

    `comments` stand above the keys at these paths, `head` above everything: one line each, and our
    own words, as they are written as they are.
    """
    first = [f"# {head}"] if head else []
    return "\n".join([*first, *_mapping(document, (), comments or {}), ""])


def _mapping(value: Mapping[str, Any], path: Path, comments: Mapping[Path, str]) -> Iterator[str]:
    indent = _INDENT * len(path)
    for key, inner in value.items():
        here = (*path, key)
        if here in comments:
            yield f"{indent}# {comments[here]}"
        if inner and isinstance(inner, Mapping):
            yield f"{indent}{_scalar(key)}:"
            yield from _mapping(inner, here, comments)
        elif inner and isinstance(inner, list | tuple):
            yield f"{indent}{_scalar(key)}:"
            yield from _sequence(inner, here, comments)
        else:
            yield f"{indent}{_scalar(key)}: {_leaf(inner)}"


def _sequence(value: Sequence[Any], path: Path, comments: Mapping[Path, str]) -> Iterator[str]:
    """Items with their dashes as far in as the items' own keys would be."""
    indent = _INDENT * len(path)
    for item in value:
        if item and isinstance(item, Mapping | list | tuple):
            deeper = (*path, "[]")
            lines = (
                _mapping(item, deeper, comments)
                if isinstance(item, Mapping)
                else _sequence(item, deeper, comments)
            )
            for line in lines:
                text = line.lstrip(" ")
                if not text.startswith("#"):
                    yield f"{indent}- {text}"
                    break
                yield f"{indent}{text}"
            yield from lines
        else:
            yield f"{indent}- {_leaf(item)}"


def _leaf(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{}"
    if isinstance(value, list | tuple):
        return "[]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    if _WORD.fullmatch(value) and value.lower() not in _MEANING and not _NUMBERS.match(value):
        return value
    return _UNPRINTABLE.sub(_escaped, json.dumps(value, ensure_ascii=False))


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    return "\\ufffd" if 0xD800 <= code <= 0xDFFF else f"\\u{code:04x}"
