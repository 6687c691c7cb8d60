"""Reads ECMA-262 regular expressions into trees, so that strings can be made from them.

Covers the syntax of ECMA-262, section 22.2.1 with the `u` flag, leniently: what a browser accepts
without the flag is accepted too.
"""

from __future__ import annotations

from polymock.samples.patterns import (
    UNBOUNDED,
    Ahead,
    Chars,
    Either,
    Group,
    Mark,
    Node,
    Ranges,
    Reference,
    Repeat,
    Sequenced,
    complement,
    union,
)

MAX_PATTERN = 20_000
MAX_NESTING = 100


class PatternError(ValueError):
    """A pattern that cannot be read."""


DIGITS: Ranges = ((48, 57),)
WORD: Ranges = ((48, 57), (65, 90), (95, 95), (97, 122))
SPACE: Ranges = ((9, 13), (32, 32), (160, 160))
DOT: Ranges = ((0, 9), (11, 12), (14, 0x2027), (0x202A, 0x10FFFF))
_LATIN_LOWER: Ranges = ((97, 122), (0xDF, 0xF6), (0xF8, 0xFF))
_LATIN_UPPER: Ranges = ((65, 90), (0xC0, 0xD6), (0xD8, 0xDE))
_PROPERTIES: dict[str, Ranges] = {
    "L": ((65, 90), (97, 122), (0xC0, 0xD6), (0xD8, 0xF6), (0xF8, 0xFF)),
    "Ll": _LATIN_LOWER,
    "Lu": _LATIN_UPPER,
    "N": DIGITS,
    "Nd": DIGITS,
    "P": ((33, 35), (37, 42), (44, 47), (58, 59), (63, 64), (91, 93), (95, 95), (123, 123)),
    "S": ((36, 36), (43, 43), (60, 62), (124, 124)),
    "Z": ((32, 32),),
    "Zs": ((32, 32),),
    "M": ((0x300, 0x36F),),
    "Latin": ((65, 90), (97, 122)),
    "Greek": ((0x391, 0x3A1), (0x3B1, 0x3C9)),
    "Cyrillic": ((0x410, 0x44F),),
    "Han": ((0x4E00, 0x9FA5),),
    "Any": ((32, 126),),
    "ASCII": ((32, 126),),
}
_PROPERTY_NAMES = {
    "Letter": "L",
    "Alphabetic": "L",
    "Alpha": "L",
    "Lowercase_Letter": "Ll",
    "Lowercase": "Ll",
    "Uppercase_Letter": "Lu",
    "Uppercase": "Lu",
    "Number": "N",
    "Decimal_Number": "Nd",
    "Punctuation": "P",
    "Symbol": "S",
    "Separator": "Z",
    "Space_Separator": "Zs",
    "White_Space": "Z",
    "Mark": "M",
}
_POSIX: dict[str, Ranges] = {
    "alpha": ((65, 90), (97, 122)),
    "digit": DIGITS,
    "alnum": ((48, 57), (65, 90), (97, 122)),
    "space": SPACE,
    "upper": ((65, 90),),
    "lower": ((97, 122),),
}
_CONTROLS = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13, "0": 0, "a": 7, "e": 27}


def parse(pattern: str) -> Node:
    """Read a pattern. Raises PatternError where it is not a regular expression we know."""
    if len(pattern) > MAX_PATTERN:
        raise PatternError(f"longer than {MAX_PATTERN} characters")
    return _Reader(pattern).whole()


def _sequence(parts: list[Node]) -> Node:
    if len(parts) == 1:
        return parts[0]
    longest = min(sum(part.longest for part in parts), UNBOUNDED)
    return Sequenced(tuple(parts), min(sum(part.shortest for part in parts), UNBOUNDED), longest)


def _repeat(part: Node, least: int, most: int) -> Node:
    if isinstance(part, Mark | Ahead):
        return part
    shortest = min(part.shortest * least, UNBOUNDED)
    return Repeat(part, least, most, shortest, min(part.longest * most, UNBOUNDED))


