"""The texts that are the same in every project, but for marks such as `@PORT@` in them."""

from __future__ import annotations

import re
from importlib import resources

FOLDER = "files"

_MARK = re.compile(r"@([A-Z]+)@")


def text(name: str, **marks: str | int) -> str:
    """A text of the package, with its marks replaced, all at once: a value's own are none."""
    content = resources.files(__package__).joinpath(FOLDER, f"{name}.txt").read_text("utf-8")
    return _MARK.sub(lambda found: str(marks[found[1]]), content)
