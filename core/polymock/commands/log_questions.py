"""Questions about exchanges."""

from __future__ import annotations

from polymock.commands.context import Context
from polymock.journal.questions import differing, tailing, verifying
from polymock.journal.questions.missing import missing
from polymock.journal.selecting import check_names, choose
from polymock_schemas.journal_questions import Selection
from polymock_schemas.log_questions import (
    Diff,
    DiffQuery,
    Tail,
    TailQuery,
    UnmatchedCalls,
    UnmatchedQuery,
    Verification,
    VerifyQuery,
)


def verify(context: Context, params: VerifyQuery) -> Verification:
    """Whether something was called as often as it should. Raises CommandError, JournalError."""
    chosen = choose(params)
    check_names(context.journal, params)
    return verifying.verify(context.journal, params, chosen.where, chosen.parameters)


def fails(result: Verification, _params: VerifyQuery) -> bool:
    """Whether what was verified does not hold."""
    return not result.holds


def unmatched(context: Context, params: UnmatchedQuery) -> UnmatchedCalls:
    """What no operation answered, and why. Raises CommandError, JournalError."""
    chosen = choose(params)
    check_names(context.journal, params)
    return missing(context.journal, chosen.where, chosen.parameters, params.limit)


def diff(context: Context, params: DiffQuery) -> Diff:
    """What differs between two parts of the traffic. Raises CommandError, JournalError."""
    check_names(context.journal, Selection(mock=params.mock, operation=params.operation))
    return differing.diff(context.journal, params)


def tail(context: Context, params: TailQuery) -> Tail:
    """Exchanges as they come. Raises CommandError, JournalError."""
    return tailing.tail(context.journal, params)
