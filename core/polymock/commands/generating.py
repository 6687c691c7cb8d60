"""Projects made from specs."""

from __future__ import annotations

import os
from pathlib import Path

from polymock.commands.context import Context
from polymock.config.loading import ENVIRONMENT_PREFIX, Overrides, load
from polymock.generating.folder import check_output, files_of, put_in_place, staged
from polymock.generating.names import label
from polymock.generating.project import Project, build_project
from polymock_schemas.generating import Generated, GeneratedMock, GenerateParams


def generate(context: Context, params: GenerateParams) -> Generated:
    """Write a project that runs at once: all of it, or nothing.

    Settings in this machine's environment are not those of the project. Raises ConfigError,
    SpecError, PluginError.
    """
    folder = Path(os.path.normpath(context.folder / Path(params.output).expanduser()))
    check_output(folder, force=params.force)
    overrides = Overrides(seed=params.seed, allow_private=params.allow_private)
    loaded = load(params.specs, overrides, _without_settings(), directory=context.folder)
    name = label(params.name or folder.name)
    folder = folder.resolve()
    context.progress(0, None, "reading the specs")
    with staged(folder) as stage:
        project = build_project(loaded, stage, name)
        files = files_of(stage)
        put_in_place(stage, folder)
    return _told(project, folder, files)


def _without_settings() -> dict[str, str]:
    """The environment without variables such as POLYMOCK_SERVER__PORT."""
    return {
        name: value
        for name, value in os.environ.items()
        if not (name.startswith(ENVIRONMENT_PREFIX) and "__" in name)
    }


def _told(project: Project, folder: Path, files: tuple[str, ...]) -> Generated:
    facts = project.facts
    return Generated(
        folder=str(folder),
        name=facts.name,
        files=files,
        mocks=tuple(
            GeneratedMock(
                name=mock.name,
                protocol=mock.protocol,
                spec=mock.spec,
                at=mock.at,
                operations=mock.operations,
                calls=facts.calls[mock.name],
            )
            for mock in facts.mocks
        ),
        entities=dict(facts.entities),
        notes=project.notes,
    )
