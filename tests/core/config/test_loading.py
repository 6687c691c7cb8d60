from __future__ import annotations

from pathlib import Path

import pytest

from polymock.config.loading import LoadedConfig, Overrides, listener_port, load, load_again
from polymock.errors import ConfigError
from polymock_schemas.config import Config, ServerConfig


def load_text(folder: Path, text: str, name: str = "polymock.yaml", **environ: str) -> LoadedConfig:
    (folder / name).write_text(text)
    return load(environ=environ, directory=folder)


def refusal(folder: Path, text: str, name: str = "polymock.yaml", **environ: str) -> str:
    with pytest.raises(ConfigError) as raised:
        load_text(folder, text, name, **environ)
    return f"{raised.value.message} | {raised.value.hint}"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("polymock.yaml", "mocks: [{spec: a.yaml, at: /a}]\nserver: {port: 9000}"),
        ("polymock.yml", "mocks:\n- spec: a.yaml\n  at: /a\nserver:\n  port: 9000"),
        ("polymock.toml", '[[mocks]]\nspec = "a.yaml"\nat = "/a"\n[server]\nport = 9000'),
        ("polymock.json", '{"mocks": [{"spec": "a.yaml", "at": "/a"}], "server": {"port": 9000}}'),
    ],
)
def test_every_format_says_the_same(tmp_path: Path, name: str, text: str) -> None:
    loaded = load_text(tmp_path, text, name)
    assert loaded.file == tmp_path / name
    assert loaded.folder == tmp_path
    assert loaded.config.server.port == 9000
    assert [(mock.spec, mock.name, mock.at) for mock in loaded.config.mocks] == [
        ("a.yaml", "a", "/a")
    ]


def test_merge_keys_of_yaml_are_merged(tmp_path: Path) -> None:
    text = "mocks:\n- &a {spec: a.yaml, callbacks: false}\n- {<<: *a, spec: b.yaml}"
    assert [m.callbacks for m in load_text(tmp_path, text).config.mocks] == [False, False]


def test_the_command_line_beats_the_environment_beats_the_file(tmp_path: Path) -> None:
    (tmp_path / "polymock.yaml").write_text("server: {port: 1, admin_port: 2, workers: 3}")
    environ = {"POLYMOCK_SERVER__PORT": "11", "POLYMOCK_SERVER__ADMIN_PORT": "12"}
    server = load([], Overrides(port=21), environ, tmp_path).config.server
    assert (server.port, server.admin_port, server.workers) == (21, 12, 3)
    assert server.host == Config().server.host


def test_the_environment_is_read_in_the_settings_own_type(tmp_path: Path) -> None:
    config = load_text(
        tmp_path,
        "mocks: []",
        POLYMOCK_JOURNAL__ENABLED="false",
        POLYMOCK_JOURNAL__REDACT="cookie, $.card.number",
        POLYMOCK_JOURNAL__RETAIN="7d",
        POLYMOCK_WORLD__SEED="-7",
    ).config
    assert config.journal.enabled is False
    assert config.journal.redact == ("cookie", "$.card.number")
    assert config.journal.retain == "7d"
    assert config.world.seed == -7


def test_variables_of_others_are_left_alone(tmp_path: Path) -> None:
    loaded = load_text(tmp_path, "mocks: []", POLYMOCK_PORT_8080_TCP="x", OTHER__PORT="y")
    assert loaded.config == Config()


def test_a_variable_that_sets_nothing_is_named(tmp_path: Path) -> None:
    said = refusal(tmp_path, "mocks: []", POLYMOCK_SERVR__PORT="1")
    assert "POLYMOCK_SERVR__PORT" in said
    assert "Did you mean `POLYMOCK_SERVER__PORT`?" in said


def test_a_reference_to_the_environment_takes_its_place(tmp_path: Path) -> None:
    text = "mocks: [{spec: {$env: SPEC}}]\njournal: {redact: [{$env: A}, b]}"
    config = load_text(tmp_path, text, SPEC="x.yaml", A="a").config
    assert config.mocks[0].spec == "x.yaml"
    assert config.journal.redact == ("a", "b")


