"""Files of seeds as rows: JSON, YAML, JSON Lines and CSV.

JSON and YAML hold a list of objects, an object whose one list that is, or objects by their keys.
JSON Lines (`.jsonl`, `.ndjson`) hold an object a line. CSV (RFC 4180; of `;` where its header has
no comma, of tabs in `.tsv`) has a header: `address.city` is a property of an object, `tags[]` a
list whose items stand between `|`, and an empty cell says nothing. A cell of a list or an object
may also be JSON.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from polymock.documents.local import read_file
from polymock.documents.parsing import in_utf8, to_json
from polymock.documents.yaml import ParseError
from polymock_schemas.config import WorldConfig

MAX_BYTES = 256 * 1024 * 1024
MAX_YAML_BYTES = 64 * 1024 * 1024
"""YAML takes its parser some fifteen times the memory of its text."""
MAX_ROWS = 1_000_000
MAX_DEPTH = 32
"""Objects and lists inside one another."""
ITEMS = "[]"
SEPARATOR = "|"


class FileRow(NamedTuple):
    """One row: where it stands (`line 3`), what it holds, and the key that stands beside it."""

    place: str
    value: Any
    key: str | None = None


def seed_files(config: WorldConfig, folder: Path) -> tuple[str, ...]:
    """The files that a config's collections begin with."""
    return tuple(
        str(folder / Path(settings.file).expanduser())
        for settings in config.collections.values()
        if settings.file is not None
    )


def read_rows(content: bytes, name: str) -> Iterator[FileRow]:
    """The rows of a file, by the end of its name; each is decoded as it is asked for.

    Raises ParseError.
    """
    read = _READERS.get(Path(name).suffix.lower())
    if read is None:
        known = ", ".join(_READERS)
        raise ParseError(f"its name ends in none of {known}", hint="name such a file")
    for number, row in enumerate(read(content, name)):
        if number >= MAX_ROWS:
            raise ParseError(f"it has more than {MAX_ROWS} rows")
        yield row


def is_text_only(name: str) -> bool:
    """Whether a file's values are all text, whatever they mean: a CSV's."""
    return Path(name).suffix.lower() in (".csv", ".tsv")


def read_content(path: Path) -> bytes:
    """The bytes of a file, at most MAX_BYTES. Raises ValueError with the reason."""
    limit = MAX_YAML_BYTES if path.suffix.lower() in (".yaml", ".yml") else MAX_BYTES
    return read_file(str(path), None, limit)


def _documents(content: bytes, name: str) -> Iterator[FileRow]:
    """The rows of a JSON or YAML file."""
    parsed = to_json(content, name, MAX_YAML_BYTES).content
    if parsed.lstrip()[:1] == b"[":
        yield from _items(_decoded(parsed, list[msgspec.Raw]), "")
        return
    if parsed.lstrip()[:1] != b"{":
        raise ParseError("it holds neither a list nor an object")
    members = _decoded(parsed, dict[str, msgspec.Raw])
    lists = [name for name, raw in members.items() if _begins(raw, b"[")]
    if len(lists) == 1:
        yield from _items(_decoded(members[lists[0]], list[msgspec.Raw]), f"/{_token(lists[0])}")
        return
    if not all(_begins(raw, b"{") for raw in members.values()):
        raise ParseError(
            "it is an object that holds neither one list nor nothing but objects",
            hint="write a list of the entities, or an object with each under its key",
        )
    for number, (key, raw) in enumerate(members.items(), 1):
        yield FileRow(f"row {number} (/{_token(key)})", _value(raw), key)


def _items(items: list[msgspec.Raw], pointer: str) -> Iterator[FileRow]:
    for index, raw in enumerate(items):
        yield FileRow(f"row {index + 1} ({pointer}/{index})", _value(raw))


