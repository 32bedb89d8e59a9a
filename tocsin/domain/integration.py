"""An integration: a sender of alerts or changes, or a receiver of webhooks, and its push key."""

from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta, Struct
from msgspec.structs import replace

from tocsin.domain import event_mapping, mail_rule, webhook_body
from tocsin.domain.chat_app import ChatApp
from tocsin.domain.event_mapping import EventMapping
from tocsin.domain.filter import Filter
from tocsin.domain.filter import check as check_filter
from tocsin.domain.link import fill
from tocsin.domain.mail_rule import MailSettings
from tocsin.domain.plugin import ALERT_WEBHOOK, CUSTOM_ACTION, EMAIL, INCIDENT_WEBHOOK, LINK
from tocsin.domain.status_rule import StatusRule
from tocsin.domain.webhook_target import check_endpoint, check_headers
from tocsin.kernel.errors import InvalidParameter

NAME_MAX: Final = 100
DESCRIPTION_MAX: Final = 500
CHANNELS_MAX: Final = 100
STATUS_RULES_MAX: Final = 50
WEBHOOKS: Final = (INCIDENT_WEBHOOK.id, ALERT_WEBHOOK.id)
CALLING: Final = (*WEBHOOKS, CUSTOM_ACTION.id)
"""Kinds that call an address of the account's choice."""


class IntegrationStatus(StrEnum):
    """A disabled integration refuses what is pushed to it; a deleted one is unknown."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    DELETED = "deleted"


class OpenType(StrEnum):
    """Where a link opens."""

    TAB = "tab"
    POPUP = "popup"


class Settings(Struct, frozen=True, omit_defaults=True):
    """What an integration does. Senders use `channel_ids`; the rest belongs to webhooks."""

    channel_ids: Annotated[
        tuple[int, ...],
        Meta(
            description="Senders: the channels a shared integration delivers to. Webhooks: the "
            "channels whose incidents or alerts are reported; empty means every channel, private ones only "
            "where whoever set these settings may see them.",
            max_length=CHANNELS_MAX,
        ),
    ] = ()
    endpoint: Annotated[
        str,
        Meta(
            description="http(s) address a webhook or custom action posts to, or a link leads to; "
            "in a link `${title}`, `${incident_id}`, `${labels.host}` and the like stand for the "
            "incident's values."
        ),
    ] = ""
    open_type: Annotated[OpenType, Meta(description="Links: where one opens.")] = OpenType.TAB
    event_types: Annotated[
        tuple[str, ...], Meta(description="Events a webhook reports; empty means all.")
    ] = ()
    headers: Annotated[
        dict[str, str],
        Meta(
            description="Sent with every webhook request. Values are kept sealed and shown as ***, "
            "which may be sent back while the address stays at the same server."
        ),
    ] = {}
    filters: Annotated[
        Filter,
        Meta(description="Webhooks: which incidents or alerts are reported; empty means all."),
    ] = ()
    body: Annotated[
        str,
        Meta(
            description="Webhooks: JSON to post in place of the event, in which "
            "`{{incident.title}}` and the like stand for the event's values; empty posts the event."
        ),
    ] = ""
    insecure_skip_verify: Annotated[bool, Meta(description="Webhooks: accept any certificate.")] = (
        False
    )
    status_rules: Annotated[
        tuple[StatusRule, ...],
        Meta(
            description="Senders: the status of events that meet a rule, whatever the sender says; "
            "the first rule that holds counts.",
            max_length=STATUS_RULES_MAX,
        ),
    ] = ()
    mapping: Annotated[
        EventMapping | None,
        Meta(description="Generic senders: how events are read out of what they push."),
    ] = None
    mail: Annotated[MailSettings | None, Meta(description="E-mail: how mails are taken.")] = None
    app: Annotated[
        ChatApp | None, Meta(description="Slack and Feishu apps: what opens their doors.")
    ] = None


class Integration(Struct, frozen=True):
    """An integration as it is kept; instants are ms.

    `channel_id` is the one channel of a dedicated integration, 0 for a shared one, which serves
    `settings.channel_ids` or the channel its push URL names. `settled_by` is the member who last
    said what it does: to private channels it does not name it has that member's access.
    `signing_secret`, sealed, is what the sender signs its requests with, or what we sign ours
    with; empty for none. `sealed` holds what the settings of a webhook or an action hide.
    """

    id: int
    account_id: int
    team_id: int
    channel_id: int
    name: str
    plugin_id: int
    plugin_type: str
    creator_id: int
    created_at: int
    updated_at: int
    key: str = ""
    description: str = ""
    status: IntegrationStatus = IntegrationStatus.ENABLED
    settings: Settings = Settings()
    settled_by: int = 0
    signing_secret: bytes = b""
    sealed: bytes = b""

    def names(self, channel_id: int) -> bool:
        """Whether it was set up for this very channel, by somebody who could see it then."""
        return channel_id in self.named

    @property
    def named(self) -> tuple[int, ...]:
        """The channels it was set up for; for a shared one that names none, empty."""
        own = (self.channel_id,) if self.channel_id else ()
        return own + self.settings.channel_ids

    @property
    def mail_prefix(self) -> str | None:
        """The name that mail reaches it by, beside its key; None for none."""
        if self.plugin_id != EMAIL.id or self.status is IntegrationStatus.DELETED:
            return None
        return (self.settings.mail and self.settings.mail.prefix) or None

    def serves(self, channel_id: int) -> bool:
        """Whether this custom action or link is there for the incidents of a channel."""
        return self.status is IntegrationStatus.ENABLED and self.names(channel_id)

    def targets(self, named: int = 0) -> tuple[int, ...]:
        """The channels a push goes to; `named` is the one in the push URL, 0 for none."""
        if self.channel_id:
            return (self.channel_id,)
        return (named,) if named else self.settings.channel_ids

    def reports(self, channel_id: int, event_type: str) -> bool:
        """Whether this webhook wants an event of a channel, if it may hear of it."""
        wanted = self.settings
        return (
            self.plugin_id in WEBHOOKS
            and self.status is IntegrationStatus.ENABLED
            and (not wanted.channel_ids or channel_id in wanted.channel_ids)
            and (not wanted.event_types or event_type in wanted.event_types)
        )


def attached(integration: Integration, channel_id: int) -> Integration:
    """The integration serving one channel more; a webhook that reports all of them stays so.

    Raises InvalidParameter for one that is dedicated to another channel.
    """
    if integration.channel_id not in (0, channel_id):
        raise InvalidParameter(
            "integration {name} is dedicated to another channel; attach a shared one",
            name=integration.name,
        )
    settings = integration.settings
    reports_all = integration.plugin_id in WEBHOOKS and not settings.channel_ids
    if integration.channel_id or reports_all or channel_id in settings.channel_ids:
        return integration
    wider = replace(settings, channel_ids=(*settings.channel_ids, channel_id))
    return replace(integration, settings=wider)


def check(integration: Integration) -> None:
    """Raise InvalidParameter for settings its kind cannot work with."""
    settings = integration.settings
    check_filter([rule.conditions for rule in settings.status_rules], "status_rules")
    if settings.mapping is not None:
        event_mapping.check(settings.mapping)
    if settings.mail is not None:
        mail_rule.check(settings.mail)
    if integration.plugin_id == LINK.id:
        check_endpoint(fill(settings.endpoint, {}))
    if integration.plugin_id not in CALLING:
        return
    check_filter(settings.filters, "settings.filters")
    if settings.body:
        webhook_body.check(settings.body)
    check_endpoint(settings.endpoint)
    check_headers(settings.headers)
