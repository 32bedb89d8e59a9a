"""Robots and apps that tell group chats: which there are, and what each needs to be told of."""

from typing import Any, Final

from tocsin.domain.contact import BY_APP, Service
from tocsin.domain.robot_secret import handle_of
from tocsin.domain.webhook_target import check_endpoint
from tocsin.kernel.errors import InvalidParameter

ROBOTS: Final = {
    "slack": (Service.SLACK, "https://hooks.slack.com/services/"),
    "feishu": (Service.FEISHU, "https://open.feishu.cn/open-apis/bot/v2/hook/"),
    "dingtalk": (Service.DINGTALK, "https://oapi.dingtalk.com/robot/send?access_token="),
    "wecom": (Service.WECOM, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key="),
    "teams": (Service.TEAMS, ""),
    "zoom": (Service.ZOOM, ""),
    "telegram": (Service.TELEGRAM, ""),
    "slack_app": (Service.SLACK_APP, ""),
    "feishu_app": (Service.FEISHU_APP, ""),
}
"""Robots by their type, and what a bare token is put behind."""
CHATS_MAX: Final = 50


def check_robot(type_: str, settings: dict[str, Any], field: str) -> None:
    """Raise InvalidParameter, naming `field`, for a robot that could tell nobody."""
    if type_ not in ROBOTS:
        raise InvalidParameter(
            "{field} must be one of {known}, not {value}",
            field=f"{field}.type",
            known=", ".join(ROBOTS),
            value=type_,
        )
    service, prefix = ROBOTS[type_]
    inside = f"{field}.settings"
    if service in BY_APP:
        _check_app(settings, inside)
    elif not handle_of(settings):
        _check_token(service, prefix, settings.get("token"), f"{inside}.token")
    if service in BY_APP or service is Service.TELEGRAM:
        _check_chats(settings.get("chat_ids"), f"{inside}.chat_ids")
    paused_at = settings.get("disable_at")
    if paused_at is not None and type(paused_at) is not int:
        raise InvalidParameter(
            "{field} must be an instant in seconds, 0 for none", field=f"{inside}.disable_at"
        )


def integration_of(settings: dict[str, Any]) -> str:
    """The id of the integration that the settings of an app name."""
    return str(settings.get("integration_id") or settings.get("data_source_id") or "")


def _check_app(settings: dict[str, Any], field: str) -> None:
    if not integration_of(settings).isdecimal():
        raise InvalidParameter(
            "{field} must be the id of the app's integration", field=f"{field}.integration_id"
        )


def _check_token(service: Service, prefix: str, token: object, field: str) -> None:
    if not isinstance(token, str) or not token.strip():
        raise InvalidParameter("{field} is required; send it", field=field)
    if service is Service.TELEGRAM:
        if ":" not in token or "/" in token:
            raise InvalidParameter(
                "{field} must be a bot's token as 123456:ABC, not an address", field=field
            )
    elif not prefix or ":" in token:
        check_endpoint(token.strip(), field)


def _check_chats(chats: object, field: str) -> None:
    listed = list(chats) if isinstance(chats, list | tuple) else []
    if not 0 < len(listed) <= CHATS_MAX or not all(_is_chat(one) for one in listed):
        raise InvalidParameter(
            "{field} must list from 1 to {maximum} ids of chats", field=field, maximum=CHATS_MAX
        )


def _is_chat(value: object) -> bool:
    return (isinstance(value, str) and bool(value.strip())) or type(value) is int
