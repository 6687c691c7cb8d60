"""JSON paths (RFC 9535) without filters, slices and lists of selectors, and hiding what they hit.

A path is `$` with steps behind it: `.name`, `['name']`, `[0]`, `[-1]`, `[*]`, `.*`; with `..` in
front of it (`..name`, `..[0]`, `..*`) a step is taken at any depth. What a path hits becomes
`[redacted]`, whole. A top-level array is a batch or a stream of messages as well: a path applies to
the array and to each of its elements.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NoReturn

import msgspec

from polymock.errors import ConfigError

REDACTED = "[redacted]"
MAX_STEPS = 32

_STEP = re.compile(
    r"""(?: (?:(?P<deep>\.\.)|\.) (?: (?P<every>\*) | (?P<name>[^.\[\]'"*?(),\s]+) )
    | (?P<below>\.\.)?
      \[(?: (?P<any>\*) | (?P<index>-?\d{1,9}) | '(?P<single>[^'\\]+)' | "(?P<double>[^"\\]+)" )\]
    )""",
    re.VERBOSE,
)
_SHORT_ESCAPES = re.compile(r'["\\/\x00-\x1f]')
"""What JSON can also write in another way than by its code: a backslash and a sign."""


_INK = re.compile("[^ \t\r\n\x1e\ufeff]")


class Step(msgspec.Struct, frozen=True):
    """One step of a JSON path: a name, an index, or None for each; `deep` at any depth."""

    key: str | int | None
    deep: bool


Path = tuple[Step, ...]


def parse_path(entry: str) -> Path:
    """The steps of a path. Raises ConfigError that says which character is not understood."""
    steps: list[Step] = []
    position = 1
    while position < len(entry):
        match = _STEP.match(entry, position)
        if match is None or len(steps) == MAX_STEPS:
            raise ConfigError(
                f"journal.redact: {entry!r} is not a JSON path that is understood"
                f" (character {position + 1})",
                "use steps such as `$.card.number`, `$..password`, `$.items[*].secret`; there are"
                " no filters, slices or lists of names",
            )
        position = match.end()
        index = match["index"]
        name = match["name"] or match["single"] or match["double"]
        key: str | int | None = name if index is None else int(index)
        steps.append(Step(key, bool(match["deep"] or match["below"])))
    return tuple(steps)


class Paths:
    """JSON paths, compiled. Immutable. False where there are none."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._all = tuple(paths)
        self._hides_root = () in paths
        # The usual path, `$..name`, is applied to each object as soon as that is read: no walk.
        usual = [path for path in paths if len(path) == 1 and path[0].deep and _name_of(path)]
        self._anywhere = tuple(_name_of(path) for path in usual)
        self._others = tuple(path for path in paths if path and path not in usual)
        names = {_name_of(path) for path in paths}
        self._has_nameless = "" in names
        names.discard("")
        self.names = frozenset(name.lower() for name in names)
        """The last name of each path that has one, in lower case."""
        self._exact = tuple(name.encode("utf-8", "replace") for name in names)
        self._lowered = tuple({name.lower() for name in self._exact})
        self._escapes = _escapes_of(names)

    def __bool__(self) -> bool:
        return bool(self._all)

    def may_hit(self, data: bytes) -> bool:
        """Whether a path may hit something in a text of JSON; False is certain.

        A path hits nothing where its last name does not stand, unless escapes can spell it.
        """
        if self._has_nameless or b"\0" in data:
            return True
        if b"\\" in data and self._escapes.search(data):
            return True
        return self.named_in(data)

    def named_in(self, data: bytes) -> bool:
        """Whether the last name of a path stands in a text, in upper or lower case."""
        if any(name in data for name in self._exact):
            return True
        lowered = data.lower()
        return any(name in lowered for name in self._lowered)

    def reader(self, hidden: set[str]) -> Reader:
        """Who reads and redacts the values of one text; what was taken out is added to `hidden`."""
        return Reader(self._anywhere, self._others, self._hides_root, hidden)


class Reader:
    """Reads JSON values out of a text and writes them again without what paths hit."""

    def __init__(
        self, anywhere: Sequence[str], others: Sequence[Path], hides_root: bool, hidden: set[str]
    ) -> None:
        self._anywhere = anywhere
        self._others = others
        self._hides_root = hides_root
        self._hidden = hidden
        self._decoder = json.JSONDecoder(
            object_hook=self._struck if anywhere else None, parse_constant=_refuse
        )

    def value(self, text: str, start: int) -> tuple[str, int]:
        """The value that starts at `start`, redacted, and where it ends.

        Raises ValueError or RecursionError where none does that can be read.
        """
        value, end = self._decoder.raw_decode(text, start)
        return self._written(value), end

    def elements(self, text: str, start: int) -> tuple[str, int]:
        """The whole elements of an array that breaks off, redacted, and where the next one starts.

        The array is left open. Raises ValueError where an element cannot be written.
        """
        elements: list[Any] = []
        position = start + 1
        while True:
            try:
                value, end = self._decoder.raw_decode(text, past_blanks(text, position))
            except (ValueError, RecursionError):
                break
            comma = past_blanks(text, end)
            if text[comma : comma + 1] != ",":
                break  # the rest of a number may be missing
            elements.append(value)
            position = comma + 1
        if not elements:
            return "", start
        written = self._written(elements)
        return (written[:-1] + "," if written != REDACTED else written), position

    def _written(self, value: Any) -> str:
        # Written anew even where no path hits: of a key that stands twice, a parser keeps one.
        if self._hides_root:
            return REDACTED
        roots = [value, *value] if isinstance(value, list) else [value]
        for path in self._others:
            _strike(roots, path, self._hidden)
        written = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        try:
            written.encode()
        except UnicodeEncodeError:  # half of a surrogate pair
            return json.dumps(value, separators=(",", ":"))
        return written

    def _struck(self, members: dict[str, Any]) -> dict[str, Any]:
        for name in self._anywhere:
            if name in members:
                self._hidden.update(_scalars(members[name]))
                members[name] = REDACTED
        return members


def _name_of(path: Path) -> str:
    return next((step.key for step in reversed(path) if isinstance(step.key, str)), "")


def _escapes_of(names: Iterable[str]) -> re.Pattern[bytes]:
    """What starts each escape that can stand for a sign of these names."""
    if any(_SHORT_ESCAPES.search(name) for name in names):
        return re.compile(rb"\\")
    return re.compile(rb"\\u00[0-7]" if all(name.isascii() for name in names) else rb"\\u")


def _strike(roots: Sequence[Any], path: Path, hidden: set[str]) -> None:
    holders = roots
    for step in path[:-1]:
        holders = [holder[key] for holder, key in _hits(holders, step)]
    # From the inside out, so that each value is taken out, and gone through, once.
    for holder, key in reversed(list(_hits(holders, path[-1]))):
        hidden.update(_scalars(holder[key]))
        holder[key] = REDACTED


def _scalars(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, (str, int, float)):
            yield str(node)


def _hits(holders: Sequence[Any], step: Step) -> Iterator[tuple[Any, Any]]:
    """What a step hits in `holders` (outer ones first) and below, each once, outer ones first."""
    waiting = list(reversed(holders))
    seen: set[int] = set()
    while waiting:
        holder = waiting.pop()
        if not isinstance(holder, (dict, list)) or id(holder) in seen:
            continue
        seen.add(id(holder))
        yield from ((holder, key) for key in _keys(holder, step.key))
        if step.deep:
            waiting.extend(holder.values() if isinstance(holder, dict) else holder)


def _keys(holder: dict[str, Any] | list[Any], key: str | int | None) -> Sequence[Any]:
    if isinstance(holder, dict):
        if key is None:
            return list(holder)
        return [key] if key in holder else []
    if key is None:
        return range(len(holder))
    return [key] if isinstance(key, int) and -len(holder) <= key < len(holder) else []


def past_blanks(text: str, position: int) -> int:
    """Where the text goes on behind blanks, record separators (RFC 7464) and byte order marks."""
    ink = _INK.search(text, position)
    return len(text) if ink is None else ink.start()


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
