"""Integrations: what pushes alerts and changes in, and what incidents are reported to.

The paths say `datasource`, the older word for the same thing.
"""

from typing import Annotated, Final

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import asdict, replace

from tocsin.domain.access import Permission
from tocsin.domain.integration import CALLING, Integration, IntegrationStatus, Settings
from tocsin.domain.plugin import PLUGINS, Category, plugin
from tocsin.domain.webhook_secret import for_strangers, without
from tocsin.engine import integration as engine
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import AccessDenied, InvalidParameter, ResourceNotFound
from tocsin.kernel.given import given
from tocsin.kernel.operation import Kind, operation
from tocsin.kernel.paging import window
from tocsin.kernel.text import HIDDEN
from tocsin.kernel.units import seconds
from tocsin.store import integration as integrations
from tocsin.store.database import Tx
from tocsin.store.integration import Filter
from tocsin.wire.rejected import RejectedPage, rejected_page

TAG: Final = "Integrations"

Name = Annotated[str, Meta(min_length=1, max_length=100)]
Key = Annotated[
    str, Meta(description="What a sender puts in its push URL; empty unless one may manage.")
]
ChannelId = Annotated[
    int,
    Meta(
        description="Makes it dedicated to this channel; 0 leaves it shared: it delivers to "
        "`settings.channel_ids`, or to the channel that `channel_id` in the push URL names."
    ),
]


class SentSettings(Settings, frozen=True, forbid_unknown_fields=True):
    """Settings as they are sent: one that is not known, a secret in the wrong place say, would be
    thought to be in force."""


class UpsertIntegration(Struct, frozen=True, forbid_unknown_fields=True):
    """Without `integration_id`, or with 0, a new one is made, of the plugin named."""

    integration_id: int = 0
    plugin_id: Annotated[
        int,
        Meta(description=", ".join(f"{known.id} {known.name}" for known in PLUGINS) + "."),
    ] = 0
    plugin_type: Annotated[
        str, Meta(description=", ".join(known.type for known in PLUGINS) + ".")
    ] = ""
    name: Name | UnsetType = UNSET
    description: Annotated[str, Meta(max_length=500)] | UnsetType = UNSET
    team_id: int | UnsetType = UNSET
    channel_id: ChannelId | UnsetType = UNSET
    status: IntegrationStatus | UnsetType = UNSET
    settings: SentSettings | UnsetType = UNSET
    signing_secret: (
        Annotated[
            str,
            Meta(
                description="What the sender signs its requests with; once set, unsigned ones are "
                "refused. Kept sealed and never shown; empty takes it away.",
                max_length=500,
            ),
        ]
        | UnsetType
    ) = UNSET


class Upserted(Struct, frozen=True):
    integration_id: int
    integration_key: str


class ListIntegrations(Struct, frozen=True):
    p: int = 1
    limit: int = 20
    asc: Annotated[bool, Meta(description="Oldest first.")] = False
    category: Category | None = None
    plugin_type: str = ""
    status: IntegrationStatus | None = None
    name: Annotated[str, Meta(description="Part of the name.")] = ""
    is_my_team: bool = False
    team_ids: tuple[int, ...] | None = None


class DescribeIntegration(Struct, frozen=True):
    integration_id: int = 0
    integration_key: str = ""


class ListRejectedPushes(Struct, frozen=True):
    integration_id: int
    p: int = 1
    limit: int = 20


class IntegrationItem(Struct, frozen=True):
    integration_id: int
    account_id: int
    team_id: int
    channel_id: ChannelId
    name: str
    description: str
    status: IntegrationStatus
    plugin_id: int
    plugin_type: str
    plugin_type_name: str
    category: Category
    integration_key: Key
    settings: Settings
    has_signing_secret: bool
    creator_id: int
    created_at: int
    updated_at: int


@operation("/datasource/upsert", Permission.INTEGRATIONS_MANAGE, Kind.WRITE, tag=TAG)
def upsert(tx: Tx, caller: Caller, request: UpsertIntegration) -> Upserted:
    """Make an integration, or change the one named; what is not sent stays.

    A new one comes with the key its sender pushes with. The plugin of an integration never
    changes. `status` disables it (its pushes are refused), enables it again, or deletes it.
    """
    if request.integration_id:
        current = engine.managed(tx, caller, request.integration_id)
        engine.change(tx, caller, current, _with(tx, current, request))
    else:
        kind = plugin(request.plugin_id, request.plugin_type)
        current = engine.blank(tx, caller, kind)
        engine.create(tx, caller, _with(tx, current, request))
    return Upserted(current.id, current.key)