class _Reader:
    """Recursive descent over the text of a pattern."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.groups = 0
        self.nesting = 0

    def whole(self) -> Node:
        node = self.alternatives()
        if self.at < len(self.text):
            raise PatternError(f"unexpected {self.text[self.at]!r} at {self.at}")
        return node

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self, token: str) -> bool:
        found = self.text.startswith(token, self.at)
        if found:
            self.at += len(token)
        return found

    def until(self, end: str) -> str:
        stop = self.text.find(end, self.at)
        if stop < 0:
            raise PatternError(f"{end!r} is missing")
        found, self.at = self.text[self.at : stop], stop + len(end)
        return found

    def alternatives(self) -> Node:
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            raise PatternError(f"nested deeper than {MAX_NESTING} levels")
        options = [self.run()]
        while self.take("|"):
            options.append(self.run())
        self.nesting -= 1
        if len(options) == 1:
            return options[0]
        shortest = min(option.shortest for option in options)
        return Either(tuple(options), shortest, max(option.longest for option in options))

    def run(self) -> Node:
        parts: list[Node] = []
        while self.at < len(self.text) and self.peek() not in "|)":
            parts.append(self.quantified(self.atom()))
        return _sequence(parts)

    def quantified(self, part: Node) -> Node:
        while True:
            bounds = self.bounds()
            if bounds is None:
                return part
            if not self.take("?"):
                self.take("+")
            part = _repeat(part, *bounds)

    def bounds(self) -> tuple[int, int] | None:
        for token, bounds in (("*", (0, UNBOUNDED)), ("+", (1, UNBOUNDED)), ("?", (0, 1))):
            if self.take(token):
                return bounds
        if self.peek() != "{":
            return None
        stop = self.text.find("}", self.at)
        low, comma, high = self.text[self.at + 1 : max(stop, self.at + 1)].partition(",")
        if not low.isdecimal() or (high and not high.isdecimal()):
            return None
        self.at = stop + 1
        least = min(int(low[:12]), UNBOUNDED)
        most = (min(int(high[:12]), UNBOUNDED) if high else UNBOUNDED) if comma else least
        if most < least:
            raise PatternError("numbers out of order in {}")
        return least, most

    def atom(self) -> Node:
        char = self.text[self.at]
        self.at += 1
        if char == "(":
            return self.group()
        if char == "[":
            return Chars(self.char_class())
        if char == ".":
            return Chars(DOT)
        if char in "^$":
            return Mark(char)
        if char in "*+?":
            raise PatternError(f"nothing to repeat at {self.at - 1}")
        if char == "\\":
            return self.escape()
        return Chars(((ord(char), ord(char)),))

    def group(self) -> Node:
        keys: tuple[str, ...] = ()
        for opening, positive in (("?=", True), ("?!", False)):
            if self.take(opening):
                return Ahead(self.closed(), positive)
        if self.take("?<=") or self.take("?<!"):
            self.closed()
            return Mark("<")
        if self.take("?<") or self.take("?P<"):
            self.groups += 1
            keys = (str(self.groups), self.until(">"))
        elif self.take("?"):
            flags = self.until(":")
            if flags.strip("imsux-"):
                raise PatternError(f"unknown group (?{flags}:")
        else:
            self.groups += 1
            keys = (str(self.groups),)
        part = self.closed()
        return Group(part, keys, part.shortest, part.longest) if keys else part

    def closed(self) -> Node:
        part = self.alternatives()
        if not self.take(")"):
            raise PatternError("')' is missing")
        return part

    def escape(self) -> Node:
        char = self.peek()
        if char in ("b", "B", "A", "Z", "z"):
            self.at += 1
            return Mark({"A": "^", "Z": "$", "z": "$"}.get(char, char))
        if char == "k" and self.text.startswith("k<", self.at):
            self.at += 2
            return Reference(self.until(">"))
        if char in "123456789" and char:
            self.at += 1
            return Reference(char)
        return Chars(self.class_escape())

    def class_escape(self) -> Ranges:
        """What stands behind a backslash, inside and outside of brackets."""
        if self.at >= len(self.text):
            raise PatternError("a backslash at the end")
        char = self.text[self.at]
        self.at += 1
        sets = {"d": DIGITS, "w": WORD, "s": SPACE}
        if char.lower() in sets:
            ranges = sets[char.lower()]
            return ranges if char.islower() else complement(ranges)
        if char in "pP":
            return self.property(negated=char == "P")
        code = self.code(char)
        return ((code, code),)

    def property(self, *, negated: bool) -> Ranges:
        name = self.until("}")[1:] if self.peek() == "{" else self.text[self.at : self.at + 1]
        if self.text[self.at - 1] != "}":
            self.at += 1
        value = name.rpartition("=")[2].lstrip("^")
        ranges = _PROPERTIES.get(_PROPERTY_NAMES.get(value, value))
        if ranges is None:
            raise PatternError(f"unknown property {name}")
        return complement(ranges) if negated != ("^" in name) else ranges

    def code(self, char: str) -> int:
        if char in _CONTROLS:
            return _CONTROLS[char]
        if char == "c" and self.peek().isalpha():
            self.at += 1
            return ord(self.text[self.at - 1].upper()) - 64
        digits = {"x": 2, "u": 4}.get(char)
        if digits is None:
            return ord(char)
        if self.take("{"):
            number = self.until("}")
        else:
            number = self.text[self.at : self.at + digits]
            self.at += digits
        try:
            return min(int(number, 16), 0x10FFFF)
        except ValueError as error:
            raise PatternError(f"\\{char}{number} is not a character") from error

    def char_class(self) -> Ranges:
        negated = self.take("^")
        found: list[tuple[int, int]] = []
        first = True
        while first or self.peek() != "]":
            if self.at >= len(self.text):
                raise PatternError("']' is missing")
            if first and self.peek() == "]":
                break
            first = False
            low = self.class_member()
            if (
                len(low) == 1
                and self.peek() == "-"
                and self.text[self.at + 1 :][:1] not in ("]", "")
            ):
                self.at += 1
                high = self.class_member()
                if high[-1][1] < low[0][0]:
                    raise PatternError("range out of order in []")
                low = ((low[0][0], high[-1][1]),)
            found.extend(low)
        self.at += 1
        return complement(found) if negated else union(found)

    def class_member(self) -> Ranges:
        if self.take("\\"):
            if self.take("b"):
                return ((8, 8),)
            return self.class_escape()
        posix = ("[:alpha:]", "[:digit:]", "[:alnum:]", "[:space:]", "[:upper:]", "[:lower:]")
        for name in posix:
            if self.take(name):
                return _POSIX[name[2:-2]]
        char = self.text[self.at]
        self.at += 1
        return ((ord(char), ord(char)),)
