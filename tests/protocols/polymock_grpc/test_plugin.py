from __future__ import annotations

import subprocess
import sys

import pytest

from polymock import plugins
from polymock.errors import ConfigError

HEAVY = ("grpc", "protobuf", "protovalidate", "google.protobuf")


def test_the_plugin_module_imports_nothing_heavy() -> None:
    code = (
        "import sys, polymock_grpc.plugin; "
        f"sys.exit(', '.join(name for name in {HEAVY!r} if name in sys.modules) or 0)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr


def test_compiling_without_rules_imports_neither_grpc_nor_protovalidate(tmp_path: object) -> None:
    file = f"{tmp_path}/a.proto"
    code = (
        "import sys; from polymock_grpc.plugin import build; "
        "from polymock_grpc.settings import GrpcSettings; from polymock.interfaces import Spec; "
        f"open({file!r}, 'w').write("
        "'syntax = \"proto3\"; message M {} service S { rpc Do(M) returns (M); }'); "
        f"build(GrpcSettings()).compile(Spec({file!r}, 'a')); "
        "sys.exit(', '.join(n for n in ('grpc', 'protovalidate') if n in sys.modules) or 0)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr


def test_unknown_settings_are_refused() -> None:
    with pytest.raises(ConfigError, match="strems"):
        plugins.build("polymock.protocols", "grpc", {"strems": {"count": 3}})
