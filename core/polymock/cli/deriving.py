"""Sub-commands made of the commands that are installed: a group for each noun."""

from __future__ import annotations

import pkgutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import rich_click as click

from polymock.cli.group import Group
from polymock.cli.options import given, parameters, refused
from polymock.commands.catalog import Catalog, installed
from polymock.commands.command import Command
from polymock.commands.context import Progress, silent
from polymock.errors import CommandError, PluginError

_SERVER_OPTIONS = (
    click.Option(["--url"], metavar="URL", help="The server's admin API."),
    click.Option(["--instance"], metavar="NAME", help="The background server of this name."),
    click.Option(["--config"], metavar="PATH", help="The config that the server serves."),
    click.Option(["--journal"], metavar="PATH", help="The journal of the server."),
    click.Option(["--token"], metavar="TOKEN", help="One of the server's; or POLYMOCK_TOKEN."),
)


class Installed(Group):
    """The sub-commands below some words: those written by hand, and those of installed commands.

    Nothing is imported but what `--help` tells, or what was asked for.
    """

    def __init__(self, *args: Any, below: tuple[str, ...] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self._below = below

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, sorted."""
        names = set(super().list_commands(ctx))
        depth = len(self._below)
        names.update(command.words[depth] for command in self._installed())
        return sorted(names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A sub-command or group. Raises PluginError where its plugin is broken."""
        written = super().get_command(ctx, cmd_name)
        if written is not None:
            return written
        words = (*self._below, cmd_name)
        alone = _alone(cmd_name) if not self._below else None
        if alone is not None:
            return SubCommand(alone)
        found = [command for command in self._installed() if command.words[: len(words)] == words]
        for command in found:
            if command.words == words:
                return SubCommand(command)
        if found:
            return Installed(name=cmd_name, below=words, help=_summary(installed(), cmd_name))
        failure = installed().failures.get(cmd_name)
        if failure is not None and not self._below:
            raise failure
        return None

    def _installed(self) -> Iterator[Command]:
        """The commands below these words."""
        depth = len(self._below)
        for command in installed().commands.values():
            words = command.words
            if "cli" in command.surfaces and words[:depth] == self._below and len(words) > depth:
                yield command


def _alone(word: str) -> Command | None:
    """The command whose sub-command is one word. Nouns are imported until it is found, the one of
    that name first."""
    catalog = installed()
    for noun in sorted(catalog.nouns, key=lambda noun: (noun != word, noun)):
        try:
            commands = catalog.noun(noun).commands
        except PluginError:  # it is told of with all others
            continue
        for command in commands:
            if command.words == (word,) and "cli" in command.surfaces:
                return command
    return None


class SubCommand(click.RichCommand):
    """What the command line offers of a command. Its options are made when they are needed: a
    group's help, that lists many, tells none of them."""

    def __init__(self, command: Command) -> None:
        words = command.summary if not command.help else f"{command.summary}\n\n{command.help}"
        super().__init__(
            name=command.words[-1],
            callback=_callback(command),
            help=words,
            short_help=command.summary,
        )
        self._command = command

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Those of the command, how the result is printed, and which server is meant."""
        if not self.params:
            self.params = _all_parameters(self._command)
        return super().get_params(ctx)


def _all_parameters(command: Command) -> list[click.Parameter]:
    made = parameters(command)
    for name in command.terminal.formats:
        made.append(click.Option([f"--{name}"], is_flag=True, help=f"Print {name}."))
    if command.terminal.document:
        words = "Write to this file instead."
        made.append(click.Option(["--output", "-o"], metavar="FILE", help=words))
    if command.terminal.follow:
        words = "Go on with what comes, until it is interrupted."
        made.append(click.Option(["--follow", "-f"], is_flag=True, help=words))
    made.append(click.Option(["--json", "as_json"], is_flag=True, help="Print JSON."))
    if command.place != "machine":
        made.extend(_SERVER_OPTIONS)
    return made


class Asked(msgspec.Struct, frozen=True):
    """What the command line says beside a command's parameters: how the result is printed, or to
    which file it is written, and which server is meant."""

    formats: tuple[str, ...]
    file: str | None
    follows: bool
    where: dict[str, str | None]


def _callback(command: Command) -> Callable[..., None]:
    def call(as_json: bool, follow: bool = False, **values: Any) -> None:
        formats = [name for name in command.terminal.formats if values.pop(name)]
        if as_json:
            formats.append("json")
        file = values.pop("output") if command.terminal.document else None
        excluding = [*formats, *(["follow"] if follow else []), *(["output"] if file else [])]
        if len(excluding) > 1:
            raise click.UsageError(f"--{excluding[0]} and --{excluding[1]} exclude each other.")
        where = {
            str(option.name): values.pop(option.name, None)
            for option in _SERVER_OPTIONS
            if command.place != "machine"
        }
        named = [name for name in ("url", "instance", "config", "journal") if where.get(name)]
        if len(named) > 1 and named[0] in ("url", "instance"):
            raise click.UsageError(f"--{named[0]} stands alone: it names the server already.")
        _carry_out(command, given(command, values), Asked(tuple(formats), file, follow, where))

    return call


def _carry_out(command: Command, params: dict[str, Any], asked: Asked) -> None:
    # Imported here, as `--help` needs neither.
    from polymock.commands.execution import read_params
    from polymock.commands.local import Target, carry_out

    try:
        read = read_params(command, params)
    except CommandError as error:
        raise click.UsageError(refused(command, error)) from error
    target = Target(**asked.where)
    if asked.follows:
        follow = pkgutil.resolve_name(command.terminal.follow)
        follow(lambda others: carry_out(command, others, target, actor="cli"), read)
        return
    with _progress() as progress:
        result = carry_out(command, params, target, actor="cli", progress=progress)
    if asked.file is None:
        _print(command, result, read, asked.formats)
    else:
        _write(command, result, read, asked.file)
    fails = command.terminal.fails
    if fails and pkgutil.resolve_name(fails)(result, read):
        raise SystemExit(1)


def _print(command: Command, result: Any, params: msgspec.Struct, formats: tuple[str, ...]) -> None:
    from polymock.output import print_json, print_result

    terminal = command.terminal
    if "json" in formats:
        told = pkgutil.resolve_name(terminal.json)(result, params) if terminal.json else result
        print_json(told)
        return
    show = terminal.formats[formats[0]] if formats else terminal.show
    if show:
        pkgutil.resolve_name(show)(result, params)
    else:
        print_result(result)


def _write(command: Command, result: Any, params: msgspec.Struct, name: str) -> None:
    """Write to a file. Raises CommandError where that cannot be done."""
    file = Path(name).expanduser()
    text = pkgutil.resolve_name(command.terminal.document)(result, params, file)
    try:
        file.write_text(text, encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CommandError(
            f"--output: {name[:200]} cannot be written: {reason}.",
            "Name a file in a folder that you may write to.",
            "failed",
        ) from error
    click.echo(f"Written to {name}.", err=True)


@contextmanager
def _progress() -> Iterator[Progress]:
    """Progress on standard error, where that is a terminal."""
    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, visible=False)

        def tell(done: float, total: float | None = None, words: str = "") -> None:
            bar.update(task, completed=done, total=total, description=words, visible=True)

        yield tell


def _summary(catalog: Catalog, noun: str) -> str:
    """What a group is for: as the plugin of that name says."""
    return catalog.noun(noun).summary if noun in catalog.nouns else ""
