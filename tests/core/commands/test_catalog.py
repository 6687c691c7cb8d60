"""Commands that are installed: ours, and those of others."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable

import msgspec
import pytest
from msgspec import inspect

from polymock.commands.catalog import Catalog
from polymock.commands.command import Command
from polymock.commands.execution import read_params
from polymock.errors import CommandError, PluginError

Install = Callable[..., None]
GROUP = "polymock.commands"
CODE = """
import msgspec
from polymock.commands.command import Command, Commands, Route
from polymock.interfaces import NoSettings, Plugin

class Params(msgspec.Struct, forbid_unknown_fields=True):
    times: int = 1

def run(context, params):
    return {{"times": params.times, "who": context.actor}}

COMMAND = Command(
    name="{name}", summary="Do it.", params=Params, result=dict, run="{module}:run",
    place="machine"{more}
)
plugin = Plugin(NoSettings, lambda _: Commands("Things.", (COMMAND,)))
"""


def offer(install: Install, noun: str, name: str, more: str = "") -> None:
    module = f"offer_{noun}"
    code = CODE.format(name=name, module=module, more=more)
    install(f"{noun}-things", module, code, GROUP, noun)


OURS = Catalog().commands


def test_all_of_ours_are_sound() -> None:
    assert Catalog().failures == {}
    assert {"world.list", "sessions.create", "logs.sql", "instances.start"} <= set(OURS)


@pytest.mark.parametrize("command", OURS.values(), ids=lambda command: command.name)
def test_each_says_what_it_does(command: Command) -> None:
    assert command.summary.endswith(".")
    assert callable(pkgutil.resolve_name(command.run))
    terminal = command.terminal
    for place in (terminal.show, terminal.json, terminal.fails, terminal.follow):
        assert not place or callable(pkgutil.resolve_name(place))
    for place in terminal.formats.values():
        assert callable(pkgutil.resolve_name(place))
    fields = [field.name for field in msgspec.structs.fields(command.params)]
    assert {*terminal.arguments, *terminal.hidden, *terminal.short} <= set(fields)
    if command.destroys:
        assert command.writes
    if command.writes:
        assert command.role != "viewer"


@pytest.mark.parametrize("command", OURS.values(), ids=lambda command: command.name)
def test_each_explains_its_parameters_and_has_an_example_that_would_do(command: Command) -> None:
    told = inspect.type_info(command.params)
    assert isinstance(told, inspect.StructType)
    schema = msgspec.json.schema(command.params)
    (definition,) = [
        each for name, each in schema["$defs"].items() if name == command.params.__name__
    ]
    for field in told.fields:
        member = definition["properties"][field.encode_name]
        assert member.get("description"), f"{command.name}: {field.name} has no description"
    if any(field.required for field in told.fields):
        assert command.example, command.name
    read_params(command, command.example)
    assert msgspec.json.schema(command.result) is not None


def test_a_strangers_command_is_there(install: Install) -> None:
    offer(install, "acme", "acme.do_it")
    command = Catalog().find("acme.do_it")
    assert command.words == ("acme", "do-it")
    assert command.tool == "acme_do_it"
    assert (command.address.method, command.address.path) == ("POST", "/acme/do-it")


@pytest.mark.parametrize(
    ("name", "more", "why"),
    [
        ("other.do", "", "is not of its noun"),
        ("acme", "", "is not of its noun"),
        ("acme.do", ", writes=True, route=Route('GET', '/acme')", "and its address is a GET"),
        ("acme.do", ", terminal=Terminal(words=('ps',))", "cannot be loaded"),
        (
            "acme.do",
            ", route=Route('GET', '/sessions')",
            "The commands (acme.do and sessions.list|sessions.list and acme.do) both claim",
        ),
    ],
)
def test_what_a_stranger_may_not(install: Install, name: str, more: str, why: str) -> None:
    offer(install, "acme", name, more)
    catalog = Catalog()
    assert "acme" not in {command.noun for command in catalog.commands.values()} or (
        "sessions" in catalog.failures
    )
    with pytest.raises(PluginError, match=why):
        raise next(iter(catalog.failures.values()))


def test_a_noun_declared_twice_is_left_out_and_named(install: Install) -> None:
    offer(install, "acme", "acme.do")
    code = CODE.format(name="acme.do", module="offer_twice", more="")
    install("twice-things", "offer_twice", code, GROUP, "acme")
    catalog = Catalog()
    assert "world.list" in catalog.commands
    assert "acme-things 1.2" in catalog.failures["acme"].message
    assert "twice-things 1.2" in catalog.failures["acme"].message


def test_a_name_that_is_none_suggests_the_nearest() -> None:
    with pytest.raises(CommandError) as raised:
        Catalog().find("world.lits")
    assert (raised.value.kind, raised.value.hint) == ("unknown", "Did you mean `world.list`?")
