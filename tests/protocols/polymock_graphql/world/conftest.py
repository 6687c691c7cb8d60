"""The world behind documents, planned as those beside."""

from __future__ import annotations

from tests.protocols.polymock_graphql.planning.conftest import plan_over

__all__ = ["plan_over"]
