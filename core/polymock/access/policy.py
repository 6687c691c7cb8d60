"""Which role may carry out which command: rules in a file, which pycasbin decides by."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from polymock.commands.command import Command, Role
from polymock.errors import ConfigError

if TYPE_CHECKING:
    from polymock.commands.dispatching import Caller

DEFAULT = Path(__file__).with_name("policy.csv")
MODEL = Path(__file__).with_name("model.conf")
MAX_BYTES = 256 * 1024
MAX_RULES = 1000
ROLES = get_args(Role)
_COMMANDS = re.compile(r"[A-Za-z0-9_.*?-]{1,200}")

Rule = tuple[str, ...]
"""`p`, role, commands, level and effect; or `g`, role and the lower role."""


class Policy:
    """What the roles may do. It does not change; pycasbin is imported by `prepare`, or when it is
    first asked."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = tuple(rules)
        self._enforcer: Any = None
        self._decided: dict[tuple[Role, str, Role], bool] = {}

    @classmethod
    def load(cls, path: Path | None = None) -> Policy:
        """The policy of a file; without one, the one that comes with Polymock.

        Raises ConfigError, which tells the line.
        """
        return cls(read_rules(DEFAULT if path is None else path))

    def allows(self, caller: Caller, command: Command) -> bool:
        """Whether the caller may carry out a command."""
        asked = (caller.role, command.name, command.role)
        if asked not in self._decided:
            self.prepare()
            self._decided[asked] = bool(self._enforcer.enforce(*asked))
        return self._decided[asked]

    def prepare(self) -> None:
        """Get ready to be asked, which takes 50 ms the first time."""
        if self._enforcer is None:
            self._enforcer = _enforcer(self._rules)


def read_rules(path: Path) -> tuple[Rule, ...]:
    """The rules in a file. Raises ConfigError, which tells the line."""
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
        text = content.decode("utf-8-sig")
    except OSError as error:
        problem = f"The policy {path} cannot be read: {error.strerror}."
        raise ConfigError(problem, "Does server.policy name the right file?") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"The policy {path} is not UTF-8.") from error
    if len(content) > MAX_BYTES:
        raise ConfigError(f"The policy {path} has more than {MAX_BYTES} bytes.")
    rules: list[Rule] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        rule = tuple(part.strip() for part in line.split(","))
        problem, hint = _fault(rule)
        if problem:
            raise ConfigError(f"The policy {path}, line {number}: {problem}.", hint)
        rules.append((*rule, "allow") if rule[0] == "p" and len(rule) == 4 else rule)
    if len(rules) > MAX_RULES:
        raise ConfigError(f"The policy {path} has more than {MAX_RULES} rules.")
    if not any(rule[0] == "p" for rule in rules):
        raise ConfigError(f"The policy {path} allows nothing to anybody.", f"{_P}.")
    return tuple(rules)


_P = "Write: p, viewer, world.*, viewer, allow"
_G = "Write: g, operator, viewer"


def _fault(rule: Rule) -> tuple[str, str]:
    """What is wrong with a rule, and what to write; "" where nothing is."""
    match rule:
        case ("p", role, commands, level, *effect) if len(effect) < 2:
            if role not in ROLES:
                return _no_role(role)
            if not _COMMANDS.fullmatch(commands):
                return f"{commands[:80]!r} cannot be names of commands", _P
            if level not in (*ROLES, "*"):
                return _no_role(level)
            if effect and effect[0] not in ("allow", "deny"):
                return f"{effect[0][:80]!r} is neither allow nor deny", _P
            return "", ""
        case ("p", *_):
            return f"a rule has a role, commands, a level and an effect, not {len(rule) - 1}", _P
        case ("g", role, lower):
            return next((_no_role(name) for name in (role, lower) if name not in ROLES), ("", ""))
        case ("g", *_):
            return "this says that one role may do what another may; it has two roles", _G
    return f"a line begins with p or g, not {rule[0][:80]!r}", _P


def _no_role(name: str) -> tuple[str, str]:
    return f"{name[:80]!r} is no role", f"The roles are {', '.join(ROLES)}."


def _enforcer(rules: Sequence[Rule]) -> Any:
    # Imported here: a server starts first.
    import casbin  # type: ignore[import-untyped]
    from casbin.persist.adapters.string_adapter import (  # type: ignore[import-untyped]
        StringAdapter,
    )

    logging.getLogger("casbin").setLevel(logging.WARNING)  # it tells every rule at every start
    lines = "\n".join(", ".join(rule) for rule in rules)
    return casbin.Enforcer(str(MODEL), StringAdapter(lines))
