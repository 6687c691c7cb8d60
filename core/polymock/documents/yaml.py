"""YAML to JSON: aliases, merge keys, tags and odd keys made plain, within bounds.

The parser copies what an alias refers to, so nested aliases could fill the memory. A document that
has some is parsed with its anchors written as tags and its aliases as words, which copies nothing;
they are put back afterwards, as shared objects, and what they would expand to is counted.
"""

from __future__ import annotations

import contextlib
import io
import re
from typing import Any

import msgspec
import ryaml

from polymock.documents.collector import collector_paused
from polymock.documents.sections import UncuttableError, in_sections

# The sign stands first in each, as the search for a fixed character is very much faster.
ANCHOR = re.compile(r"&(?<![^\s\[,{:]&)([A-Za-z0-9_-]+)")
ALIAS = re.compile(r"\*(?<![^\s\[,{:]\*)([A-Za-z0-9_-]+)")
TAG = re.compile(r"!(?<![^\s\[,{:]!)[A-Za-z!<]")
MERGE = "<<"
WORDS = "\ue000\ue001\ue002\ue003\ue004"
"""Private-use characters that can mark a word as an alias: one that the text lacks is taken."""
MAX_BIG_INTEGERS = 100
NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
MAX_BRACKETS = 10_000
MAX_BRACKET_WORK = 2_000_000_000
"""Open brackets times separators: the parser looks at all open brackets for each token."""
LARGE = 1024 * 1024
"""Characters above which a document is parsed section by section."""


