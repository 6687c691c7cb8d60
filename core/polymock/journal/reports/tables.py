"""Tables of plain text that fit a width."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len, set_cell_size

WIDTH = 100
GAP = "  "
LEAST = 8
"""A column of text is not cut shorter than this."""


def table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], left: Sequence[str], width: int = WIDTH
) -> Iterator[str]:
    """The lines of a table. Columns named in `left` are texts, and cut where it would be wider than
    `width` (the longest first); others are figures, set to the right."""
    widths = [
        max(cell_len(head), *(cell_len(row[number]) for row in rows))
        for number, head in enumerate(heads)
    ]
    texts = [number for number, head in enumerate(heads) if head in left]
    while sum(widths) + len(GAP) * (len(widths) - 1) > width:
        longest = max(texts, key=lambda number: widths[number])
        if widths[longest] <= LEAST:
            break
        widths[longest] -= 1
    for cells in (heads, *rows):
        yield GAP.join(
            _cell(cell, widths[number], number in texts) for number, cell in enumerate(cells)
        ).rstrip()


def cut(text: str, width: int) -> str:
    """A text of at most so many columns; what is in its middle gives way."""
    if cell_len(text) <= width:
        return text
    behind = width // 3
    tail = text[len(text) - behind :]
    while cell_len(tail) > behind:
        tail = tail[1:]
    return f"{set_cell_size(text, width - 1 - cell_len(tail)).rstrip()}…{tail}"


def _cell(text: str, width: int, is_text: bool) -> str:
    text = cut(text, width)
    padding = " " * (width - cell_len(text))
    return text + padding if is_text else padding + text
