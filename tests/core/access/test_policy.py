from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from polymock.access.policy import Policy
from polymock.commands.catalog import installed
from polymock.commands.command import Command, Role
from polymock.commands.dispatching import Caller
from polymock.errors import ConfigError


class Nothing(msgspec.Struct):
    """No parameters."""


ORDER: tuple[Role, ...] = ("viewer", "operator", "admin")


def command(name: str, role: Role = "viewer") -> Command:
    return Command(
        name=name, summary="", params=Nothing, result=None, run="a:b", place="machine", role=role
    )


def policy(tmp_path: Path, text: str) -> Policy:
    file = tmp_path / "policy.csv"
    file.write_text(text)
    return Policy.load(file)


@pytest.mark.parametrize("role", ORDER)
@pytest.mark.parametrize("level", ORDER)
def test_a_role_may_what_is_of_its_level_or_below(role: Role, level: Role) -> None:
    allowed = Policy.load().allows(Caller("ci", role), command("a.b", level))
    assert allowed is (ORDER.index(role) >= ORDER.index(level))


def test_a_viewer_writes_nothing() -> None:
    shipped = Policy.load()
    for each in installed().commands.values():
        if each.writes:
            assert not shipped.allows(Caller("ci", "viewer"), each), each.name
        assert shipped.allows(Caller("ci", "admin"), each), each.name


def test_tokens_are_for_admins() -> None:
    shipped = Policy.load()
    for name in ("tokens.create", "tokens.list", "tokens.revoke"):
        assert not shipped.allows(Caller("ci", "operator"), installed().find(name))


def test_a_role_that_is_none_may_nothing() -> None:
    for role in ("root", "", "p", "*", "admin, admin"):
        assert not Policy.load().allows(Caller("ci", role), command("a.b"))  # type: ignore[arg-type]


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    mine = policy(
        tmp_path,
        "\ufeff# mine\n\n"
        "p, viewer, *, viewer\n"
        "p, viewer, world.reset, operator, allow\n"
        "p,operator,world.*,*\n"
        "p, operator, world.reset, *, deny\n"
        "p, admin, *, *, allow\n"
        "g, admin, operator\n",
    )

    def may(role: Role, name: str, level: Role) -> bool:
        return mine.allows(Caller("ci", role), command(name, level))

    assert may("viewer", "logs.sql", "viewer")
    assert may("viewer", "world.reset", "operator")
    assert not may("viewer", "world.put", "operator")
    assert may("operator", "world.put", "operator")
    assert not may("operator", "logs.sql", "viewer")  # no `g, operator, viewer`
    assert not may("operator", "world.reset", "operator")
    assert may("admin", "world.reset", "operator")  # denied to operators alone
    assert not may("operator", "worlds.put", "operator")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("q, viewer, *, viewer", "line 2: a line begins with p or g, not 'q'"),
        ("p, viewer", "line 2: a rule has a role, commands, a level and an effect, not 1"),
        ("p, viewer, *, viewer, allow, more", "line 2: a rule has .* not 5"),
        ("p, root, *, viewer", "line 2: 'root' is no role"),
        ("p, viewer, *, write", "line 2: 'write' is no role"),
        ("p, viewer, *, viewer, perhaps", "line 2: 'perhaps' is neither allow nor deny"),
        ("p, viewer, {a,b}, viewer", "line 2: "),
        ("p, viewer, [a]*, viewer", "line 2: '\\[a\\]\\*' cannot be names"),
        ("p, viewer, , viewer", "line 2: '' cannot be names"),
        ("g, viewer", "line 2: this says that one role"),
        ("g, viewer, root", "line 2: 'root' is no role"),
        ("p, viewer) || true || (, *, viewer", "line 2: .* is no role"),
    ],
)
def test_wrong_rules_are_told_with_their_line(tmp_path: Path, line: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem) as refused:
        policy(tmp_path, f"# mine\n{line}\n")
    assert "policy.csv" in refused.value.message
    assert refused.value.hint


@pytest.mark.parametrize("content", [b"\xff\xff", b"# nothing\n", b"#" * 300_000])
def test_wrong_files(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "policy.csv"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match=r"policy\.csv"):
        Policy.load(file)
    with pytest.raises(ConfigError, match="cannot be read"):
        Policy.load(tmp_path / "none.csv")


def test_roles_in_a_circle_end(tmp_path: Path) -> None:
    circle = policy(tmp_path, "p, viewer, *, viewer\ng, viewer, admin\ng, admin, viewer\n")
    assert circle.allows(Caller("ci", "admin"), command("a.b"))
    assert not circle.allows(Caller("ci", "operator"), command("a.b"))


def test_casbin_is_imported_when_it_is_asked_and_says_nothing() -> None:
    code = (
        "import sys\n"
        "from polymock.access.policy import Policy\n"
        "from polymock.commands.dispatching import Caller\n"
        "from polymock.commands.offers.tokens import CREATE\n"
        "policy = Policy.load()\n"
        "assert 'casbin' not in sys.modules\n"
        "assert not policy.allows(Caller('a', 'viewer'), CREATE)\n"
        "assert 'casbin' in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
