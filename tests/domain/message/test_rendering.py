"""Messages from templates: what they see, how they are fitted, and what happens when they fail."""

import pytest
from msgspec.structs import replace

from tocsin.domain.go_template import template as go_template
from tocsin.domain.incident import Cause
from tocsin.domain.incident_view import IncidentView, Names, view
from tocsin.domain.message import mock
from tocsin.domain.message.builtin import builtin
from tocsin.domain.message.data import Subject, record
from tocsin.domain.message.functions import MESSAGE
from tocsin.domain.message.rendering import Unwritable, message, render
from tocsin.domain.message.template import Style, Template, TemplateStatus
from tocsin.domain.page import Step

NOW = 1_700_000_000_000
INCIDENT = mock.incident(1, 7, NOW)
NAMES = Names("Acme", "en-US", "Asia/Shanghai", "https://t.example", {}, {})


FIRST = Step()


def about(step: Step = FIRST, **changes: object) -> Subject:
    incident = replace(INCIDENT, **changes)
    alerts = [
        replace(mock.alert(incident), labels={"host": host, "load": load})
        for host, load in (("web-1", "2"), ("web-2", "9.5"), ("web-1", "none"))
    ]
    return Subject(incident, view(incident, NAMES, IncidentView), step, alerts=lambda: alerts)


def own(**sources: str) -> Template:
    texts = {Style(name): text for name, text in sources.items()}
    return Template("1", 1, 0, "Ours", "", texts, TemplateStatus.ENABLED, 1, 1, 0, 0)


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
@pytest.mark.parametrize("style", list(Style))
def test_every_built_in_template_writes_the_title(style: Style, locale: str) -> None:
    text = render(style, builtin(locale)[style], about(), NOW)
    assert "CPU usage is over 90% on web-1" in text
    assert "@" not in text
    assert ("故障" in text or "触发" in text) == (locale == "zh-CN" and style is not Style.SMS)


def test_what_an_incident_says_is_escaped_in_mails() -> None:
    text = render(Style.EMAIL, builtin("en-US")[Style.EMAIL], about(title="<b>x</b>"), NOW)
    assert "&lt;b&gt;x&lt;/b&gt;" in text
    assert "<p>The load of <strong>web-1</strong>" in text
    assert "<img" not in render(
        Style.EMAIL, "{{mdToHtml .Description}}", about(description="<img src=x>"), NOW
    )


@pytest.mark.parametrize(
    ("template", "written"),
    [
        ('{{date "15:04" .StartTime}}', "05:58"),
        ("{{range .Responders}}{{.PersonID}}{{end}}", "7"),
        ("{{with .Closer}}by {{.PersonName}}{{else}}open{{end}}", "open"),
        ("{{.AssignedTo.Type}} {{.FireType}} {{.FireTimes}}", "assign fire 1"),
        ('{{alertLabels . "host"}}', "[web-1 web-2]"),
        ("{{len .Alerts}}{{range .Alerts}} {{.Labels.host}}{{end}}", "3 web-1 web-2 web-1"),
        ('{{maxAlertLabel . "load"}} {{minAlertLabel . "load"}}', "9.5 2"),
        ("{{.Labels.nothing}}|{{.Fields.nothing}}", "|&lt;no value&gt;"),
        ('{{if in .IncidentSeverity "Critical" "Warning"}}loud{{end}}', "loud"),
        ("a\n\n  \nb<br />c", "a\nb\nc"),
    ],
)
def test_a_template_sees_the_incident(template: str, written: str) -> None:
    assert render(Style.SLACK, template, about(), NOW) == written


@pytest.mark.parametrize(
    ("step", "prefix"),
    [
        (Step(), ""),
        (Step(repeats=True), "[REFIRE] "),
        (Step(Cause.STORM), "[STORM] "),
        (Step(Cause.REOPENED), "[REOPEN] "),
    ],
)
def test_the_reason_of_telling_is_a_prefix(step: Step, prefix: str) -> None:
    assert render(Style.EMAIL, "{{fireReason .}}", about(step), NOW) == prefix


@pytest.mark.parametrize(
    "name", [name for name, one in MESSAGE.items() if "." not in one.example.split('"')[0]]
)
def test_the_examples_of_functions_are_true(name: str) -> None:
    known = MESSAGE[name]
    assert go_template.render(known.example, record(about()), MESSAGE) == known.gives


def test_long_texts_are_cut_where_that_does_no_harm_and_refused_where_it_does() -> None:
    long = "界" * 20_000
    assert len(render(Style.FEISHU, long, about(), NOW).encode()) <= 4000
    assert len(render(Style.SLACK, long, about(), NOW)) == 15_000
    assert render(Style.WECOM_APP, "x\n" * 20, about(), NOW).count("\n") == 7
    for style in (Style.TELEGRAM, Style.TEAMS_APP):
        with pytest.raises(Unwritable, match="takes"):
            render(style, long * 2, about(), NOW)


def test_a_template_that_fails_gives_way_to_the_built_in_words() -> None:
    fine = message(Style.SMS, own(sms="{{.Title}}!"), about(), NOW)
    assert (fine.text, fine.fallback) == (f"{INCIDENT.title}!", "")
    silent = message(Style.SLACK, own(sms="x"), about(), NOW)
    assert "#A1B2C3" in silent.text
    assert not silent.fallback
    failing = message(Style.SMS, own(sms="{{.Alerts.x.y}}"), about(), NOW)
    assert "#A1B2C3" in failing.text
    assert failing.fallback.startswith("template Ours failed for sms: line 1")
    empty = message(Style.SMS, own(sms="{{if false}}x{{end}}"), about(), NOW)
    assert empty.fallback == "template Ours wrote nothing for sms"


def test_a_huge_title_still_wakes_somebody() -> None:
    told = message(Style.TELEGRAM, None, about(title="x" * 9000), NOW)
    assert told.text == "x" * 200
