"""The user's state folder: what is remembered of this user's servers between their runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from platformdirs import user_state_path

STATE_VARIABLE = "POLYMOCK_STATE_DIR"


def state_folder(environ: Mapping[str, str]) -> Path:
    """The folder, absolute; POLYMOCK_STATE_DIR names another one. It need not be there."""
    named = environ.get(STATE_VARIABLE)
    return Path(named).expanduser().absolute() if named else user_state_path("polymock", False)
