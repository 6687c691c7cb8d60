import shutil
import subprocess
from pathlib import Path

import pytest

from polymock.config.certificates import find_certificates
from polymock.errors import ConfigError
from polymock_schemas.config import TlsConfig

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the keys")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate with its key, another key, the same key encrypted, and a text."""
    made = tmp_path_factory.mktemp("keys")
    for command in (
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=a -out a.pem -keyout a.key",
        "genpkey -algorithm RSA -out b.key",
        "pkey -in a.key -aes128 -passout pass:secret -out locked.key",
    ):
        subprocess.run(["openssl", *command.split()], cwd=made, check=True, capture_output=True)
    (made / "notes.txt").write_text("not a key")
    return made


def test_files_are_found_in_the_configs_folder(folder: Path) -> None:
    found = find_certificates(TlsConfig("a.pem", "a.key", "a.pem"), folder)
    assert found == (folder / "a.pem", folder / "a.key", folder / "a.pem")
    assert find_certificates(TlsConfig("a.pem", "a.key"), folder).client_ca is None


@pytest.mark.parametrize(
    ("tls", "said"),
    [
        (TlsConfig("none.pem", "a.key"), "server.tls.cert: none.pem cannot be read: No such file"),
        (TlsConfig("a.pem", "none.key"), "server.tls.key: none.key cannot be read"),
        (TlsConfig("notes.txt", "a.key"), "server.tls.cert: notes.txt holds no certificate"),
        (TlsConfig("a.key", "a.key"), "server.tls.cert: a.key holds no certificate"),
        (TlsConfig("a.pem", "notes.txt"), "server.tls.key: notes.txt holds no private key"),
        (TlsConfig("a.pem", "b.key"), "server.tls.key: b.key is not the private key of a.pem"),
        (TlsConfig("a.pem", "locked.key"), "server.tls.key: locked.key is encrypted"),
        (TlsConfig("a.pem", "a.key", "b.key"), "server.tls.client_ca: b.key holds no certificate"),
        (TlsConfig(".", "a.key"), "server.tls.cert: . is no ordinary file"),
        (TlsConfig("a\0", "a.key"), "server.tls.cert: a\0 cannot be read"),
    ],
)
def test_what_is_wrong_names_the_setting_and_the_file(
    folder: Path, tls: TlsConfig, said: str
) -> None:
    with pytest.raises(ConfigError) as raised:
        find_certificates(tls, folder)
    assert said in raised.value.message
    assert raised.value.hint
