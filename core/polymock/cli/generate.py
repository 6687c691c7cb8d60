"""Projects made from specs."""

from __future__ import annotations

import rich_click as click

from polymock.cli.group import PRIVATE_HELP, json_option


@click.command()
@click.argument("specs", nargs=-1, metavar="[CONFIG | SPEC...]")
@click.option("-o", "--output", required=True, metavar="DIR", help="The project's folder.")
@click.option("--name", default="", help="Of the image and in Kubernetes; default: the folder's.")
@click.option("--seed", type=int, help="The same seed gives the same answers.")
@click.option("--force", is_flag=True, help="Overwrite the project's files where DIR has them.")
@click.option("--allow-private", is_flag=True, help=PRIVATE_HELP)
@json_option
def generate(
    specs: tuple[str, ...],
    output: str,
    name: str,
    seed: int | None,
    force: bool,
    allow_private: bool,
    as_json: bool,
) -> None:
    """Write a project folder: config, specs, seeds, tests, Docker and Kubernetes.

    It runs at once: cd DIR && polymock serve
    """
    from polymock.commands.generating import generate as run
    from polymock.output import print_json, print_lines
    from polymock_schemas.generating import GenerateParams

    params = GenerateParams(specs, output, name, seed, force, allow_private)
    result = run(params)
    if as_json:
        print_json(result)
        return
    mocks = [
        f"  {mock.name}: {mock.protocol} at {mock.at}, {mock.operations} operations"
        for mock in result.mocks
    ]
    print_lines(
        [
            f"{result.folder} has {len(result.files)} files.",
            *mocks,
            *(f"  {note}" for note in result.notes),
            f"Serve it: polymock serve {output}",
        ]
    )
