"""Notification templates: the words in which people are told about incidents."""

from typing import Annotated, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from tocsin.domain.access import Permission
from tocsin.domain.message.template import (
    DESCRIPTION_MAX,
    NAME_MAX,
    Style,
    Template,
    TemplateStatus,
)
from tocsin.engine import template as engine
from tocsin.engine.template import Wish
from tocsin.kernel.caller import Caller
from tocsin.kernel.given import given
from tocsin.kernel.operation import Empty, Kind, operation
from tocsin.kernel.paging import window
from tocsin.kernel.units import seconds
from tocsin.store import template as templates
from tocsin.store.database import Tx
from tocsin.store.template import Filter
from tocsin.wire.incident import ObjectId

TAG: Final = "Notification templates"

Name = Annotated[str, Meta(min_length=1, max_length=NAME_MAX)]
Description = Annotated[str, Meta(max_length=DESCRIPTION_MAX)]
Source = Annotated[
    str, Meta(description="A Go template, at most 64 KiB; empty leaves the built-in words.")
]
TeamId = Annotated[int, Meta(description="The team it belongs to; 0 is the whole account.")]


class Sources(Struct, frozen=True, kw_only=True):
    """A template for each way a message travels."""

    email: Source | UnsetType = UNSET
    sms: Source | UnsetType = UNSET
    voice: Source | UnsetType = UNSET
    dingtalk: Source | UnsetType = UNSET
    wecom: Source | UnsetType = UNSET
    feishu: Source | UnsetType = UNSET
    feishu_app: Source | UnsetType = UNSET
    dingtalk_app: Source | UnsetType = UNSET
    wecom_app: Source | UnsetType = UNSET
    slack_app: Source | UnsetType = UNSET
    teams_app: Source | UnsetType = UNSET
    telegram: Source | UnsetType = UNSET
    slack: Source | UnsetType = UNSET
    zoom: Source | UnsetType = UNSET

    def texts(self) -> dict[Style, str]:
        """The texts that were sent."""
        return given({style: getattr(self, style) for style in Style})


class CreateTemplate(Sources, frozen=True, kw_only=True):
    template_name: Name
    team_id: TeamId | UnsetType = UNSET
    description: Description | UnsetType = UNSET


class UpdateTemplate(CreateTemplate, frozen=True, kw_only=True):
    """What is not sent stays; an empty text brings the built-in words back."""

    template_id: ObjectId


class CreatedTemplate(Struct, frozen=True):
    template_id: ObjectId
    template_name: str


class TemplateId(Struct, frozen=True):
    template_id: Annotated[
        ObjectId, Meta(description="`000000000000000000000001` is the built-in one.")
    ]


class ListTemplates(Struct, frozen=True):
    p: int = 1
    limit: int = 20
    orderby: Literal["created_at", "updated_at"] = "created_at"
    asc: bool = False
    is_my_team: Annotated[bool, Meta(description="In place of `team_ids`.")] = False
    team_ids: tuple[int, ...] | None = None
    creator_id: int = 0
    query: Annotated[str, Meta(description="Part of the name or description.")] = ""


class TemplateItem(Struct, frozen=True, kw_only=True):
    """A template; a text that is empty means the built-in words."""

    account_id: int
    team_id: TeamId
    template_id: ObjectId
    template_name: str
    description: str
    email: Source
    sms: Source
    voice: Source
    dingtalk: Source
    wecom: Source
    feishu: Source
    feishu_app: Source
    dingtalk_app: Source
    wecom_app: Source
    slack_app: Source
    teams_app: Source
    telegram: Source
    slack: Source
    zoom: Source
    status: TemplateStatus
    creator_id: int
    updated_by: int
    created_at: int
    updated_at: int
    deleted_at: int


class TemplatePage(Struct, frozen=True):
    items: list[TemplateItem]
    total: int
    has_next_page: bool


class PreviewTemplate(Struct, frozen=True):
    type: Style
    content: Source
    incident_id: Annotated[
        str,
        Meta(pattern="^([0-9a-fA-F]{24})?$", description="Without one, an example is told of."),
    ] = ""


class PreviewedTemplate(Struct, frozen=True):
    success: bool
    content: Annotated[str, Meta(description="What the template writes.")]
    message: Annotated[str, Meta(description="What is wrong with it, with its line.")]


@operation("/template/list", Permission.TEMPLATES_READ, Kind.READ, tag=TAG)
def browse(tx: Tx, caller: Caller, request: ListTemplates) -> TemplatePage:
    """List notification templates, newest first; the built-in one is not among them."""
    page = window(request.p, request.limit)
    team_ids = request.team_ids or None
    if request.is_my_team:
        team_ids = tuple(sorted(caller.team_ids))
    wanted = Filter(
        team_ids=team_ids,
        creator_id=request.creator_id or None,
        query=request.query,
        by_update=request.orderby == "updated_at",
        ascending=request.asc,
    )
    found = templates.browse(tx, caller.account_id, wanted, page)
    return TemplatePage(
        [_item(one) for one in found[: page.limit]],
        templates.count(tx, caller.account_id, wanted),
        len(found) > page.limit,
    )


@operation("/template/info", Permission.TEMPLATES_READ, Kind.READ, tag=TAG)
def info(tx: Tx, caller: Caller, request: TemplateId) -> TemplateItem:
    """Show one notification template, or the built-in one in the account's language."""
    return _item(engine.seen(tx, caller, request.template_id))


@operation("/template/create", Permission.TEMPLATES_MANAGE, Kind.WRITE, tag=TAG)
def create(tx: Tx, caller: Caller, request: CreateTemplate) -> CreatedTemplate:
    """Make a notification template; each text is tried on an example and refused if it fails."""
    new = engine.create(tx, caller, _wish(request))
    return CreatedTemplate(new.id, new.name)


@operation("/template/update", Permission.TEMPLATES_MANAGE, Kind.WRITE, tag=TAG)
def update(tx: Tx, caller: Caller, request: UpdateTemplate) -> Empty:
    """Change a notification template; texts that are not sent stay, empty ones are taken away."""
    engine.change(tx, caller, request.template_id, _wish(request))
    return Empty()


@operation("/template/delete", Permission.TEMPLATES_MANAGE, Kind.WRITE, tag=TAG)
def delete(tx: Tx, caller: Caller, request: TemplateId) -> Empty:
    """Delete a notification template that nothing is told by."""
    engine.delete(tx, caller, request.template_id)
    return Empty()


@operation("/template/preview", Permission.TEMPLATES_READ, Kind.READ, tag=TAG)
def preview(tx: Tx, caller: Caller, request: PreviewTemplate) -> PreviewedTemplate:
    """Show what a text would say of an incident, or of an example; a bad one is no error."""
    shown = engine.preview(tx, caller, request.type, request.content, request.incident_id)
    return PreviewedTemplate(not shown.problem, shown.text, shown.problem)


def _wish(request: CreateTemplate) -> Wish:
    return Wish(request.template_name, request.texts(), request.description, request.team_id)


def _item(of: Template) -> TemplateItem:
    return TemplateItem(
        account_id=of.account_id,
        team_id=of.team_id,
        template_id=of.id,
        template_name=of.name,
        description=of.description,
        **{str(style): of.source(style) for style in Style},
        status=of.status,
        creator_id=of.creator_id,
        updated_by=of.updated_by,
        created_at=seconds(of.created_at),
        updated_at=seconds(of.updated_at),
        deleted_at=seconds(of.deleted_at),
    )