def test_secrets_of_plugins_stay_in_the_environment(tmp_path: Path) -> None:
    text = "auth: {partner: {type: api-key, keys: {$env: PARTNER_KEYS}}}"
    loaded = load_text(tmp_path, text, PARTNER_KEYS="secret")
    assert "secret" not in repr(loaded.config)
    assert loaded.config.auth["partner"] == {"type": "api-key", "keys": {"$env": "PARTNER_KEYS"}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mocks: [{spce: a}]", "mocks[0].spce: unknown key (Did you mean `spec`?)"),
        ("sevrer: {}", "sevrer: unknown key | Did you mean `server`?"),
        ("mocks: [{name: a}]", "mocks[0].spec: this key is missing"),
        ("server: {port: x}", "server.port: expected `int`, got `str` | TCP port"),
        ("server: {port: 70000}", "server.port: expected `int` <= 65535"),
        ("server: 7", "server: expected `object`, got `int`"),
        ("mocks: {spec: a}", "mocks: expected `array`, got `object`"),
        ("server: {cors: 1}", "server.cors: expected `bool`, got `int`"),
        ("journal: {bodies: 64 apples}", "journal.bodies: not written as it should be"),
        ("journal: {bodies: -1}", "journal.bodies: "),
        ("mocks: [{spec: a, at: shop}]", "mocks[0].at: not written as it should be"),
        ("mocks: [{spec: a, name: a/b}]", "mocks[0].name: not written as it should be"),
        ("world: {seed: {$env: SEED}}", "world.seed: the environment variable SEED is not set"),
        ("world: {seed: {$env: 7}}", "world.seed: `$env` stands alone"),
        ("world: {$env: HOME}", "world (from HOME): a table cannot come from one"),
        ("auth: {a: {keys: [b]}}", "auth.a.type: this key is missing"),
        ("auth: {par: x}\nmocks: [{spec: a, auth: [pra]}]", "mocks[0].auth[0]: `auth:` has no"),
        ("mocks: [{spec: a, name: x}, {spec: b, name: x}]", "mocks[1].name: 'x' is the name of"),
        ("server: {admin_hosts: ['*']}", "server.admin_hosts[0]: not written as it should be"),
        ("server: {admin_hosts: [a/b]}", "server.admin_hosts[0]: not written as it should be"),
        ("server: {admin_rate: -1}", "server.admin_rate: "),
        ("server: {port: 9, admin_port: 9}", "server.admin_port: 9 is server.port already"),
        ("journal: {retain: 1d, archive: 2d}", "journal.archive: what is that old"),
        ("journal: {retain: 48h, archive: 2d}", "journal.archive: what is that old"),
        ("- a", "must be a table of settings"),
        ("a: [", "cannot be parsed"),
        ("", "cannot be parsed: the file is empty"),
        ("a: " + "[" * 90 + "]" * 90, "nested"),
        ("a: " + "[" * 5000, "cannot be parsed"),
        ("x: " + "y" * 1024 * 1024, "is larger than"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_path(tmp_path: Path, text: str, said: str) -> None:
    message = refusal(tmp_path, text, HOME="/home")
    assert said in message
    assert "polymock.yaml" in message


@pytest.mark.parametrize("name", ["polymock.toml", "polymock.json"])
@pytest.mark.parametrize("text", ["\0", "[" * 5000, "a=" + "[" * 5000, "\udcff", "}"])
def test_hostile_files_are_refused(tmp_path: Path, name: str, text: str) -> None:
    file = tmp_path / name
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ConfigError, match=name):
        load(environ={}, directory=tmp_path)


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    said = refusal(tmp_path, "mocks: [{}, {spec: 1}]\nserver: {prt: 1, workers: 0}")
    assert "4 settings are wrong" in said
    for where in ("mocks[0].spec", "mocks[1].spec", "server.prt", "server.workers"):
        assert where in said


def test_specs_need_no_config_and_get_names_of_their_own(tmp_path: Path) -> None:
    for name in ("shop/openapi.yaml", "bank/openapi.yaml", "my api.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("openapi: 3.1.0" if "yaml" in name else "{}")
    specs = ["shop/openapi.yaml", "bank/openapi.yaml", "my api.json", "http://x.org/a/pets.json"]
    loaded = load([*specs, "https://x.org", "http://["], environ={}, directory=tmp_path)
    assert loaded.file is None
    assert loaded.folder == tmp_path
    names = [mock.name for mock in loaded.config.mocks]
    assert names == ["openapi", "openapi-2", "my-api", "pets", "x.org", "mock"]


@pytest.mark.parametrize("argument", ["shop", "shop/", "shop/polymock.yaml"])
def test_a_config_is_named_by_its_folder_or_file(tmp_path: Path, argument: str) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "polymock.yaml").write_text("mocks: [{spec: a.yaml}]")
    loaded = load([argument], environ={}, directory=tmp_path)
    assert loaded.folder == tmp_path / "shop"
    assert loaded.journal_path == tmp_path / "shop" / "polymock.duckdb"


@pytest.mark.parametrize(
    ("name", "text"),
    [("ci.yaml", "# ours\nmocks:\n- spec: a"), ("ci.json", '{"mocks": []}'), ("ci.toml", "")],
)
def test_a_config_of_another_name_is_known_by_its_content(
    tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text)
    assert load([name], environ={}, directory=tmp_path).file == tmp_path / name


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "has no polymock.yaml, and no spec is named"),
        (["gone.yaml"], "There is no file gone.yaml"),
        (["full", "a.yaml"], "is a config, and it stands beside other arguments"),
        (["twice"], "polymock.yaml and polymock.json"),
        (["a" * 5000], "cannot be read"),
        (["a\0b"], "There is no file"),
        (["a\udcff"], "cannot be read"),
    ],
)
def test_arguments_that_name_nothing_are_refused(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    for name in ("empty", "full", "twice"):
        (tmp_path / name).mkdir()
    for name in ("full/polymock.yaml", "twice/polymock.yaml", "twice/polymock.json", "a.yaml"):
        (tmp_path / name).write_text("{}")
    with pytest.raises(ConfigError) as raised:
        load(arguments, environ={}, directory=tmp_path)
    assert said in raised.value.message


def test_a_journal_named_on_the_command_line_is_relative_to_the_working_directory(
    tmp_path: Path,
) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "polymock.yaml").write_text("journal: {enabled: false}")
    loaded = load(["shop"], Overrides(journal="j.duckdb"), {}, tmp_path)
    assert loaded.journal_path == tmp_path / "j.duckdb"
    assert load(["shop"], Overrides(), {}, tmp_path).journal_path is None
    assert load(["shop"], Overrides(no_journal=True), {}, tmp_path).journal_path is None


