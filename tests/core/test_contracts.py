from __future__ import annotations

from pathlib import Path

import pytest

from polymock.contracts import choose_prefixes, compile_mock
from polymock.errors import ConfigError, PluginError, SpecError
from polymock_schemas.config import MockConfig


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
        (".", "it is a folder"),
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
