from __future__ import annotations

from pathlib import Path

import pytest

from polymock.commands.contracts import check_loaded, is_refused
from polymock.config.loading import load
from polymock.errors import ConfigError, PluginError
from polymock_schemas.commands import CheckParams, CheckResult, Fault

pytestmark = pytest.mark.usefixtures("toy")


def checked(folder: Path, *documents: str) -> tuple[CheckResult, ...]:
    for number, text in enumerate(documents):
        (folder / f"{number}.txt").write_text(text)
    names = [f"{number}.txt" for number in range(len(documents))]
    return check_loaded(load(names, environ={}, directory=folder))


def test_a_sound_spec(tmp_path: Path) -> None:
    (result,) = checked(tmp_path, "toy a")
    assert result == CheckResult("0.txt", "toy", 2, ())
    assert not is_refused([result], CheckParams(strict=True))


def test_warnings_count_only_when_strict(tmp_path: Path) -> None:
    results = checked(tmp_path, "toy warn", "toy")
    assert [fault.message for fault in results[0].faults] == ["warn"]
    assert not is_refused(results, CheckParams(strict=False))
    assert is_refused(results, CheckParams(strict=True))


def test_errors_refuse(tmp_path: Path) -> None:
    assert is_refused(checked(tmp_path, "toy", "toy fail"), CheckParams(strict=False))


def test_a_spec_that_does_not_compile_is_a_result(tmp_path: Path) -> None:
    (result,) = checked(tmp_path, "toy wrong")
    assert result.operations == 0
    assert result.faults == (Fault("error", str(tmp_path / "0.txt"), "/a", "it is wrong"),)


def test_a_spec_that_nobody_recognises_lists_the_protocols(tmp_path: Path) -> None:
    (result,) = checked(tmp_path, "who am I")
    assert "no installed protocol recognises it (" in result.faults[0].message
    assert "toy" in result.faults[0].message
    assert is_refused([result], CheckParams(strict=False))


def test_a_protocol_that_crashes_is_named(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match=r"'toy' failed on 0\.txt: ZeroDivisionError: boom"):
        checked(tmp_path, "toy crash")


@pytest.mark.parametrize(
    ("strategy", "error", "words"),
    [
        ("{type: nobody}", PluginError, "no auth plugin 'nobody'"),
        ("{type: api-key, header: 3}", ConfigError, "auth.key"),
    ],
)
def test_strategies_are_checked_too(
    tmp_path: Path, strategy: str, error: type[Exception], words: str
) -> None:
    (tmp_path / "a.txt").write_text("toy")
    config = f"mocks: [{{spec: a.txt, auth: [key]}}]\nauth: {{key: {strategy}}}"
    (tmp_path / "polymock.yaml").write_text(config)
    with pytest.raises(error, match=words):
        check_loaded(load([], environ={}, directory=tmp_path))


def test_secrets_need_not_be_set(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("toy")
    strategy = "{type: api-key, header: X-Key, keys: {$env: POLYMOCK_TEST_KEYS_NOT_SET}}"
    config = f"mocks: [{{spec: a.txt, auth: [key]}}]\nauth: {{key: {strategy}}}"
    (tmp_path / "polymock.yaml").write_text(config)
    (result,) = check_loaded(load([], environ={}, directory=tmp_path))
    assert result.faults == ()


def test_certificates_are_looked_at(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("toy")
    config = "mocks: [{spec: a.txt}]\nserver: {tls: {cert: gone.pem, key: gone.key}}"
    (tmp_path / "polymock.yaml").write_text(config)
    with pytest.raises(ConfigError, match=r"server\.tls\.cert: gone\.pem cannot be read"):
        check_loaded(load([], environ={}, directory=tmp_path))


PETS = """
openapi: 3.1.0
info: {title: Pets, version: "1"}
paths:
  /pets/{petId}:
    parameters: [{name: petId, in: path, required: true, schema: {type: integer}}]
    get: {responses: {"200": {description: ok, content: {application/json:
      {schema: {$ref: "#/components/schemas/Pet"}}}}}}
components:
  schemas:
    Pet: {type: object, required: [id], properties: {id: {type: integer}, name: {type: string}}}
"""


@pytest.mark.parametrize(
    ("collections", "rows", "words"),
    [
        ("{dogs: {}}", "", r"world\.collections\.dogs: no contract"),
        ("{pets: {file: pets.csv}}", "id,name\nx,Rex\n", r"pets\.csv, line 2: id: 'x' cannot be"),
        ("{pets: {file: gone.csv}}", "", r"gone\.csv: there is no such file"),
    ],
)
def test_the_world_is_looked_at_too(
    tmp_path: Path, collections: str, rows: str, words: str
) -> None:
    (tmp_path / "pets.yaml").write_text(PETS)
    (tmp_path / "pets.csv").write_text(rows)
    config = f"mocks: [{{spec: pets.yaml}}]\nworld: {{collections: {collections}}}"
    (tmp_path / "polymock.yaml").write_text(config)
    with pytest.raises(ConfigError, match=words):
        check_loaded(load([], environ={}, directory=tmp_path))
    disabled = config.replace("collections", "enabled: false, collections")
    (tmp_path / "polymock.yaml").write_text(disabled)
    assert check_loaded(load([], environ={}, directory=tmp_path))[0].operations == 1


def test_of_a_world_without_one_of_its_contracts_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("toy wrong")
    config = "mocks: [{spec: a.txt}]\nworld: {collections: {dogs: {}}}"
    (tmp_path / "polymock.yaml").write_text(config)
    (result,) = check_loaded(load([], environ={}, directory=tmp_path))
    assert result.faults[0].message == "it is wrong"
