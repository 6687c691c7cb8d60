"""Is a document GraphQL's? Told by its name and its beginning, without any parser."""

from __future__ import annotations

import re

SUFFIXES = (".graphql", ".graphqls", ".gql", ".sdl")
"""Endings of the names of SDL files."""
TEXT_SUFFIXES = (".txt", ".schema")
"""Endings that tell nothing: what such a file is, its content tells."""
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
BLANK = rb'(?:[\s,]|#[^\n\r]*|"""(?:[^"\\]|\\.|"(?!""))*"""|"(?!"")(?:[^"\\\n]|\\.)*")'
DEFINITION = re.compile(
    rb"%s*+(?:(?:extend\s+)?(?:type|interface|input|enum|scalar|union)\s+\w+"
    rb"(?:\s*[{@=]|\s+implements\b|\s*$|\s*[\r\n])"
    rb"|(?:extend\s+)?schema\s*[{@]|directive\s*@)" % BLANK
)
"""The first definition of an SDL document, behind comments and descriptions."""
JSON_TOKEN = re.compile(rb'"((?:[^"\\]|\\.)*+)"(\s*:)?|[{}\[\]]')


def recognises(name: str, head: bytes) -> bool:
    """Whether a document is an SDL file or an introspection result.

    `name` is the last part of its path or URL, `head` its first bytes.
    """
    lowered = name.partition("?")[0].lower()
    if lowered.endswith(SUFFIXES):
        return True
    content = head.removeprefix(BYTE_ORDER_MARK)
    if is_introspection(content):
        return True
    tells_nothing = "." not in lowered or lowered.endswith(TEXT_SUFFIXES)
    return tells_nothing and DEFINITION.match(content) is not None


def is_introspection(head: bytes) -> bool:
    """Whether it begins like `{"__schema": …}`, which may stand under `data`."""
    if not head.lstrip().startswith(b"{"):
        return False
    depth, outer = 0, b""
    for token in JSON_TOKEN.finditer(head):
        text, is_key = token[1], token[2] is not None
        if text is None:
            depth += 1 if token[0] in b"{[" else -1
        elif is_key and depth == 1:
            outer = text
        if is_key and text == b"__schema" and (depth == 1 or (depth == 2 and outer == b"data")):
            return True
    return False
