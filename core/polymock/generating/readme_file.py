"""README.md of a project: what it is, and how to run, test, change and deploy it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from polymock.generating.facts import DATA, Facts
from polymock.generating.kubernetes import secret_name
from polymock.generating.texts import text

MAX_TITLE = 120
_MARKS = re.compile(r"([\\`*_{}\[\]<>()#+!|&~$^=:@\"'.-])")


def readme_text(facts: Facts) -> str:
    """The whole page."""
    return text(
        "README.md",
        NAME=facts.name,
        MOCKS="".join(f"{row}\n" for row in _mocks(facts)),
        CALLS=_tried(facts),
        PORT=facts.config.server.port,
        ADMIN=facts.config.server.admin_port,
        VERSION=facts.version,
        DATA="".join(_data(facts)),
        VARIABLES=_variables(facts),
        SECRETS=_secrets(facts),
        PORTS=", ".join(f"{port} ({name})" for name, port in facts.ports.items()),
    )


def escaped(title: str) -> str:
    """A text of a document as one line of Markdown that means nothing but itself."""
    line = " ".join(title.split())
    printable = "".join(char for char in line if char.isprintable())[:MAX_TITLE]
    return _MARKS.sub(r"\\\1", printable)


def _mocks(facts: Facts) -> Iterator[str]:
    yield "| mock | protocol | what | operations | where |"
    yield "|---|---|---|---|---|"
    for mock in facts.mocks:
        where = f"`http://127.0.0.1:{facts.config.server.port}{mock.at}`"
        port = facts.listeners.get(mock.protocol)
        if port is not None:
            where += f", `127.0.0.1:{port}`"
        title = escaped(mock.title)
        yield f"| {mock.name} | {mock.protocol} | {title} | {mock.operations} | {where} |"


def _tried(facts: Facts) -> str:
    """What the tests call, or whom they do not."""
    silent = [mock.name for mock in facts.mocks if not facts.calls[mock.name]]
    count = facts.calls.total()
    told = f"`tests/test_mock.py` makes {count} {'call' if count == 1 else 'calls'}"
    if not silent:
        return f"{told}; write yours beside."
    return f"{told}. None of {', '.join(silent)} could be guessed: write them."


def _data(facts: Facts) -> Iterator[str]:
    if not facts.has_data:
        return
    yield (
        f"\nThe files in `{DATA}/` are the entities that the world begins with; an edited file "
        "counts from\nthe next start. "
    )
    counts = ", ".join(f"{name} ({count})" for name, count in facts.entities.items())
    yield f"Made from the contracts: {counts}.\n" if counts else "\n"


def _variables(facts: Facts) -> str:
    if not facts.variables:
        return ""
    names = ", ".join(f"`{name}`" for name in facts.variables)
    return f"\nThe config reads these environment variables, which must be set: {names}.\n"


def _secrets(facts: Facts) -> str:
    if not facts.variables:
        return ""
    literals = " ".join(f'--from-literal={name}="${name}"' for name in facts.variables)
    return f"kubectl create secret generic {secret_name(facts)} {literals}\n"
