"""What enrichment rules look up, for all events of a batch together."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

import msgspec
from msgspec import Struct

from tocsin.domain.enrichment import Found, Question
from tocsin.domain.integration import Integration
from tocsin.domain.mapping import MappingApi, MappingSchema, MappingStatus, key_of
from tocsin.engine.inquiry import BATCH_SECONDS_MAX, Inquiries, Inquiry
from tocsin.kernel.units import seconds
from tocsin.outbound.deadline import Deadline
from tocsin.store import mapping_api as apis
from tocsin.store import mapping_row as rows
from tocsin.store import mapping_schema as schemas
from tocsin.store.database import Database, Tx

_GONE: Final = Found(why="the mapping was deleted")
_UNASKED: Final = Found(why="services are asked only for events that arrive")


class Asked(Struct, frozen=True):
    """A question with who has it."""

    integration: Integration
    question: Question

    @property
    def mapping_id(self) -> str:
        return self.question.settings.mapping_id

    @property
    def is_of_api(self) -> bool:
        return self.question.settings.mapping_type == "api"


class Lookups(Protocol):
    """Answers questions, each at its place."""

    def answers(self, asked: Sequence[Asked]) -> list[Found]:
        """What was found for each."""
        ...


class InTransaction:
    """Looks in tables, inside a transaction that is open, and asks no services."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def answers(self, asked: Sequence[Asked]) -> list[Found]:
        tables = _in_tables(self._tx, [one for one in asked if not one.is_of_api])
        return [_UNASKED if one.is_of_api else tables[_place(one)] for one in asked]


class OfBatch:
    """Looks in tables and asks services, no transaction being open meanwhile. All that one batch
    asks has a few seconds together."""

    def __init__(self, database: Database, inquiries: Inquiries) -> None:
        self._database = database
        self._inquiries = inquiries
        self._deadline = Deadline(BATCH_SECONDS_MAX)

    def answers(self, asked: Sequence[Asked]) -> list[Found]:
        with self._database.read() as tx:
            found = _in_tables(tx, [one for one in asked if not one.is_of_api])
            known = _apis(tx, [one for one in asked if one.is_of_api])
            now = tx.now
        wanted: dict[str, Inquiry] = {}
        for one in asked:
            api = known.get((one.integration.account_id, one.mapping_id))
            if api and api.status is MappingStatus.ENABLED:
                wanted[_place(one)] = _inquiry(one, api)
        answered = self._inquiries.answers(list(wanted.values()), now, self._deadline)
        found |= {place: answered[inquiry.key] for place, inquiry in wanted.items()}
        return [found.get(_place(one), _GONE) for one in asked]


def _place(one: Asked) -> str:
    """Equal for two that have the same answer."""
    event = _told(one)
    for name in ("event_time", "images"):
        del event[name]
    wanted = one.question.settings.result_labels if one.is_of_api else ()
    said = msgspec.json.encode([one.mapping_id, wanted, event], order="sorted")
    return hashlib.blake2b(said, digest_size=16).hexdigest()


def _in_tables(tx: Tx, asked: Sequence[Asked]) -> dict[str, Found]:
    """Rows for all that is asked, one query a table."""
    tables: dict[tuple[int, str], list[Asked]] = {}
    for one in asked:
        tables.setdefault((one.integration.account_id, one.mapping_id), []).append(one)
    found: dict[str, Found] = {}
    for (account_id, schema_id), of_table in tables.items():
        schema = schemas.get(tx, account_id, schema_id)
        if schema:
            found |= _in_table(tx, schema, of_table)
    return {_place(one): found.get(_place(one), _GONE) for one in asked}


def _in_table(tx: Tx, schema: MappingSchema, asked: Sequence[Asked]) -> dict[str, Found]:
    keys = {_place(one): key_of(schema, one.question.event.labels) for one in asked}
    wanted = sorted({key for key in keys.values() if key})
    held = rows.found(tx, schema.account_id, schema.generation, wanted) if wanted else {}
    return {place: Found(held[key].fields if key in held else {}) for place, key in keys.items()}


def _apis(tx: Tx, asked: Sequence[Asked]) -> Mapping[tuple[int, str], MappingApi]:
    found: dict[tuple[int, str], MappingApi] = {}
    for account_id in {one.integration.account_id for one in asked}:
        ids = {one.mapping_id for one in asked if one.integration.account_id == account_id}
        for api in apis.get_many(tx, account_id, ids).values():
            found[account_id, api.id] = api
    return found


def _inquiry(one: Asked, api: MappingApi) -> Inquiry:
    keys = list(one.question.settings.result_labels)
    body = msgspec.json.encode({"result_label_keys": keys, "event": _told(one)})
    # A changed API is another one: what the old one answered is forgotten.
    return Inquiry(api, f"{_place(one)}/{api.updated_at}", body)


def _told(one: Asked) -> dict[str, Any]:
    """The event as services are told of it; it belongs to no alert yet."""
    integration, event = one.integration, one.question.event
    return {
        "account_id": integration.account_id,
        "channel_id": integration.channel_id,
        "data_source_id": integration.id,
        "data_source_type": integration.plugin_type,
        "title": event.title,
        "title_rule": event.title_rule,
        "description": event.description,
        "alert_key": event.alert_key,
        "alert_id": "",
        "event_severity": str(event.status),
        "event_status": str(event.status),
        "event_time": seconds(event.happened_at),
        "labels": event.labels,
        "images": [msgspec.structs.asdict(image) for image in event.images],
    }