@operation("/datasource/list", Permission.INTEGRATIONS_READ, Kind.READ, tag=TAG)
def browse(tx: Tx, caller: Caller, request: ListIntegrations) -> list[IntegrationItem]:
    """List integrations; keys show only to those who may manage, and secrets to nobody."""
    page = window(request.p, request.limit)
    found = integrations.browse(
        tx, caller.account_id, _filter(caller, request), page, ascending=request.asc
    )
    return _items(tx, caller, found)


@operation("/datasource/desc", Permission.INTEGRATIONS_READ, Kind.READ, tag=TAG)
def describe(tx: Tx, caller: Caller, request: DescribeIntegration) -> IntegrationItem:
    """Show one integration, named by its id or by its key."""
    if request.integration_id:
        found = engine.get(tx, caller.account_id, request.integration_id)
        return _items(tx, caller, [found])[0]
    if not request.integration_key:
        raise InvalidParameter("send integration_id or integration_key", field="integration_id")
    by_key = integrations.by_key(tx, request.integration_key)
    if by_key is None or by_key.account_id != caller.account_id:
        raise ResourceNotFound("no integration has this key")
    return _items(tx, caller, [by_key])[0]


@operation("/datasource/rejected-event/list", Permission.INTEGRATIONS_READ, Kind.READ, tag=TAG)
def browse_rejected(tx: Tx, caller: Caller, request: ListRejectedPushes) -> RejectedPage:
    """List what an integration pushed that was refused or found no channel, newest first."""
    one = engine.get(tx, caller.account_id, request.integration_id)
    if not engine.open_to(tx, caller, [one]):
        raise AccessDenied("this integration serves a private channel; ask one of its members")
    return rejected_page(tx, one.account_id, str(one.id), request.p, request.limit, one.key)


def _with(tx: Tx, current: Integration, request: UpsertIntegration) -> Integration:
    wanted: dict[str, object] = {
        "name": request.name,
        "description": request.description,
        "team_id": request.team_id,
        "channel_id": request.channel_id,
        "status": request.status,
        "settings": UNSET if request.settings is UNSET else Settings(**asdict(request.settings)),
    }
    if request.signing_secret is not UNSET:
        wanted["signing_secret"] = tx.site.seal.close(request.signing_secret)
    return replace(current, **given(wanted))


def _filter(caller: Caller, request: ListIntegrations) -> Filter:
    kinds = [
        known.id
        for known in PLUGINS
        if request.category in (None, known.category) and request.plugin_type in ("", known.type)
    ]
    team_ids = request.team_ids or None
    if request.is_my_team:
        team_ids = tuple(caller.team_ids.intersection(team_ids or caller.team_ids))
    return Filter(plugin_ids=kinds, team_ids=team_ids, status=request.status, query=request.name)


def _items(tx: Tx, caller: Caller, found: list[Integration]) -> list[IntegrationItem]:
    may_manage = Permission.INTEGRATIONS_MANAGE in caller.permissions
    managed = engine.open_to(tx, caller, found) if may_manage else set()
    return [_item(one, may_manage=one.id in managed) for one in found]


def _item(one: Integration, *, may_manage: bool) -> IntegrationItem:
    kind = plugin(one.plugin_id, one.plugin_type)
    return IntegrationItem(
        integration_id=one.id,
        account_id=one.account_id,
        team_id=one.team_id,
        channel_id=one.channel_id,
        name=one.name,
        description=one.description,
        status=one.status,
        plugin_id=one.plugin_id,
        plugin_type=one.plugin_type,
        plugin_type_name=kind.name,
        category=kind.category,
        integration_key=one.key if may_manage else "",
        settings=_settings(one, may_manage=may_manage),
        has_signing_secret=bool(one.signing_secret),
        creator_id=one.creator_id,
        created_at=seconds(one.created_at),
        updated_at=seconds(one.updated_at),
    )


def _settings(one: Integration, *, may_manage: bool) -> Settings:
    if may_manage:
        return one.settings
    shown = for_strangers(one.settings) if one.plugin_id in CALLING else without(one.settings)
    # Whoever knows the name that takes mails can push by it, as by the key.
    mail = shown.mail
    hidden = replace(mail, prefix=HIDDEN) if mail and mail.prefix else mail
    return replace(shown, mail=hidden)
