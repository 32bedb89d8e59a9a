"""Delivery rules: which of the errors that DataKit and TrueWatch's SDKs write become issues."""

from typing import Annotated

from msgspec import Meta, Struct

from tocsin.domain.error_event import ErrorEvent
from tocsin.domain.error_ingestion import check, is_meant
from tocsin.domain.filter import Filter


class Delivered(Struct, frozen=True):
    """What of one source becomes issues: nothing unless enabled, all where no filter is set."""

    enabled: bool = True
    filters: Annotated[
        Filter,
        Meta(
            description="Groups of which one must hold, each of conditions that must all hold, on"
            " `error.error_type` and its like or on `context.<path>`; empty for all."
        ),
    ] = ()


class ErrorDelivery(Struct, frozen=True):
    """What of an application's RUM, logs and spans becomes issues."""

    rum: Delivered = Delivered()
    logging: Delivered = Delivered()
    tracing: Delivered = Delivered()


ALL = ErrorDelivery()


def check_delivery(wanted: ErrorDelivery) -> None:
    """Raise InvalidParameter for filters that cannot be meant."""
    for source in (wanted.rum, wanted.logging, wanted.tracing):
        if source.filters:
            check(source.filters)


def is_delivered(rule: Delivered, event: ErrorEvent) -> bool:
    """Whether an error becomes an issue by this rule."""
    return rule.enabled and (not rule.filters or is_meant(rule.filters, event))
