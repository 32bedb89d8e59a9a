"""Rules, filters and alerts that tests of the domain are made of."""

from typing import Any

from tocsin.domain.drop_rule import DropRule
from tocsin.domain.filter import Condition, Filter, Operator
from tocsin.domain.inhibition import InhibitRule
from tocsin.domain.silence import SilenceRule


def about(key: str, *vals: str) -> Filter:
    """What has one of these values."""
    return ((Condition(key, Operator.IN, vals),),)


def except_for(key: str, *vals: str) -> Filter:
    """What has none of these values."""
    return ((Condition(key, Operator.NOT_IN, vals),),)


def _common(**more: Any) -> dict[str, Any]:
    return {
        "id": "a" * 24,
        "account_id": 1,
        "channel_id": 2,
        "name": "Rule",
        "creator_id": 3,
        "updated_by": 3,
        "created_at": 1,
        "updated_at": 1,
        **more,
    }


def drop(**more: Any) -> DropRule:
    return DropRule(**_common(**more))


def silence(**more: Any) -> SilenceRule:
    return SilenceRule(**_common(**more))


def inhibit(**more: Any) -> InhibitRule:
    return InhibitRule(**_common(**more))
