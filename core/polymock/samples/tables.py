"""Reads the tables of words that the realistic values are looked up in."""

from __future__ import annotations


def unfolded(table: str) -> list[str]:
    """The lines of a table, those joined that go on after an indent."""
    return table.strip().replace("\n  ", " ").splitlines()


def word_list(text: str) -> tuple[str, ...]:
    """The words of a text."""
    return tuple(text.split())


def word_set(text: str) -> frozenset[str]:
    """The words of a text, without order."""
    return frozenset(text.split())
