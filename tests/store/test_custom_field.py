import pytest
from msgspec.structs import replace

from tests.domain.test_custom_field import CHECKBOX, MULTI, TEXT
from tocsin.kernel.errors import InvalidParameter
from tocsin.store import custom_field as fields
from tocsin.store.database import Database


def test_fields_come_back_as_they_were_kept_oldest_first(database: Database) -> None:
    late = replace(MULTI, id="g", name="area", default_value=["a", "b"], created_at=2)
    early = replace(CHECKBOX, default_value=False)
    with database.write() as tx:
        fields.add(tx, late)
        fields.add(tx, early)
        assert fields.all_of(tx, 1) == [early, late]
        assert fields.get(tx, 1, "g") == late
        assert fields.get(tx, 2, "g") is None
        assert fields.count(tx, 1) == 2


def test_a_name_is_free_again_once_its_field_is_gone(database: Database) -> None:
    with database.write() as tx:
        fields.add(tx, TEXT)
    with pytest.raises(InvalidParameter), database.write() as tx:
        fields.add(tx, replace(TEXT, id="g"))
    with database.write() as tx:
        assert fields.remove(tx, 1, "f") == 1
        assert fields.remove(tx, 1, "f") == 0
        fields.add(tx, replace(TEXT, id="g"))
        fields.save(tx, replace(TEXT, id="g", display_name="Case"))
        saved = fields.get(tx, 1, "g")
    assert saved
    assert saved.display_name == "Case"
