"""What a call names, as far as the audit log looks it up."""

from tocsin.domain.audit_place import named


def test_numbers_that_are_none_are_not_looked_up() -> None:
    said = {
        "integration_id": True,
        "channel_ids": [7, False, 2**70, "8"],
        "rules": [{"channel_id": 9}],
    }
    place = named(said)
    assert (place.integration_ids, place.channel_ids) == (frozenset(), frozenset({7, 9}))
