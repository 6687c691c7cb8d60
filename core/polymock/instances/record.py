"""What is remembered of an instance."""

from __future__ import annotations

import msgspec
import psutil

from polymock.config.loading import Overrides
from polymock.instances import processes
from polymock.instances.processes import ProcessId
from polymock_schemas.instances import InstanceName, ServeOptions


class Serving(msgspec.Struct, frozen=True):
    """What an instance serves, and how; its folder is the working directory."""

    specs: tuple[str, ...]
    options: ServeOptions


class Record(msgspec.Struct, frozen=True):
    """An instance: what it was asked to serve, and the process that does.

    `run` tells one start from the next; all processes of it carry that as their mark. `folder` is
    the working directory, `config` the config file or "". `texts` are the names of the files in
    that folder which it was given as texts. While somebody starts or restarts it, that is the
    `starter`. `stopped`: it ended because it was asked to.
    """

    name: InstanceName
    run: str
    specs: tuple[str, ...]
    options: ServeOptions
    folder: str
    config: str
    texts: tuple[str, ...] = ()
    starter: ProcessId | None = None
    process: ProcessId | None = None
    stopped: bool = False

    @property
    def is_being_started(self) -> bool:
        """Whether somebody is at it, who has not ended meanwhile."""
        return processes.find(self.starter) is not None

    def find_process(self) -> psutil.Process | None:
        """The process that serves; None where it does not run.

        If who started it was killed before it could write down the process, the mark tells it.
        """
        if self.process is None and not self.is_being_started:
            return processes.first_of(self.run)
        return processes.find(self.process, self.run)


def overrides_of(options: ServeOptions) -> Overrides:
    """What the options say over the config and the environment."""
    return Overrides(
        host=options.host,
        port=options.port,
        grpc_port=options.grpc_port,
        admin_port=options.admin_port,
        workers=options.workers,
        seed=options.seed,
        journal=options.journal,
        no_journal=options.no_journal,
        allow_private=options.allow_private,
    )
