"""The errors of Harbour Coffee's programs, as their SDKs send them."""

from typing import Any, Final

from msgspec import Struct

from tocsin.kernel.units import SECOND


class Crash(Struct, frozen=True):
    """A kind of error; frames are file, function, line and whether it is the program's own, the
    innermost last."""

    application: str
    platform: str
    type: str
    value: str
    transaction: str
    frames: tuple[tuple[str, str, int, bool], ...]
    since: str
    """The first release that has it."""
    until: str = ""
    """The release that no longer does."""
    weight: int = 1


RELEASES: Final = {
    "shop-web": ("shop-web@4.11.0", "shop-web@4.12.0", "shop-web@4.12.1", "shop-web@4.13.0"),
    "payments-api": ("payments-api@2.7.0", "payments-api@2.8.0", "payments-api@2.8.1"),
}

CRASHES: Final = (
    Crash(
        "shop-web",
        "javascript",
        "TypeError",
        "Cannot read properties of undefined (reading 'country')",
        "/checkout/address",
        (
            ("node_modules/react-dom/client.js", "dispatchEvent", 8137, False),
            ("src/checkout/AddressForm.tsx", "onSubmit", 88, True),
            ("src/checkout/address.ts", "normalise", 31, True),
        ),
        since="shop-web@4.12.0",
        until="shop-web@4.12.1",
        weight=9,
    ),
    Crash(
        "shop-web",
        "javascript",
        "ChunkLoadError",
        "Loading chunk 417 failed.",
        "/menu",
        (
            ("webpack/runtime/jsonp", "onScriptComplete", 30, False),
            ("src/router.ts", "load", 22, True),
        ),
        since="shop-web@4.11.0",
        weight=3,
    ),
    Crash(
        "shop-web",
        "javascript",
        "RangeError",
        "Invalid time value",
        "/orders/history",
        (
            ("src/orders/History.tsx", "History", 54, True),
            ("src/orders/format.ts", "day", 12, True),
        ),
        since="shop-web@4.13.0",
        weight=4,
    ),
    Crash(
        "payments-api",
        "python",
        "ProviderTimeout",
        "card provider did not answer within 5 s",
        "POST /v2/charges",
        (
            ("starlette/routing.py", "handle", 288, False),
            ("payments/charges.py", "create_charge", 141, True),
            ("payments/provider.py", "authorise", 77, True),
        ),
        since="payments-api@2.7.0",
        weight=6,
    ),
    Crash(
        "payments-api",
        "python",
        "KeyError",
        "'order_id'",
        "refunds.worker",
        (
            ("payments/worker.py", "run", 40, True),
            ("payments/refunds.py", "refund", 63, True),
        ),
        since="payments-api@2.8.0",
        until="payments-api@2.8.1",
        weight=4,
    ),
    Crash(
        "payments-api",
        "python",
        "IntegrityError",
        'duplicate key value violates unique constraint "uq_voucher_code"',
        "POST /v2/vouchers",
        (
            ("sqlalchemy/engine/default.py", "do_execute", 943, False),
            ("payments/vouchers.py", "redeem", 52, True),
        ),
        since="payments-api@2.7.0",
        weight=2,
    ),
)


def has(crash: Crash, release: str) -> bool:
    """Whether a release of its application still has the error."""
    order = RELEASES[crash.application]
    place = order.index(release)
    gone = order.index(crash.until) if crash.until else len(order)
    return order.index(crash.since) <= place < gone


def event(crash: Crash, release: str, user: int, event_id: str, at: int) -> dict[str, Any]:
    """What an SDK says of one, `at` in ms."""
    frames = [
        {"filename": file, "function": function, "lineno": line, "in_app": in_app}
        for file, function, line, in_app in crash.frames
    ]
    exception = {"type": crash.type, "value": crash.value, "stacktrace": {"frames": frames}}
    return {
        "event_id": event_id,
        "timestamp": at / SECOND,
        "platform": crash.platform,
        "level": "error",
        "release": release,
        "environment": "production",
        "transaction": crash.transaction,
        "user": {"id": f"guest-{user}"},
        "exception": {"values": [exception]},
        "tags": {"page": crash.transaction},
    }
