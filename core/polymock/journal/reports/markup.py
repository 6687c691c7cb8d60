"""HTML and SVG put together of elements, so that no text gets in unescaped."""

from __future__ import annotations

from html import escape


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


Child = str | None


def element(tag: str, *children: Child, **attributes: str | float | None) -> Markup:
    """An element. Children that are not Markup are text; so are the values of attributes.

    A `_` in an attribute's name stands for `-`, and one at its end for nothing (`class_`).
    Children and attributes that are None are left out.
    """
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(_value(value))}"'
        for name, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{tag}{written}>{joined(*children)}</{tag}>")


def joined(*children: Child) -> Markup:
    """Children one after the other."""
    return Markup(
        "".join(
            child if isinstance(child, Markup) else escape(child)
            for child in children
            if child is not None
        )
    )


def _value(value: str | float) -> str:
    """Numbers short, as coordinates need no more than a tenth of a pixel."""
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0")
    return str(value)
