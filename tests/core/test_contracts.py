from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from polymock.contracts import choose_prefixes, compile_mock
from polymock.errors import ConfigError, PluginError, SpecError
from polymock_schemas.config import MockConfig

Install = Callable[..., None]


@pytest.mark.usefixtures("toy")
def test_the_protocol_is_recognised_from_the_document(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("toy one")
    reader, contract = compile_mock(MockConfig("a.txt"), tmp_path)
    assert (reader.prefix, contract.operations) == ("/toy", ["toy", "one"])


@pytest.mark.usefixtures("toy")
def test_a_named_protocol_needs_no_recognising(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one")
    _, contract = compile_mock(MockConfig("a.txt", protocol="toy"), tmp_path)
    assert contract.operations == ["one"]


def test_an_unknown_protocol_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match="no protocol plugin 'opnapi'"):
        compile_mock(MockConfig("a.txt", protocol="opnapi"), tmp_path)


@pytest.mark.usefixtures("toy")
def test_options_are_the_plugins_settings(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("toy")
    with pytest.raises(ConfigError, match=r"protocol plugin 'toy': colour: unknown key"):
        compile_mock(MockConfig("a.txt", options={"colour": 1}), tmp_path)


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ("missing.txt", "No such file"),
        (".", "it is a folder without files"),
        ("nul\0", "null byte"),
        ("http://127.0.0.1:9/a", "private address"),
        ("http://[", "Invalid"),
    ],
)
def test_a_spec_that_cannot_be_read_says_why(tmp_path: Path, spec: str, reason: str) -> None:
    with pytest.raises(SpecError) as raised:
        compile_mock(MockConfig(spec), tmp_path)
    assert reason in f"{raised.value.message} {raised.value.hint}"


def test_mocks_keep_the_prefixes_that_do_not_meet() -> None:
    mocks = [MockConfig("a", "a"), MockConfig("b", "b"), MockConfig("c", "c", at="/c/")]
    assert choose_prefixes(mocks, ["/", "/graphql", "/"]) == (("", "/graphql", "/c"), ())


def test_mocks_that_meet_by_default_go_to_their_names() -> None:
    mocks = [MockConfig("a", "a"), MockConfig("b", "b"), MockConfig("c", "c", at="/")]
    prefixes, notes = choose_prefixes(mocks, ["/", "/", "/"])
    assert prefixes == ("/a", "/b", "")
    assert notes[0] == "a is served at /a, as / is shared"


def test_mocks_that_ask_for_the_same_prefix_are_refused() -> None:
    mocks = [MockConfig("a", "a", at="/x"), MockConfig("b", "b", at="/x/")]
    with pytest.raises(ConfigError, match="a and b are both served at /x"):
        choose_prefixes(mocks, ["/", "/"])


def test_mocks_that_share_a_prefix_keep_it() -> None:
    mocks = [MockConfig("a", "a"), MockConfig("b", "b"), MockConfig("c", "c")]
    defaults = ["/", "/", "/"]
    assert choose_prefixes(mocks, defaults, [False, True, True]) == (("", "", ""), ())
    prefixes, notes = choose_prefixes(mocks, defaults, [False, True, False])
    assert prefixes == ("/a", "", "/c")
    assert len(notes) == 2


def test_of_those_that_ask_for_a_prefix_one_may_stand_alone() -> None:
    mocks = [MockConfig("a", "a", at="/x"), MockConfig("b", "b", at="/x/")]
    assert choose_prefixes(mocks, ["/", "/"], [False, True])[0] == ("/x", "/x")
    assert choose_prefixes(mocks, ["/", "/"], [True, True])[0] == ("/x", "/x")
    with pytest.raises(ConfigError, match="a and b are both served at /x"):
        choose_prefixes(mocks, ["/", "/"], [False, False])


@pytest.mark.usefixtures("toy")
def test_a_folder_goes_to_the_protocol_that_knows_a_file_of_it(tmp_path: Path) -> None:
    folder = tmp_path / "specs"
    (folder / "inner").mkdir(parents=True)
    (folder / "readme.md").write_text("nothing")
    (folder / "inner" / "b.txt").write_text("toy one")
    with pytest.raises(PluginError, match="'toy' failed on specs: IsADirectoryError"):
        compile_mock(MockConfig("specs"), tmp_path)
    (folder / "a.yaml").write_text("openapi: 3.1.0")
    with pytest.raises(SpecError, match=r"several protocols: a.yaml \(openapi\), b.txt \(toy\)"):
        compile_mock(MockConfig("specs"), tmp_path)
    with pytest.raises(SpecError, match="it is a folder; name the document in it"):
        compile_mock(MockConfig("specs", protocol="openapi"), tmp_path)


def test_a_folder_that_no_protocol_knows_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("hello")
    (tmp_path / "b.md").write_text("hello")
    with pytest.raises(SpecError) as raised:
        compile_mock(MockConfig("."), tmp_path)
    assert "it is a folder, and no installed protocol recognises any of its 2 files" in str(
        raised.value
    )
    assert "polymock.yaml" in raised.value.hint


@pytest.mark.usefixtures("toy")
def test_included_paths_are_absolute_and_there(tmp_path: Path, install: Install) -> None:
    spy = """
from types import SimpleNamespace
from polymock.interfaces import NoSettings, Plugin

class Reader:
    prefix, shares_prefix = "/", True
    recognises = lambda self, name, head: head == b"spy"
    compile = lambda self, spec: SimpleNamespace(include=spec.include)

plugin = Plugin(config=NoSettings, build=lambda config: Reader())
"""
    install("polymock-spy", "polymock_spy", spy, "polymock.protocols", "spy")
    (tmp_path / "a.txt").write_text("spy")
    (tmp_path / "protos").mkdir()
    _, contract = compile_mock(MockConfig("a.txt", include=("protos", "a.txt")), tmp_path)
    assert contract.include == (str(tmp_path / "protos"), str(tmp_path / "a.txt"))
    for wrong, said in (
        ("gone", "`include` names gone, which is not there"),
        ("nul\0", "which is not there"),
        ("https://example.com/a.proto", "Name a file or a folder, not a URL"),
    ):
        with pytest.raises(SpecError) as raised:
            compile_mock(MockConfig("a.txt", include=(wrong,)), tmp_path)
        assert said in f"{raised.value.message} {raised.value.hint}"


def test_a_reader_without_all_its_parts_is_refused(tmp_path: Path, install: Install) -> None:
    broken = """
from polymock.interfaces import NoSettings, Plugin

class Reader:
    prefix = "/"

plugin = Plugin(config=NoSettings, build=lambda config: Reader())
"""
    install("polymock-half", "polymock_half", broken, "polymock.protocols", "half")
    with pytest.raises(PluginError, match="'half' is broken: what it builds has no `shares_pre"):
        compile_mock(MockConfig("a.txt", protocol="half"), tmp_path)
