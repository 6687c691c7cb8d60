"""The journal's file: commands of the noun `logs`."""

from __future__ import annotations

from polymock.commands.command import Command, Route, Terminal
from polymock_schemas.commands import Nothing
from polymock_schemas.log_keeping import (
    ClearInfo,
    ClearParams,
    CompactInfo,
    CompactParams,
    JournalInfo,
)

STATUS = Command(
    name="logs.status",
    summary="Tell how large the journal is, what times it covers, and what it lacks.",
    params=Nothing,
    result=JournalInfo,
    run="polymock.commands.log_keeping:status",
    place="journal",
    route=Route("GET", "/logs/status"),
    terminal=Terminal(show="polymock.cli.showing.log_keeping:show_status"),
)
COMPACT = Command(
    name="logs.compact",
    summary="Archive old days and delete what is too old now, and make room in the journal.",
    help="Archived days are Parquet files in the folder beside the journal; `requests` has their "
    "exchanges still. What is too old is what `journal.retain` says.",
    params=CompactParams,
    result=CompactInfo,
    run="polymock.commands.log_keeping:compact",
    place="server",
    role="operator",
    writes=True,
    repeats=True,
    example={"archive": 86400},
    route=Route("POST", "/logs/compact"),
    terminal=Terminal(show="polymock.cli.showing.log_keeping:show_compacted"),
)
CLEAR = Command(
    name="logs.clear",
    summary="Delete recorded exchanges for good.",
    help="Exchanges of archived days stay until `journal.retain` lets go of them.",
    params=ClearParams,
    result=ClearInfo,
    run="polymock.commands.log_keeping:clear",
    place="server",
    role="operator",
    writes=True,
    destroys=True,
    repeats=True,
    example={"session": "checkout-test"},
    route=Route("POST", "/logs/clear"),
    terminal=Terminal(show="polymock.cli.showing.log_keeping:show_cleared"),
)

COMMANDS = (STATUS, COMPACT, CLEAR)
