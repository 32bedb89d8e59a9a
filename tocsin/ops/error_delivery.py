"""Delivery rules: which of the errors that DataKit and TrueWatch's SDKs write become issues."""

from typing import Final

from msgspec import UNSET, Struct, UnsetType

from tocsin.domain.access import Permission
from tocsin.domain.error_delivery import Delivered, ErrorDelivery, check_delivery
from tocsin.engine import application as engine
from tocsin.kernel.caller import Caller
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.store import error_delivery
from tocsin.store.database import Tx

TAG: Final = "RUM/Error delivery"


class DeliveryOf(Struct, frozen=True):
    application_id: str


class UpdateDelivery(Struct, frozen=True):
    application_id: str
    rum: Delivered | UnsetType = UNSET
    logging: Delivered | UnsetType = UNSET
    tracing: Delivered | UnsetType = UNSET


class DeliveryItem(Struct, frozen=True):
    """What of each source becomes issues; the rest is kept without one."""

    application_id: str
    rum: Delivered
    logging: Delivered
    tracing: Delivered


@operation("/rum/error-delivery/info", None, Kind.READ, tag=TAG)
def info(tx: Tx, caller: Caller, request: DeliveryOf) -> DeliveryItem:
    """Read which errors that an application writes as points become issues."""
    found = engine.seen(tx, caller, request.application_id)
    rules = error_delivery.get(tx, found.account_id, found.id)
    return DeliveryItem(found.id, rules.rum, rules.logging, rules.tracing)


@operation("/rum/error-delivery/update", Permission.APPLICATIONS_MANAGE, Kind.WRITE, tag=TAG)
def update(tx: Tx, caller: Caller, request: UpdateDelivery) -> Empty:
    """Change which errors become issues from now on; what is not sent stays."""
    found = engine.managed(tx, caller, request.application_id)
    rules = error_delivery.get(tx, found.account_id, found.id)
    wanted = ErrorDelivery(
        rum=rules.rum if request.rum is UNSET else request.rum,
        logging=rules.logging if request.logging is UNSET else request.logging,
        tracing=rules.tracing if request.tracing is UNSET else request.tracing,
    )
    check_delivery(wanted)
    error_delivery.save(tx, found.account_id, found.id, wanted, caller.member_id)
    return Empty()
