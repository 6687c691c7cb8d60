"""The control process's application: health, and the commands under `/api/v1`.

`app` puts it together; `guard` keeps web pages out, `problems` writes refusals. Each noun has its
addresses in a file: `health`, `logs`, `world`, `sessions`. Those of commands on what is served are
tables of `routes`, which have a worker carry them out.
"""

from __future__ import annotations

from polymock.edge.admin.app import admin_app
from polymock.edge.admin.guard import refuse_web_pages

__all__ = ["admin_app", "refuse_web_pages"]
