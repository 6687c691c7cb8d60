"""Sub-commands made of commands: their options, and what is printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import pytest
import rich_click as click
from click.testing import CliRunner, Result
from msgspec import Meta

from polymock.cli.deriving import SubCommand
from polymock.commands.command import Command, Terminal
from polymock.commands.context import Context
from polymock.errors import CommandError


class Inner(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    depth: Annotated[int, Meta(ge=0, le=9, description="How deep")] = 2


class Params(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    name: Annotated[str, Meta(max_length=5, description="A name")]
    others: Annotated[tuple[str, ...], Meta(description="More names")] = ()
    size: Annotated[Annotated[int, Meta(ge=1)] | None, Meta(description="A size")] = None
    wait: Annotated[float, Meta(ge=0, le=60, description="A time", extra={"unit": "seconds"})] = 1.0
    kind: Annotated[Literal["a", "b"], Meta(description="A kind")] = "a"
    dry_run: Annotated[bool, Meta(description="Do nothing")] = False
    warn: Annotated[bool, Meta(description="Say so")] = True
    seed: Annotated[int | None, Meta(description="A seed")] = None
    value: Annotated[dict[str, Any] | None, Meta(description="An object")] = None
    inner: Inner = Inner()
    secret: Annotated[str, Meta(description="For programs")] = ""

    def __post_init__(self) -> None:
        if self.seed == 0:
            raise ValueError("say `name`, or `dry_run`, but no `secret`")


class Told(msgspec.Struct):
    params: Params
    actor: str


def run(context: Context, params: Params) -> Told:
    if params.name == "bad":
        raise CommandError("It is bad.", "Be good.")
    return Told(params, context.actor)


def show(result: Told, params: Params) -> None:
    click.echo(f"{result.params.name} of {len(params.others)}")


def fails(result: Told, params: Params) -> bool:
    return params.kind == "b"


def document(result: Told, params: Params, file: Path) -> str:
    if file.suffix == ".no":
        raise CommandError("--output: there is no such form.", "Say .txt.")
    return f"{result.params.name} of {file.name}\n"


def follow(ask: Any, params: Params) -> None:
    for name in ("one", "two"):
        click.echo(ask({"name": name}).params.name)


HERE = "core.cli.test_deriving"
COMMAND = Command(
    name="things.do",
    summary="Do it.",
    params=Params,
    result=Told,
    run=f"{HERE}:run",
    place="machine",
    example={"name": "x"},
    terminal=Terminal(
        arguments=("name", "others"),
        short={"size": "s"},
        hidden=("secret",),
        show=f"{HERE}:show",
        formats={"loud": f"{HERE}:show"},
        fails=f"{HERE}:fails",
        document=f"{HERE}:document",
        follow=f"{HERE}:follow",
    ),
)


def do(*arguments: str, text: str | None = None) -> Result:
    result = CliRunner().invoke(SubCommand(COMMAND), arguments, input=text)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_a_document_is_written_to_the_file_that_is_named(tmp_path: Path) -> None:
    file = tmp_path / "told.txt"
    told = do("x", "-o", str(file), "--kind", "b")
    assert (told.stdout, told.exit_code) == ("", 1)
    assert str(file) in told.stderr
    assert file.read_text() == "x of told.txt\n"


@pytest.mark.parametrize(
    ("name", "why"), [("no/told.txt", "cannot be written"), ("told.no", "no such form")]
)
def test_a_file_that_cannot_be_written_is_named(tmp_path: Path, name: str, why: str) -> None:
    with pytest.raises(CommandError, match=why):
        do("x", "--output", str(tmp_path / name))
    assert list(tmp_path.iterdir()) == []


def test_what_is_written_to_a_file_is_not_printed_as_well() -> None:
    told = do("x", "-o", "told.txt", "--json")
    assert told.exit_code == 2
    assert "--json and --output exclude each other" in told.output


def test_parameters_are_arguments_and_options() -> None:
    told = json.loads(
        do(
            *("x", "y", "z", "-s", "3", "--wait", "500ms", "--kind", "a", "--dry-run"),
            *("--no-warn", "--value", '{"a": 1}', "--depth", "4", "--json"),
        ).stdout
    )
    assert told == {
        "params": {
            "name": "x",
            "others": ["y", "z"],
            "size": 3,
            "wait": 0.5,
            "kind": "a",
            "dry_run": True,
            "warn": False,
            "seed": None,
            "value": {"a": 1},
            "inner": {"depth": 4},
            "secret": "",
        },
        "actor": "cli",
    }
    assert json.loads(do("x", "--value", "-", "--json", text="{}").stdout)["params"]["value"] == {}


def test_results_are_shown_and_may_fail() -> None:
    assert do("x", "y").stdout == "x of 1\n"
    assert do("x", "--loud").stdout == "x of 0\n"
    assert do("x", "--kind", "b").exit_code == 1
    assert do("x", "--follow").stdout == "one\ntwo\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "NAME"),
        (["toolong"], "NAME"),
        (["x", "-s", "0"], "size"),
        (["x", "--wait", "2m"], "wait"),
        (["x", "--kind", "c"], "kind"),
        (["x", "--value", "[1]"], "value"),
        (["x", "--value", "{"], "value"),
        (["x", "--depth", "10"], "depth"),
        (["x", "--secret", "y"], "secret"),
        (["x", "--loud", "--json"], "exclude each other"),
        (["x", "--loud", "--follow"], "exclude each other"),
    ],
)
def test_wrong_usage_names_the_parameter_and_ends_with_2(arguments: list[str], words: str) -> None:
    result = do(*arguments)
    assert result.exit_code == 2, result.output
    assert words in result.stderr
    assert result.stdout == ""


def test_refusals_speak_as_the_command_line_does() -> None:
    result = do("x", "--seed", "0")
    told = " ".join(result.stderr.replace("│", "").split())
    assert result.exit_code == 2
    assert "say NAME, or --dry-run, but no `secret`" in told
    assert "{" not in told
    result = do("toolong")
    assert "NAME: Expected" in " ".join(result.stderr.replace("│", "").split())


def test_help_tells_defaults_and_limits() -> None:
    text = " ".join(do("--help").stdout.split())
    assert "Do it." in text
    assert "A time; default: 1s." in text
    assert "--secret" not in text
    assert "<=None" not in text


def test_what_a_command_refuses_is_raised() -> None:
    with pytest.raises(CommandError, match="It is bad"):
        do("bad")
