"""Names for images and Kubernetes objects out of any text."""

from __future__ import annotations

import re
import unicodedata

MAX_NAME = 40
"""Characters, so that there is room for endings: a name has 63 at most."""
MAX_PORT_NAME = 15
FALLBACK = "mock"

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")


def label(text: str, most: int = MAX_NAME) -> str:
    """A label of RFC 1035: `[a-z0-9-]`, a letter first, no `-` last.

    Names of services must be such; those of RFC 1123 may begin with a digit.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if name and not name[0].isalpha():
        name = f"{FALLBACK}-{name}"
    return name[:most].strip("-") or FALLBACK


def is_variable(name: str) -> bool:
    """Whether a shell, Docker and Kubernetes all take a name for an environment variable's."""
    return _VARIABLE.fullmatch(name) is not None
