"""What may be done to the account's custom fields."""

from typing import Final

from msgspec.structs import replace

from tocsin.domain.custom_field import PER_ACCOUNT_MAX, CustomField, FieldStatus, check
from tocsin.domain.timer import Timer
from tocsin.kernel.errors import BadRequest, ResourceNotFound
from tocsin.store import custom_field as fields
from tocsin.store import incident as incidents
from tocsin.store import timer
from tocsin.store.database import Tx

PURGE: Final = "custom_field_purge"
PURGED_AT_ONCE: Final = 50


def get(tx: Tx, account_id: int, field_id: str, *, lock: bool = False) -> CustomField:
    """A field; ResourceNotFound for an id that is unknown here."""
    found = fields.get(tx, account_id, field_id, lock=lock)
    if found is None:
        raise ResourceNotFound("no custom field has the id {field_id}", field_id=field_id)
    return found


def create(tx: Tx, new: CustomField) -> None:
    """Keep a new field.

    Raises InvalidParameter for one that does not hold together or whose name is taken,
    BadRequest where the account has all it may have.
    """
    check(new)
    if fields.count(tx, new.account_id) >= PER_ACCOUNT_MAX:
        raise BadRequest(
            "an account may have {maximum} custom fields; delete one first",
            maximum=PER_ACCOUNT_MAX,
        )
    fields.add(tx, new)


def change(tx: Tx, current: CustomField, changed: CustomField, by: int) -> None:
    """Keep what became of a field, which the caller read under lock."""
    check(changed)
    if changed != current:
        fields.save(tx, replace(changed, updated_by=by, updated_at=tx.now))


def delete(tx: Tx, account_id: int, field_id: str) -> None:
    """Delete a field; a timer rids incidents of its values and then frees its name."""
    current = get(tx, account_id, field_id, lock=True)
    fields.save(tx, replace(current, status=FieldStatus.DELETING, updated_at=tx.now))
    timer.set_(tx, account_id, PURGE, field_id, tx.now)


def hold(tx: Tx, account_id: int, field_id: str) -> None:
    """Lock the field that a timer is about."""
    fields.name_to_free(tx, account_id, field_id)


def purge(tx: Tx, fired: Timer) -> None:
    """Take a deleted field's values out of some incidents, and come back for the rest."""
    name = fields.name_to_free(tx, fired.account_id, fired.subject)
    if name is None:
        return
    holding = incidents.having_field(tx, fired.account_id, name, PURGED_AT_ONCE)
    for current in incidents.find(tx, fired.account_id, holding, lock=True):
        left = {other: value for other, value in current.fields.items() if other != name}
        incidents.save(tx, current, replace(current, fields=left))
    if holding:
        timer.set_(tx, fired.account_id, PURGE, fired.subject, tx.now)
    else:
        fields.remove(tx, fired.account_id, fired.subject)