def _lines(content: bytes, _name: str) -> Iterator[FileRow]:
    """The rows of JSON Lines; empty lines count, and hold nothing."""
    for number, line in enumerate(io.BytesIO(in_utf8(content)), 1):
        if line.strip():
            try:
                yield FileRow(f"line {number}", _value(line))
            except ParseError as error:
                raise ParseError(f"line {number}: {error.message}", str(number)) from None


def _table(content: bytes, name: str) -> Iterator[FileRow]:
    """The rows of a CSV file."""
    text = in_utf8(content).decode()
    header = text[: text.find("\n")] if "\n" in text else text
    delimiter = "\t" if name.lower().endswith(".tsv") else ","
    if delimiter == "," and "," not in header and ";" in header:
        delimiter = ";"
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = _columns([cell.strip() for cell in next(reader, [])])
        line = reader.line_num + 1
        for cells in reader:
            if len(cells) > len(columns):
                raise ParseError(
                    f"line {line} has {len(cells)} cells, and the header {len(columns)}", str(line)
                )
            if any(cells):
                yield FileRow(f"line {line}", _object(columns, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise ParseError(
            f"line {reader.line_num}: it is no CSV: {error}", str(reader.line_num)
        ) from None


Column = tuple[tuple[str, ...], bool]
"""The names that lead to a cell's value, and whether it is a list."""


def _columns(header: list[str]) -> list[Column]:
    if not header:
        raise ParseError("the file is empty")
    columns: list[Column] = []
    seen: set[tuple[str, ...]] = set()
    for number, name in enumerate(header, 1):
        path = tuple(name.removesuffix(ITEMS).split("."))
        if not all(path):
            raise ParseError(f"the header's column {number} has no name", "1")
        if len(path) > MAX_DEPTH:
            raise ParseError(f"the header's column {number} is nested too deeply", "1")
        clash = next((other for other in seen if _clashes(path, other)), None)
        if clash is not None:
            raise ParseError(f"the header's column {number} is {'.'.join(clash)} again", "1")
        seen.add(path)
        columns.append((path, name.endswith(ITEMS)))
    return columns


def _clashes(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    shorter = min(len(a), len(b))
    return a[:shorter] == b[:shorter]


def _object(columns: list[Column], cells: list[str]) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for (path, is_list), cell in zip(columns, cells, strict=False):
        if cell == "":
            continue
        held: Any = cell
        if is_list and not cell.lstrip().startswith("["):
            held = [item.strip() for item in cell.split(SEPARATOR)]
        inside = value
        for name in path[:-1]:
            inside = inside.setdefault(name, {})
        inside[path[-1]] = held
    return value


_READERS: dict[str, Callable[[bytes, str], Iterator[FileRow]]] = {
    ".json": _documents,
    ".yaml": _documents,
    ".yml": _documents,
    ".jsonl": _lines,
    ".ndjson": _lines,
    ".csv": _table,
    ".tsv": _table,
}


def _value(raw: msgspec.Raw | bytes) -> Any:
    value = _decoded(raw, Any)
    if is_deeper(value, MAX_DEPTH):
        raise ParseError(f"it is nested more than {MAX_DEPTH} deep")
    return value


def _decoded(content: msgspec.Raw | bytes, kind: Any) -> Any:
    try:
        return msgspec.json.decode(content, type=kind)
    except RecursionError:
        raise ParseError("it is nested too deeply") from None
    except ValueError as error:
        raise ParseError(f"it is no JSON: {error}") from None


def is_deeper(value: Any, depth: int) -> bool:
    """Whether there are more objects and lists inside one another in a JSON value."""
    if not isinstance(value, dict | list):
        return False
    if depth == 0:
        return True
    inner = value.values() if isinstance(value, dict) else value
    return any(is_deeper(each, depth - 1) for each in inner if isinstance(each, dict | list))


def _begins(raw: msgspec.Raw, sign: bytes) -> bool:
    return bytes(memoryview(raw)[:64]).lstrip().startswith(sign)


def _token(name: str) -> str:
    """A name in a JSON Pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")
