"""Log lines that name a trace, shown beside the errors of it."""

from msgspec import Struct

LINES_MAX = 500


class TraceLog(Struct, frozen=True):
    """One line; `occurred_at` in ms. The same line has the same `log_id` however often it comes."""

    trace_id: str
    log_id: str
    occurred_at: int
    level: str
    body: str
    attributes: dict[str, str] = {}
