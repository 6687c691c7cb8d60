"""Dockerfile and compose.yaml of a project."""

from __future__ import annotations

from typing import Any

from polymock.generating.facts import DATA, STATE, Facts
from polymock.generating.texts import text
from polymock.generating.yaml_text import Path, to_yaml

HOME = "/app"
READY = ["python", "healthcheck.py", "ready"]
LIVE = ["python", "healthcheck.py", "live"]
USER = 10001
"""Nobody's number on the host."""
COMMENTS: dict[Path, str] = {
    ("services",): "docker compose up --build",
    ("volumes",): "The world and the journal; `docker compose down --volumes` forgets them.",
}


def dockerfile(facts: Facts) -> str:
    """The image: specs, config and seeds in it, no secrets, nobody's rights."""
    return text(
        "Dockerfile",
        PYTHON=facts.python,
        USER=USER,
        DATA=f"COPY {DATA} {DATA}/\n" if facts.has_data else "",
        PORTS=" ".join(str(port) for port in facts.ports.values()),
    )


def compose(facts: Facts) -> str:
    """One service on this machine's ports, with nothing to write to but its volume."""
    service: dict[str, Any] = {
        "build": ".",
        "image": facts.name,
        "init": True,
        "restart": "unless-stopped",
        "ports": [f"127.0.0.1:{port}:{port}" for port in facts.ports.values()],
    }
    if facts.variables:
        # Names without values: they are those of the shell, or of a file `.env`.
        service["environment"] = dict.fromkeys(facts.variables)
    service |= {
        "read_only": True,
        "tmpfs": ["/tmp"],  # noqa: S108 (of the container)
        "volumes": [f"{STATE}:{HOME}/{STATE}"],
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "healthcheck": {
            "test": ["CMD", *READY],
            "interval": "10s",
            "timeout": "5s",
            "start_period": "30s",
            "retries": 3,
        },
    }
    document = {"services": {facts.name: service}, "volumes": {STATE: {}}}
    return to_yaml({"name": facts.name, **document}, COMMENTS)


def dockerignore() -> str:
    """What stays out of the image."""
    return text("dockerignore")


def healthcheck(facts: Facts) -> str:
    """The program that asks the admin port, which is open to the container alone."""
    return text("healthcheck.py", PORT=facts.config.server.admin_port)
