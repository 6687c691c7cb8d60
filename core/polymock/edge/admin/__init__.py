"""The control process's application: health, and the commands under `/api/v1`.

`app` puts it together; `guard` is the door: `screening` looks at where a request comes from,
`callers` at who asks, `rates` at how often. `problems` writes refusals. The commands' addresses are
made of their definitions by `routes`, and told by `openapi` and the page to try them; `health` has
its own.
"""

from __future__ import annotations

from polymock.edge.admin.app import AdminPort, admin_app
from polymock.edge.admin.guard import Guard

__all__ = ["AdminPort", "Guard", "admin_app"]
