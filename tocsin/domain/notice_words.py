"""The words of messages that are about no incident of its own, in the languages people read."""

from collections.abc import Sequence
from typing import Final

from tocsin.domain.feed import EntryType
from tocsin.domain.member import Locale

_PRESSED: Final = {
    "ack": ("{name} acknowledged #{num} {title}", "{name} 已认领 #{num} {title}"),
    "resolve": ("{name} resolved #{num} {title}", "{name} 已解决 #{num} {title}"),
}
_HANDLED: Final = {
    EntryType.ACK: ("Acknowledged by {name}.", "{name} 已认领。"),
    EntryType.UNACK: ("{name} let go of it.", "{name} 取消了认领。"),
    EntryType.RESOLVE: ("Closed by {name}.", "{name} 已关闭。"),
    EntryType.REOPEN: ("Reopened by {name}.", "{name} 已重新打开。"),
}


def language(locale: str) -> str:
    """`zh` or `en`, for a person's locale."""
    return "zh" if locale == Locale.CHINESE else "en"


def _either(locale: str, english: str, chinese: str) -> str:
    return chinese if language(locale) == "zh" else english


def coverage(
    channels: int, gaps: Sequence[tuple[str, str, str, str]], more: int, locale: str
) -> tuple[str, str]:
    """Subject and text that tell of incidents which would reach nobody: of each gap the channel,
    the severity, since when, and why; `more` are not listed."""
    title = _either(
        locale,
        f"Incidents would reach nobody: {channels} channels",
        f"故障将无人收到通知：{channels} 个协作空间",
    )
    line = _either(
        locale, "- {0}, {1}: from {2}: {3}", "- {0}，{1}：自 {2} 起无人收到通知；原因：{3}"
    )
    rest = [_either(locale, f"… and {more} more", f"……另有 {more} 处")] if more else []
    stop = _either(locale, ".", "。")
    return title, "\n".join([f"{title}{stop}", *(line.format(*gap) for gap in gaps), *rest])


def paused_webhook(
    name: str, endpoint: str, failures: int, error: str, integration_id: int, locale: str
) -> tuple[str, str]:
    """Subject and text that tell of a webhook that is paused."""
    title = _either(locale, f"Webhook {name} is paused", f"Webhook {name} 已暂停")
    text = _either(
        locale,
        f"The webhook {name} at {endpoint} has answered nothing with 200 for a day; {failures} tries"
        f" failed, the last one so: {error}\n\n"
        "What it is owed waits for it, for two days. Once it works again, resume it with "
        f"/webhook/target/resume (integration_id {integration_id}).",
        f"位于 {endpoint} 的 webhook {name} 已有一天没有返回过 200；{failures} 次尝试失败，最近一次："
        f"{error}\n\n待发送的事件会保留两天。恢复正常后，请用 /webhook/target/resume"
        f"（integration_id {integration_id}）继续发送。",
    )
    return title, text


def code(shown: str, minutes: int, locale: str) -> tuple[str, str]:
    """Subject and text of a code that proves a contact."""
    title = _either(locale, "Your code for Tocsin", "您的 Tocsin 验证码")
    text = _either(
        locale,
        f"{shown} is your code for Tocsin. It is valid for {minutes} minutes.",
        f"{shown} 是您的 Tocsin 验证码，{minutes} 分钟内有效。",
    )
    return title, text


def acknowledge(locale: str) -> str:
    """What the button that acknowledges says."""
    return _either(locale, "Acknowledge", "认领")


def closed(locale: str) -> str:
    """What somebody reads who would acknowledge a closed incident."""
    return _either(locale, "This incident is closed.", "该故障已关闭。")


def heard(pressed: bool, name: str, locale: str) -> str:
    """What a call answers to the key that acknowledges, or to another."""
    if not pressed:
        return _either(locale, "Nothing was done.", "未执行任何操作。")
    return _either(locale, f"Acknowledged. Thank you, {name}.", f"已认领。谢谢，{name}。")


def pressed(action: str, name: str, num: str, title: str, locale: str) -> str:
    """What a chat is told of a button that was pressed."""
    return _either(locale, *_PRESSED[action]).format(name=name, num=num, title=title)


def handled(kind: EntryType, name: str, locale: str) -> str:
    """The line over a message in a chat whose incident was handled since."""
    by = name or _either(locale, "the system", "系统")
    return _either(locale, *_HANDLED[kind]).format(name=by)


def trouble(url: str, since: str, problems: Sequence[str]) -> tuple[str, str]:
    """Subject and text that tell the operator how a server stands, in both languages: a watchdog
    knows of no person. Without problems it is well again."""
    english, chinese = (
        ("is in trouble", "出现故障") if problems else ("is well again", "已恢复正常")
    )
    title = f"Tocsin at {url} {english}"
    lines = [f"{title}; it began at {since}.", f"位于 {url} 的 Tocsin {chinese}；开始于 {since}。"]
    return title, "\n".join([*lines, *problems])
