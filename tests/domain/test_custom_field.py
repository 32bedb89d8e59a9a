import pytest
from msgspec.structs import replace

from tocsin.domain.custom_field import (
    CustomField,
    FieldType,
    ValueType,
    check,
    check_value,
    matching,
)
from tocsin.kernel.errors import InvalidParameter

TEXT = CustomField(
    id="f",
    account_id=1,
    name="ticket",
    display_name="Ticket",
    field_type=FieldType.TEXT,
    value_type=ValueType.STRING,
    creator_id=1,
    updated_by=1,
    created_at=1,
    updated_at=1,
)
SINGLE = replace(TEXT, field_type=FieldType.SINGLE_SELECT, options=("a", "b"))
MULTI = replace(SINGLE, field_type=FieldType.MULTI_SELECT)
CHECKBOX = replace(TEXT, field_type=FieldType.CHECKBOX, value_type=ValueType.BOOL)


@pytest.mark.parametrize(
    "field",
    [
        TEXT,
        replace(TEXT, default_value="x"),
        replace(SINGLE, default_value="a"),
        replace(MULTI, default_value=["a", "b"]),
        replace(CHECKBOX, default_value=True),
    ],
)
def test_a_definition_that_holds_together_is_accepted(field: CustomField) -> None:
    check(field)


@pytest.mark.parametrize(
    "field",
    [
        replace(TEXT, name="9lives"),
        replace(TEXT, name="n" * 41),
        replace(TEXT, value_type=ValueType.BOOL),
        replace(CHECKBOX, value_type=ValueType.STRING),
        replace(TEXT, options=("a",)),
        replace(SINGLE, options=()),
        replace(SINGLE, options=("a", "a")),
        replace(SINGLE, options=("x" * 201,)),
        replace(SINGLE, options=tuple(str(n) for n in range(21))),
        replace(SINGLE, default_value="c"),
        replace(MULTI, default_value="a"),
        replace(CHECKBOX, default_value="yes"),
        replace(TEXT, default_value="x" * 3001),
    ],
)
def test_a_definition_that_does_not_is_refused(field: CustomField) -> None:
    with pytest.raises(InvalidParameter):
        check(field)


def test_nothing_clears_a_field_and_repeated_choices_count_once() -> None:
    assert check_value(CHECKBOX, None) is None
    assert check_value(SINGLE, "") is None
    assert check_value(MULTI, ["b", "b"]) == ["b"]


def test_a_query_is_a_pattern_without_case_or_else_plain_text() -> None:
    area = replace(TEXT, name="area", display_name="Area (EU")
    both = [TEXT, area]
    assert matching(both, "") == both
    assert matching(both, "TICK|none") == [TEXT]
    assert matching(both, "(eu") == [area]
    assert matching(both, "zone") == []
