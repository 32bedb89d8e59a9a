"""Items of an envelope that are only counted: sessions, what an SDK dropped, types without a use."""

from collections import Counter
from typing import Any, Final, TypeAlias

from tocsin.sources.sentry_envelope import Item
from tocsin.sources.source import Unreadable, count, listing, mapping, parse_object, word

Tallies: TypeAlias = Counter[tuple[str, str]]
COUNTED_ITEMS: Final = frozenset({"attachment", "user_report", "feedback"})
SKIPPED_ITEMS: Final = frozenset(
    [
        "transaction",
        "span",
        "profile",
        "profile_chunk",
        "replay_event",
        "replay_recording",
        "replay_video",
        "statsd",
        "metric_meta",
        "metric_buckets",
        "trace_metric",
        "nel",
        "otel_log",
        "raw_security",
    ]
)
"""Types without a use here, counted by name; any further type counts as `unknown`."""
_DISCARD_REASONS: Final = frozenset(
    [
        "queue_overflow",
        "cache_overflow",
        "buffer_overflow",
        "ratelimit_backoff",
        "network_error",
        "sample_rate",
        "before_send",
        "event_processor",
        "send_error",
        "internal_sdk_error",
        "insufficient_data",
        "backpressure",
        "invalid",
        "ignored",
        "no_parent_span",
    ]
)
_CATEGORIES: Final = frozenset(
    [
        "default",
        "error",
        "transaction",
        "span",
        "monitor",
        "log_item",
        "log_byte",
        "security",
        "attachment",
        "session",
        "profile",
        "profile_chunk",
        "replay",
        "feedback",
        "trace_metric",
        "metric_bucket",
        "internal",
    ]
)
DISCARDS_MAX: Final = 100
AGGREGATES_MAX: Final = 1000
_OUTCOMES: Final = ("exited", "errored", "crashed", "abnormal", "unhandled")


def tally(item: Item, tallies: Tallies) -> None:
    """Count one item that is no event under (kind, name); names come from closed lists."""
    match item.type:
        case "session":
            _tally_session(item, tallies)
        case "sessions":
            _tally_sessions(item, tallies)
        case "client_report":
            _tally_discards(item, tallies)
        case "log":
            tallies["item", "log"] += count(item.headers.get("item_count"), 10_000) or 1
        case known if known in COUNTED_ITEMS:
            tallies["item", known] += 1
        case other:
            tallies["skipped", other if other in SKIPPED_ITEMS else "unknown"] += 1


def _counted(item: Item, tallies: Tallies) -> dict[str, Any]:
    """The payload of an item that is only counted; {} and a tally where it is junk."""
    try:
        return parse_object(item.payload, item.type)
    except Unreadable:
        tallies["skipped", f"unreadable {item.type}"] += 1
        return {}


def _tally_session(item: Item, tallies: Tallies) -> None:
    session = _counted(item, tallies)
    if session.get("init") is True:
        tallies["session", "started"] += 1
    status = word(session.get("status"), 32)
    if status in _OUTCOMES:
        tallies["session", status] += 1


def _tally_sessions(item: Item, tallies: Tallies) -> None:
    for bucket in map(mapping, listing(_counted(item, tallies).get("aggregates"))[:AGGREGATES_MAX]):
        for outcome in _OUTCOMES:
            amount = count(bucket.get(outcome))
            if amount:
                tallies["session", "started"] += amount
                tallies["session", outcome] += amount


def _tally_discards(item: Item, tallies: Tallies) -> None:
    discards = listing(_counted(item, tallies).get("discarded_events"))
    for one in map(mapping, discards[:DISCARDS_MAX]):
        reason = _known(one.get("reason"), _DISCARD_REASONS)
        category = _known(one.get("category"), _CATEGORIES)
        tallies["discarded", f"{reason}/{category}"] += count(one.get("quantity"), 10**9)


def _known(value: Any, names: frozenset[str]) -> str:
    return value if isinstance(value, str) and value in names else "other"
