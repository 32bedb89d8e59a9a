"""What carries messages to people and chats, by the name of the service."""

from tocsin.domain.contact import Service
from tocsin.kernel.settings import Settings
from tocsin.outbound import chat_app, chats, push
from tocsin.outbound.address import ANYWHERE, Reach
from tocsin.outbound.apprise import AppriseTransport
from tocsin.outbound.chat_app import FeishuTransport, SlackReplyTransport, SlackTransport
from tocsin.outbound.phone import PROVIDERS, Line, Provider
from tocsin.outbound.post import Build, PostTransport
from tocsin.outbound.transport import Transport
from tocsin.outbound.unconfigured import UnconfiguredTransport
from tocsin.outbound.web_push import web_push
from tocsin.store.database import Database


def services(database: Database, settings: Settings) -> dict[str, Transport]:
    """Every service but mail, as far as it is set up."""
    reach = Reach.parse(settings.outbound_allowed_networks)
    builds: dict[Service, Build] = {
        Service.SLACK: chats.slack,
        Service.TEAMS: chats.teams,
        Service.FEISHU: chats.feishu,
        Service.DINGTALK: chats.dingtalk,
        Service.WECOM: chats.wecom,
        Service.ZOOM: chats.zoom,
        Service.NTFY: push.ntfy,
        Service.GOTIFY: push.gotify,
        Service.UNIFIED_PUSH: push.unified_push,
        Service.WEB_PUSH: web_push(settings.smtp_from),
    }
    ways: dict[str, Transport] = {
        str(service): _post(database, build, reach) for service, build in builds.items()
    }
    # Where these are is the operator's own choice.
    telegram = chats.telegram(settings.telegram_url.rstrip("/"))
    ways[Service.TELEGRAM] = _post(database, telegram, ANYWHERE)
    ways |= _phones(database, settings)
    ways |= _apps(database, settings, reach)
    ways[Service.APPRISE] = (
        AppriseTransport(reach, lambda: database.site.seal)
        if settings.apprise
        else UnconfiguredTransport("turn the setting apprise on")
    )
    return ways


def unset(settings: Settings) -> frozenset[str]:
    """The services, mail among them, that these settings let nothing be sent by."""
    found: set[str] = set()
    if not settings.smtp_host:
        found.add(Service.EMAIL)
    if not settings.phone_provider:
        found |= {Service.SMS, Service.VOICE}
    if not settings.apprise:
        found.add(Service.APPRISE)
    return frozenset(found)


def provider(settings: Settings) -> Provider | None:
    """Who sends SMS and makes calls, None for nobody."""
    if not settings.phone_provider:
        return None
    line = Line(
        settings.phone_account, settings.phone_token, settings.phone_from, settings.phone_url
    )
    return PROVIDERS[settings.phone_provider](line)


def _apps(database: Database, settings: Settings, reach: Reach) -> dict[str, Transport]:
    slack = settings.slack_url.rstrip("/")
    feishu = settings.feishu_url.rstrip("/")
    return {
        Service.SLACK_APP: SlackTransport(
            slack, ANYWHERE, lambda: database.site.seal, database.clock
        ),
        Service.FEISHU_APP: FeishuTransport(
            feishu, ANYWHERE, lambda: database.site.seal, database.clock
        ),
        chat_app.SLACK_REPLY: SlackReplyTransport(reach, lambda: database.site.seal),
    }


def _phones(database: Database, settings: Settings) -> dict[str, Transport]:
    by = provider(settings)
    if by is None:
        missing = UnconfiguredTransport("name a provider in the setting phone_provider")
        return {Service.SMS: missing, Service.VOICE: missing}
    return {
        Service.SMS: _post(database, by.sms, ANYWHERE),
        Service.VOICE: _post(database, by.call, ANYWHERE),
    }


def _post(database: Database, build: Build, reach: Reach) -> PostTransport:
    return PostTransport(build, reach, lambda: database.site.seal, database.clock)
