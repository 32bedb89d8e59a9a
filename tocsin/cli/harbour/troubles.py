"""What goes wrong at Harbour Coffee, and how it ends."""

from typing import Final

from msgspec import Struct

from tocsin.kernel.units import MINUTE


class Trouble(Struct, frozen=True):
    """A kind of alert of a team: how long it holds (ms, from and to), and what was found out."""

    team: str
    name: str
    severity: str
    summary: str
    description: str
    labels: dict[str, str]
    lasts: tuple[int, int]
    cause: str
    fix: str


TROUBLES: Final = (
    Trouble(
        "Payments",
        "CardLatencyHigh",
        "critical",
        "Card payments take 4.2 s at the 95th percentile",
        "Customers wait at the till. The card provider answers late; retries pile up behind it.",
        {"service": "payments-api", "region": "eu-west", "cluster": "pay-1"},
        (12 * MINUTE, 40 * MINUTE),
        "The card provider's eu-west gateway was overloaded.",
        "Traffic went to eu-central until the provider had recovered.",
    ),
    Trouble(
        "Payments",
        "RefundQueueStalled",
        "warning",
        "312 refunds wait for more than 10 minutes",
        "The refund worker takes nothing from its queue.",
        {"service": "refunds", "region": "eu-west", "cluster": "pay-1"},
        (20 * MINUTE, 90 * MINUTE),
        "A refund without an order made the worker restart for ever.",
        "Refunds without an order are set aside now.",
    ),
    Trouble(
        "Payments",
        "VoucherErrors",
        "warning",
        "6 % of vouchers are refused",
        "Vouchers of the spring campaign are unknown to the voucher service.",
        {"service": "vouchers", "region": "eu-west", "cluster": "pay-1"},
        (15 * MINUTE, 60 * MINUTE),
        "The campaign began before its vouchers were loaded.",
        "They were loaded by hand; a check before each campaign is on the list.",
    ),
    Trouble(
        "Shop",
        "CheckoutErrorRate",
        "critical",
        "3.1 % of checkouts end in an error",
        "Twice the usual. Began a few minutes after a release.",
        {"service": "shop-web", "region": "global", "page": "checkout"},
        (10 * MINUTE, 45 * MINUTE),
        "The new address form lost the country of guests.",
        "Rolled back, and mended in the next release.",
    ),
    Trouble(
        "Shop",
        "CatalogueStale",
        "info",
        "Prices are 25 minutes old",
        "The export of prices has not run since the last full hour.",
        {"service": "catalogue", "region": "global"},
        (30 * MINUTE, 120 * MINUTE),
        "The export waited for a lock that a report held.",
        "The report reads from the replica now.",
    ),
    Trouble(
        "Platform",
        "DiskFillsUp",
        "warning",
        "The disk of db-2 is full in 4 hours",
        "At the present rate. Old backups were not removed.",
        {"instance": "db-2", "cluster": "core", "job": "node"},
        (30 * MINUTE, 150 * MINUTE),
        "The job that removes old backups was off since the move.",
        "Switched on again; its silence raises an alert from now on.",
    ),
    Trouble(
        "Platform",
        "PodCrashLooping",
        "warning",
        "mailer restarts every 40 seconds",
        "Out of memory while it renders the weekly letter.",
        {"pod": "mailer-7c9", "cluster": "core", "job": "kube"},
        (8 * MINUTE, 30 * MINUTE),
        "The weekly letter holds every picture in memory.",
        "Pictures are streamed; the limit was raised meanwhile.",
    ),
    Trouble(
        "Platform",
        "CertificateExpires",
        "info",
        "The certificate of api.harbour.example ends in 9 days",
        "It should have been renewed 21 days ago.",
        {"host": "api.harbour.example", "cluster": "edge"},
        (60 * MINUTE, 240 * MINUTE),
        "The DNS token of the renewal had expired.",
        "New token, renewed.",
    ),
    Trouble(
        "Platform",
        "DatabaseFailover",
        "critical",
        "orders-db moved to its replica",
        "The primary did not answer for 30 seconds. Writes failed meanwhile.",
        {"instance": "orders-db", "cluster": "core", "job": "postgres"},
        (6 * MINUTE, 25 * MINUTE),
        "A kernel update of the host rebooted it without draining.",
        "Hosts are drained before updates again.",
    ),
)

REMARKS: Final = (
    "Looking at it.",
    "The graphs show it began with the last release.",
    "Asked the provider; they are on it.",
    "Restarted one of three, watching.",
    "Error rate is going down.",
)
