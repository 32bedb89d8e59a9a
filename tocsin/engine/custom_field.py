"""What may be done to the account's custom fields."""

from msgspec.structs import replace

from tocsin.domain.custom_field import PER_ACCOUNT_MAX, CustomField, check
from tocsin.kernel.errors import BadRequest, ResourceNotFound
from tocsin.store import custom_field as fields
from tocsin.store.database import Tx


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
    """Delete a field; incidents no longer show what they held in it."""
    get(tx, account_id, field_id, lock=True)
    fields.remove(tx, account_id, field_id)
