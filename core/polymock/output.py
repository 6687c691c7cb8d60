"""Results on standard output: tables for people, JSON and CSV for programs."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from polymock_schemas.commands import SqlResult

FOLDED_WIDTH = 24
"""Columns of text that a folded cell has at least, on a terminal."""
GAP = 3
"""Columns of text between two columns of a table."""
MAX_WIDTH = 1_000_000
"""Columns of text in a table that is not shown on a terminal."""


def print_json(result: Any) -> None:
    """Any struct, or list of them, as indented JSON."""
    _write(msgspec.json.format(msgspec.json.encode(result, enc_hook=str), indent=2).decode() + "\n")


def print_lines(lines: Iterable[str]) -> None:
    """Lines of text."""
    _write("".join(f"{printable(line)}\n" for line in lines))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table. Elsewhere than on a terminal nothing is folded or cut.

    On a terminal the cells of the widest column fold. Where that is not enough, each row stands
    on lines of its own, one for each cell that is not empty.
    """
    console = Console(soft_wrap=False, highlight=False)
    cells = [[printable(as_text(value)) for value in row] for row in rows]
    folded = None
    if console.is_terminal:
        widths = _widths(columns, cells)
        folded = widths.index(max(widths)) if widths else None
        if cells and not _fits(widths, console.width):
            print_lines(_records(columns, cells))
            return
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for index, name in enumerate(columns):
        table.add_column(Text(printable(name)), overflow="fold", no_wrap=index != folded)
    for row in cells:
        table.add_row(*map(Text, row))
    if not console.is_terminal:
        console.width = Measurement.get(console, console.options.update(width=MAX_WIDTH), table)[1]
    console.print(table)


def _widths(columns: Sequence[str], cells: Sequence[Sequence[str]]) -> list[int]:
    """How wide each column is where nothing is folded."""
    return [
        max(max(map(cell_len, text.split("\n"))) for text in (name, *(row[index] for row in cells)))
        for index, name in enumerate(columns)
    ]


def _fits(widths: Sequence[int], room: int) -> bool:
    """Whether a table fits, with the cells of its widest column folded if need be."""
    *others, widest = sorted(widths)
    return sum(others) + min(widest, FOLDED_WIDTH) + GAP * len(others) <= room


def _records(columns: Sequence[str], cells: Sequence[Sequence[str]]) -> Iterator[str]:
    """A block of lines for each row, `name: value`, and an empty line between two."""
    width = max(map(cell_len, columns)) + 1
    for number, row in enumerate(cells):
        if number:
            yield ""
        for name, value in zip(columns, row, strict=True):
            if value:
                yield f"{name + ':':<{width}} {value}"


def print_result(result: Any) -> None:
    """Whatever a command answered: structs as a table with a line for each (or, of one, a line for
    each property), anything else as JSON."""
    told = msgspec.to_builtins(result, enc_hook=str)
    if isinstance(told, dict) and told:
        print_table(("property", "value"), [(name, value) for name, value in told.items()])
    elif isinstance(told, list) and told and all(isinstance(each, dict) for each in told):
        names = list(dict.fromkeys(name for each in told for name in each))
        print_table(names, [[each.get(name, "") for name in names] for each in told])
    elif isinstance(told, list) and not told:
        print_lines(["None."])
    else:
        print_json(result)


def print_csv(result: SqlResult) -> None:
    """A header line, then the rows, as RFC 4180 has it; NULL is empty."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(result.columns)
    writer.writerows(
        ["" if value is None else as_text(value) for value in row] for row in result.rows
    )
    _write(buffer.getvalue())


def as_objects(result: SqlResult) -> list[dict[str, Any]]:
    """The rows as objects; a column name that comes twice is numbered (`id`, `id_2`)."""
    names: list[str] = []
    for column in result.columns:
        name, number = column, 2
        while name in names:
            name, number = f"{column}_{number}", number + 1
        names.append(name)
    return [dict(zip(names, row, strict=True)) for row in result.rows]


def as_text(value: Any) -> str:
    """A value in one cell: text as it is, lists and tables as JSON."""
    if isinstance(value, str):
        return value
    if value is None:
        return "NULL"
    return msgspec.json.encode(value, enc_hook=str).decode().strip('"')


def printable(text: str) -> str:
    """The text without what would steer a terminal: control characters stand as escapes."""
    return "".join(
        char if char.isprintable() or char == "\n" else repr(char)[1:-1] for char in text
    )


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