class ParseError(ValueError):
    """A document that cannot be parsed: why, `where` in it (`3:7`: line and column), and a hint."""

    def __init__(self, message: str, where: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint


def yaml_to_json(text: str, limit: int) -> tuple[bytes, tuple[str, ...]]:
    """The first document of a YAML stream as JSON, and warnings.

    Keys become strings; `<<` is merged; unknown tags are dropped. `limit` bounds the JSON that
    aliases and merge keys make of it, in bytes. Raises ParseError.
    """
    _judge_brackets(text.encode())
    anchors = {found[1] for found in ANCHOR.finditer(text)}
    shared = anchors and any(found[1] in anchors for found in ALIAS.finditer(text))
    with collector_paused():
        if shared:
            marks = _Marks(text)
            node, warnings = _parse(marks.applied(text))
            return _encoded(_Plainer(limit, marks).plain(node), limit), warnings
        if len(text) > LARGE:
            with contextlib.suppress(ParseError, UncuttableError):
                return in_sections(text, lambda part: _unshared(part, limit)[0]), ()
        return _unshared(text, limit)


def _unshared(text: str, limit: int) -> tuple[bytes, tuple[str, ...]]:
    """A document without aliases as JSON, and warnings."""
    node, warnings = _parse(text)
    odd = MERGE in text or TAG.search(text)
    return _encoded(_Plainer(limit, None).plain(node) if odd else node, limit), warnings


def _encoded(node: Any, limit: int) -> bytes:
    try:
        try:
            return msgspec.json.encode(node)
        except TypeError:  # keys such as `true` or `null`
            return msgspec.json.encode(_Plainer(limit, None).plain(node))
    except RecursionError:
        raise ParseError("it is nested too deeply") from None
    except (TypeError, ValueError) as error:
        raise ParseError(f"it does not fit JSON: {error}") from None


def _parse(text: str) -> tuple[Any, tuple[str, ...]]:
    for _ in range(MAX_BIG_INTEGERS):
        try:
            return ryaml.load(io.BytesIO(text.encode())), ()
        except ValueError as error:
            reason = str(error)
        if "more than one document" in reason:
            return _first_of_many(text)
        big = re.search(r"invalid type: integer `(-?\d+)`", reason)
        if big is None:
            raise _explained(text, reason)
        # The parser stops at 64 bits; as a number with a fraction it gets through.
        text = re.sub(rf"(?<=[\s\[,{{:]){big[1]}(?=[\s,\]}}]|$)", big[1] + ".0", text)
    raise ParseError("it has too many integers of more than 64 bits")


def _first_of_many(text: str) -> tuple[Any, tuple[str, ...]]:
    try:
        documents = ryaml.load_all(io.BytesIO(text.encode()))
    except ValueError as error:
        raise _explained(text, str(error)) from None
    return documents[0], (f"it holds {len(documents)} YAML documents; only the first is read",)


def _explained(text: str, reason: str) -> ParseError:
    duplicate = re.search(r'duplicate entry with key "(.*)"', reason, re.DOTALL)
    if duplicate:
        line = _second_line(text, duplicate[1])
        where = str(line) if line else ""
        stands = f" (the second stands in line {line})" if line else ""
        return ParseError(
            f"the key `{duplicate[1]}` stands twice in one object{stands}",
            where,
            "keep one of the two",
        )
    if "unhashable" in reason:
        return ParseError("a list or an object is used as a key; keys are strings")
    found = re.search(r"line (\d+) column (\d+)", reason)
    position = re.search(r"at position (\d+)", reason)
    where = ""
    if found:
        where = f"{found[1]}:{found[2]}"
    elif position:
        # The parser counts bytes here.
        where = str(text.encode()[: int(position[1])].count(10) + 1)
        reason = f"{reason} (line {where})"
    hint = "indent with spaces, not tabs" if "cannot start any token" in reason else ""
    return ParseError(f"it is no YAML: {reason}", where, hint)


def _second_line(text: str, key: str) -> int | None:
    """The line of a key's second occurrence in one block mapping, by indentation."""
    written = re.compile(rf"( *(?:- +)*)[\"']?{re.escape(key)}[\"']? *:(?:\s|$)")
    open_at: set[int] = set()
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.lstrip(" ")
        if not stripped or stripped.startswith("#"):
            continue
        found = written.match(line)
        indent = len(found[1]) if found else len(line) - len(stripped)
        item = found is not None and "-" in found[1]
        open_at = {column for column in open_at if column < indent + (0 if item else 1)}
        if stripped.startswith("- "):
            start = len(line) - len(stripped)
            open_at = {column for column in open_at if column <= start}
        if found:
            if indent in open_at:
                return number
            open_at.add(indent)
    return None


def _judge_brackets(text: bytes) -> None:
    """Refuse brackets nested so deeply that the parser would take minutes to say so."""
    depth = deepest = 0
    for sign in text.translate(None, NOT_BRACKETS):
        depth = depth + 1 if sign in b"[{" else max(0, depth - 1)
        deepest = max(deepest, depth)
    separators = sum(text.count(sign) for sign in (b",", b":", b"[", b"{"))
    if deepest > MAX_BRACKETS or deepest * separators > MAX_BRACKET_WORK:
        raise ParseError("brackets are nested too deeply, or very many are never closed")


class _Marks:
    """How anchors and aliases are written for the parser: by signs that the text does not hold."""

    def __init__(self, text: str) -> None:
        free = [word for word in WORDS if word not in text]
        tildes = "~"
        while f"!{tildes}" in text and len(tildes) < 64:
            tildes += "~"
        if not free or f"!{tildes}" in text:
            raise ParseError("it holds aliases and unusual characters that cannot be told apart")
        self.alias = free[0]
        self.anchor = f"!{tildes}"

    def applied(self, text: str) -> str:
        """The text without anchors and aliases."""
        return ALIAS.sub(rf"{self.alias}\1", ANCHOR.sub(rf"{self.anchor}\1", text))

    def removed(self, text: str) -> str:
        """A string's own text: what looked like an anchor or alias inside it was none."""
        return text.replace(self.alias, "*").replace(self.anchor, "&")


class _Plainer:
    """Walks a parsed tree once: aliases resolved, `<<` merged, tags dropped, keys made strings.

    Weights are bytes of JSON, roughly: what a node would take if every alias in it was copied.
    """

    def __init__(self, limit: int, marks: _Marks | None) -> None:
        self._limit = limit
        self._marks = marks
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._copied = 0

    def plain(self, node: Any) -> Any:
        """The tree made plain. Raises ParseError where it would grow beyond the limit."""
        return self._visit(node)[0]

    def _visit(self, node: Any) -> tuple[Any, int]:
        if isinstance(node, dict):
            return self._mapping(node)
        if isinstance(node, list):
            visited = [self._visit(item) for item in node]
            return [item for item, _ in visited], self._weighed(sum(w + 1 for _, w in visited) + 2)
        if isinstance(node, str):
            return self._text(node)
        return node, 8

    def _mapping(self, node: dict[Any, Any]) -> tuple[Any, int]:
        if len(node) == 1:
            (tag, value), *_ = node.items()
            if isinstance(tag, str) and tag.startswith("!"):
                visited = self._visit(value)
                if self._marks and tag.startswith(self._marks.anchor):
                    self._anchors[tag[len(self._marks.anchor) :]] = visited
                return visited
        merged: dict[str, Any] = {}
        own: set[str] = set()
        total = 2
        for key, value in node.items():
            name = self._key(key)
            inner, weight = self._visit(value)
            total = self._weighed(total + weight + len(name) + 4)
            if name == MERGE:
                for source in inner if isinstance(inner, list) else [inner]:
                    if isinstance(source, dict):
                        for inherited, content in source.items():
                            merged.setdefault(inherited, content)
            elif name in own:
                raise ParseError(f"the key `{name}` stands twice in one object")
            else:
                own.add(name)
                merged[name] = inner
        return merged, total

    def _key(self, key: Any) -> str:
        if isinstance(key, str):
            text, _ = self._text(key)
            return text if isinstance(text, str) else self._key(text)
        if key is None:
            return "null"
        if isinstance(key, bool):
            return "true" if key else "false"
        if isinstance(key, int | float):
            return str(key)
        raise ParseError("a list or an object is used as a key; keys are strings")

    def _text(self, text: str) -> tuple[Any, int]:
        if self._marks is None:
            return text, len(text) + 2
        if text.startswith(self._marks.alias) and text[1:] in self._anchors:
            return self._anchored(text[1:])
        if text.startswith(self._marks.alias) and re.fullmatch(r"[A-Za-z0-9_-]+", text[1:]):
            raise ParseError(
                f"the alias `*{text[1:]}` has no anchor before it, or stands inside it"
            )
        own = self._marks.removed(text)
        return own, len(own) + 2

    def _anchored(self, name: str) -> tuple[Any, int]:
        """What an alias stands for; all copies that aliases make are counted together."""
        node, weight = self._anchors[name]
        self._copied = self._weighed(self._copied + weight)
        return node, weight

    def _weighed(self, weight: int) -> int:
        if weight > self._limit:
            raise ParseError(
                f"its aliases and merge keys make it larger than {self._limit} bytes",
                hint="write `$ref` in place of nested aliases",
            )
        return weight
