"""Specs that an instance was given as texts: checked, and written to a folder of its own."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from polymock.config.files import FILE_NAMES
from polymock.errors import CommandError, ServerError
from polymock_schemas.calls import Violation
from polymock_schemas.instances import TextFile

MAX_TOTAL = 16 * 1024 * 1024
"""Characters of all texts together."""
MAX_FOLDERS = 10
"""Folders in a name, one in the other."""
NAME_RULE = (
    "It is a file's name, such as shop.yaml, or a short path without `..`, such as "
    "shop/v1/shop.proto, of letters, digits, `.`, `_` and `-`."
)
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")


def check_texts(texts: Sequence[TextFile]) -> None:
    """Refuse texts whose names lead elsewhere, or that are too much. Raises CommandError."""
    total = 0
    seen: set[str] = set()
    for index, text in enumerate(texts):
        where = f"texts[{index}].name"
        parts = text.name.split("/")
        if len(parts) > MAX_FOLDERS or not all(map(_PART.fullmatch, parts)):
            raise _wrong(where, f"{text.name[:100]!r} cannot be a text's name", NAME_RULE)
        if text.name.casefold() in seen:
            raise _wrong(where, f"{text.name!r} is there already", "Give each text its own name.")
        seen.add(text.name.casefold())
        total += len(text.text)
    for index, text in enumerate(texts):
        folders = [str(folder) for folder in PurePosixPath(text.name.casefold()).parents]
        if any(folder in seen for folder in folders):
            message = f"{text.name!r} would be in a folder that is a text itself"
            raise _wrong(f"texts[{index}].name", message, "Give it another name.")
    if total > MAX_TOTAL:
        raise _wrong(
            "texts",
            f"they have {total} characters together, and may have {MAX_TOTAL}",
            "Name files or URLs in `specs`.",
        )


def served_names(texts: Sequence[TextFile]) -> tuple[str, ...]:
    """The names of the texts that are to be served: of the config, or of all specs.

    Raises CommandError where none is.
    """
    configs = [text.name for text in texts if text.name in FILE_NAMES]
    chosen = configs or [text.name for text in texts if text.served]
    if not chosen:
        raise _wrong("texts", "none of them is served", "Leave out `served: false` of the spec.")
    return tuple(chosen)


def write_texts(folder: Path, texts: Sequence[TextFile], before: Sequence[str] = ()) -> None:
    """Write the texts into a folder that only its owner can read, in place of those `before`.

    Other files there stay; without texts nothing is done. Raises ServerError.
    """
    if not texts and not before:
        return
    kept = {text.name for text in texts}
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in before:
            if name not in kept:
                (folder / name).unlink(missing_ok=True)
        for text in texts:
            file = folder / text.name
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file.write_text(text.text, "utf-8")
    except OSError as error:
        raise ServerError(f"{folder} cannot be written: {error.strerror}.") from error
    except UnicodeEncodeError as error:  # half of a surrogate pair, which JSON can hold
        raise CommandError(
            "A text holds what is no Unicode character.", "Send its text as UTF-8."
        ) from error


def read_texts(folder: Path, names: Sequence[str]) -> tuple[TextFile, ...]:
    """The texts as they are now; those that are gone are left out."""
    found = []
    for name in names:
        try:
            found.append(TextFile(name, (folder / name).read_text("utf-8")))
        except (OSError, UnicodeDecodeError):
            continue
    return tuple(found)


@contextmanager
def staged(folder: Path, texts: Sequence[TextFile]) -> Iterator[Path]:
    """A folder with the texts, to look at what they are; it goes on leaving."""
    try:
        write_texts(folder, texts)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wrong(where: str, message: str, hint: str) -> CommandError:
    return CommandError(f"{where}: {message}.", hint, "wrong", [Violation(where, message)])