def test_reload_reads_the_file_as_it_is_now(tmp_path: Path) -> None:
    (tmp_path / "polymock.yaml").write_text("server: {port: 1}")
    before = load([], Overrides(seed=5), {}, tmp_path)
    (tmp_path / "polymock.yaml").write_text("server: {port: 2}")
    after = load_again(before, {})
    assert (after.config.server.port, after.config.world.seed) == (2, 5)
    (tmp_path / "polymock.yaml").write_text("server: {port: x}")
    with pytest.raises(ConfigError):
        load_again(before, {})


def test_a_folder_without_a_config_is_a_spec(tmp_path: Path) -> None:
    (tmp_path / "protos").mkdir()
    (tmp_path / "a.graphql").write_text("type Query { a: Int }")
    loaded = load(["protos", "a.graphql"], environ={}, directory=tmp_path)
    assert [(mock.spec, mock.name) for mock in loaded.config.mocks] == [
        ("protos", "protos"),
        ("a.graphql", "a"),
    ]
    assert (loaded.file, loaded.folder) == (None, tmp_path)


def test_every_protocol_has_its_port() -> None:
    server = ServerConfig(grpc_port=7000, ports={"chat": 7001})
    ports = [listener_port(server, protocol) for protocol in ("grpc", "chat", "mail")]
    assert ports == [7000, 7001, 0]


def test_grpc_has_one_key_for_its_port(tmp_path: Path) -> None:
    said = refusal(tmp_path, "server: {ports: {grpc: 1}}")
    assert "server.ports.grpc: gRPC's port is server.grpc_port" in said
