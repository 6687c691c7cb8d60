"""Path templates and raw paths, cut into segments that compare by RFC 3986, and patterns of them.

Section 6.2.2 says what is equivalent: percent-encoded unreserved characters are the characters
themselves, hex digits count as upper-case, dot segments are removed. Everything else that is
percent-encoded stays data, so `%2F` never separates segments; letters keep their case and empty
segments are segments.
"""

from __future__ import annotations

import re

import msgspec


class Segment(msgspec.Struct, frozen=True):
    """A template's segment: literal texts around the parameters, one more than there are names."""

    texts: tuple[str, ...]
    names: tuple[str, ...]
    spans: bool


class Pattern:
    """Literal texts around parameters, to be matched against one text in linear time.

    Parameters without text between them are one group, that is shared out afterwards.
    """

    __slots__ = ("groups", "head", "last", "tail", "texts")

    def __init__(self, texts: tuple[str, ...]) -> None:
        self.texts = texts
        self.head, *middle, self.tail = (_pack(text) for text in texts)
        self.groups: list[tuple[int, str]] = []
        """For each group but the last: how many parameters, and the text behind them."""
        self.last = 1
        """How many parameters the last group has."""
        for text in middle:
            if text:
                self.groups.append((self.last, text))
                self.last = 1
            else:
                self.last += 1

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pattern) and self.texts == other.texts

    def __hash__(self) -> int:
        return hash(self.texts)

    def rank(self) -> tuple[int, int, tuple[str, ...]]:
        """Sorts the more static pattern first, and no two patterns alike."""
        return -sum(map(len, self.texts)), len(self.texts), self.texts

    def match(self, text: str) -> list[str] | None:
        """The captures, each of at least one character and as short as the texts let it be."""
        packed = _pack(text)
        start, end = len(self.head), len(packed) - len(self.tail)
        if start >= end or not (packed.startswith(self.head) and packed.endswith(self.tail)):
            return None
        captured: list[str] = []
        for count, literal in self.groups:
            at = packed.find(literal, start + count, end)
            if at < 0:
                return None
            captured += _share(packed[start:at], count)
            start = at + len(literal)
        if end - start < self.last:
            return None
        captured += _share(packed[start:end], self.last)
        return captured if packed is text else [_unpack(capture) for capture in captured]


def parse_template(template: str) -> list[Segment]:
    """A template's segments. Braces that do not pair are literal text."""
    parts: list[list[str]] = [[""]]
    names: list[list[str]] = [[]]
    spans: list[bool] = [False]

    def literal(text: str) -> None:
        first, *others = _normal(text).split("/")
        parts[-1][-1] += first
        for other in others:
            parts.append([other])
            names.append([])
            spans.append(False)

    path = template if template.startswith(("/", "{/")) else "/" + template
    position = 0
    for expression in _EXPRESSION.finditer(path):
        before, cut, _ = _partition(path[position : expression.start()])
        literal(before)
        if cut:
            position = len(path)
            break
        position = expression.end()
        operator, name, spanning = _expression(expression[1])
        if operator in ("?", "&", "#"):
            continue
        if operator in ("/", "."):
            literal(operator)
        parts[-1].append("")
        names[-1].append(name)
        spans[-1] = spans[-1] or spanning
    literal(_partition(path[position:])[0])
    found = zip(parts, names, spans, strict=True)
    return [Segment(tuple(p), tuple(n), s) for p, n, s in found][1:]


def split_path(path: str) -> list[str]:
    """A raw path's segments, normalised."""
    if _ROUGH.search(path):
        path = _normal(path)
    segments = path.removeprefix("/").split("/")
    if "." not in segments and ".." not in segments:
        return segments
    kept: list[str] = []
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return kept


_EXPRESSION = re.compile(r"\{([^{}]*)\}")
_BEHIND_PATH = re.compile(r"[?#]")
_ROUGH = re.compile(r"[^A-Za-z0-9\-._~!$&'()*+,;=:@/]")
"""Whatever RFC 3986, section 3.3 does not let stand in a path as it is."""
_ROUGH_UNIT = re.compile(r"%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_TRIPLET = re.compile(r"%([0-9A-F]{2})")
_PACKED = re.compile("[\ue000-\ue0ff]")


def _partition(text: str) -> tuple[str, str, str]:
    found = _BEHIND_PATH.search(text)
    return text.partition(found[0]) if found else (text, "", "")


def _expression(inner: str) -> tuple[str, str, bool]:
    """Operator, name, and whether the value may span slashes (RFC 6570, section 2.2 to 2.4)."""
    operator = inner[0] if len(inner) > 1 and inner[0] in "+#./;?&" else ""
    name = inner[len(operator) :]
    exploded = len(name) > 1 and name.endswith("*")
    name = re.sub(r":[0-9]{1,4}$", "", name.removesuffix("*") if exploded else name)
    return operator, name, exploded or operator == "+"


def _normal(text: str) -> str:
    """One spelling for equivalent texts: percent-encoded wherever, and only where, it has to be."""
    return _ROUGH_UNIT.sub(_normal_unit, text)


def _normal_unit(unit: re.Match[str]) -> str:
    text = unit[0]
    if len(text) == 3:
        character = chr(int(text[1:], 16))
        return character if character in _UNRESERVED else text.upper()
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))


def _pack(text: str) -> str:
    """Each percent-encoded byte as one private character, so that no match ends within one."""
    if "%" not in text:
        return text
    return _TRIPLET.sub(lambda triplet: chr(0xE000 + int(triplet[1], 16)), text)


def _unpack(text: str) -> str:
    return _PACKED.sub(lambda packed: f"%{ord(packed[0]) - 0xE000:02X}", text)


def _share(text: str, count: int) -> list[str]:
    """Share a text out to parameters that stand side by side (`{id}{ext}`).

    Each ends before a dot where there is one, as a file's name does; else all but the last
    characters are the first one's.
    """
    shares: list[str] = []
    for others in range(count - 1, 0, -1):
        limit = len(text) - others
        at = text.find(".", 1, limit + 1)
        cut = at if at > 0 else limit
        shares.append(text[:cut])
        text = text[cut:]
    return [*shares, text]
