import pytest

from tocsin.domain.filter import Condition, Operator
from tocsin.domain.mail_rule import MailMode, MailSettings, Meaning, check, meaning, plain
from tocsin.domain.severity import EventStatus
from tocsin.kernel.errors import InvalidParameter


def about(key: str, value: str) -> tuple[tuple[Condition, ...], ...]:
    return ((Condition(key, Operator.IN, (value,)),),)


RULES = MailSettings(
    mode=MailMode.RULES,
    triggers=about("title", "/DOWN/"),
    closes=about("labels.from", "*@up.example"),
    key_pattern=r"host=(\w+)",
)


@pytest.mark.parametrize(
    ("subject", "body", "sender", "expected"),
    [
        ("DOWN", "host=db1", "a@b", Meaning("db1", EventStatus.WARNING)),
        ("DOWN host=web", "host=db1", "a@b", Meaning("web", EventStatus.WARNING)),
        ("Re: down", "", "a@b", Meaning("DOWN", EventStatus.WARNING)),
        ("DOWN", "host=db1", "x@up.example", Meaning("db1", EventStatus.OK)),
    ],
)
def test_rules_name_the_alert_and_its_end(
    subject: str, body: str, sender: str, expected: Meaning
) -> None:
    assert meaning(RULES, subject, body, {"from": sender}) == expected


def test_mails_that_no_rule_is_about_may_be_dropped() -> None:
    dropping = MailSettings(mode=MailMode.RULES, triggers=about("title", "x"), drop_unmatched=True)
    assert meaning(dropping, "y", "", {}) is None
    assert meaning(dropping, "x", "", {}) == Meaning("X", EventStatus.WARNING)


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Disk  full", "DISK FULL"),
        ("Re: FW: Aw: Disk full", "DISK FULL"),
        ("Recovery", "RECOVERY"),
        ("", ""),
    ],
)
def test_answers_are_about_the_same(subject: str, expected: str) -> None:
    assert plain(subject) == expected


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (MailSettings(prefix="Backup"), "prefix must be 3 to 64 small letters"),
        (MailSettings(mode=MailMode.RULES), "name at least one rule in mail.triggers"),
        (MailSettings(key_pattern="("), "mail.key_pattern is no pattern"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: MailSettings, message: str) -> None:
    with pytest.raises(InvalidParameter, match=message):
        check(settings)
