"""Projects that were made, printed."""

from __future__ import annotations

from polymock.output import print_lines
from polymock_schemas.generating import Generated, GenerateParams


def show_generated(result: Generated, params: GenerateParams) -> None:
    """What is in the project, and how it is served."""
    mocks = [
        f"  {mock.name}: {mock.protocol} at {mock.at}, {mock.operations} operations"
        for mock in result.mocks
    ]
    print_lines(
        [
            f"{result.folder} has {len(result.files)} files.",
            *mocks,
            *(f"  {note}" for note in result.notes),
            f"Serve it: polymock serve {params.output}",
        ]
    )
