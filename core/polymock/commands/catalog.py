"""The commands that are installed: those of Polymock itself and of others, by entry point."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout

from polymock import plugins
from polymock.commands.command import Command, Commands
from polymock.config.settings import suggestion
from polymock.errors import CommandError, PluginError


class Catalog:
    """The nouns that are installed, and their commands; a noun is imported when it is asked for.

    A noun that cannot be imported, or offers what it may not, is left out of `commands` and is in
    `failures`, with why.
    """

    def __init__(self) -> None:
        self._entries = plugins.entries(plugins.COMMANDS)
        self._nouns: dict[str, Commands] = {}
        self.failures: dict[str, PluginError] = {}

    @functools.cached_property
    def nouns(self) -> tuple[str, ...]:
        """The names of all nouns, sorted; nothing is imported."""
        return tuple(sorted({entry.name for entry in self._entries}))

    def noun(self, name: str) -> Commands:
        """What a noun offers. Raises PluginError."""
        if name not in self._nouns:
            with redirect_stdout(sys.stderr):  # standard output is for what commands answer
                found = plugins.build(plugins.COMMANDS, name, {}, installed=self._entries)
            fault = _fault(name, found)
            if fault:
                raise PluginError(
                    f"The command plugin {name!r} is broken: {fault}.", "Update or uninstall it."
                )
            self._nouns[name] = found
        return self._nouns[name]

    @functools.cached_property
    def commands(self) -> Mapping[str, Command]:
        """All commands by name. Two that claim the same words, address or tool are failures."""
        found: dict[str, Command] = {}
        claimed: dict[object, str] = {}
        for noun in self.nouns:
            try:
                commands = self.noun(noun).commands
                self._claim(noun, commands, claimed)
            except PluginError as error:
                self.failures[noun] = error
            else:
                found.update((command.name, command) for command in commands)
        return found

    def find(self, name: str) -> Command:
        """A command by its name. Raises CommandError where there is none, PluginError where its
        plugin is broken."""
        noun = name.partition(".")[0]
        if noun in self.nouns:
            for command in self.noun(noun).commands:
                if command.name == name:
                    return command
        raise CommandError(
            f"There is no command {name[:100]!r}.",
            suggestion(name, tuple(self.commands)) or "`polymock --help` lists them.",
            "unknown",
        )

    def _claim(self, noun: str, commands: tuple[Command, ...], claimed: dict[object, str]) -> None:
        wanted: dict[object, str] = {}
        for command in commands:
            for claim in _claims(command):
                owner = claimed.get(claim) or wanted.get(claim)
                if owner is not None:
                    raise PluginError(
                        f"The commands {owner} and {command.name} both claim {claim}.",
                        "Uninstall the plugin of one of them.",
                    )
                wanted[claim] = command.name
        claimed.update(wanted)


def _claims(command: Command) -> Iterator[object]:
    address = command.address
    yield " ".join(("polymock", *command.words))
    yield f"{address.method} {address.path}"
    yield f"the tool {command.tool}"


def _fault(noun: str, found: object) -> str:
    """Why what a plugin built are no commands of its noun; "" where they are."""
    if not isinstance(found, Commands):
        return f"its `build` returned {type(found).__name__}, not polymock's Commands"
    for command in found.commands:
        if not isinstance(command, Command):
            return f"{type(command).__name__} is no polymock Command"
        if command.noun != noun or not command.verb:
            return f"{command.name!r} is not of its noun ({noun}.VERB)"
        if command.writes and command.address.method == "GET":  # a link must change nothing
            return f"{command.name} writes, and its address is a GET"
    return ""


@functools.cache
def installed() -> Catalog:
    """The catalog of this process."""
    return Catalog()
