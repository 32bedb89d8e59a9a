import pytest

from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.event_template import composed, filled, titled
from tocsin.domain.go_template.failure import TemplateError
from tocsin.domain.integration import Integration
from tocsin.domain.severity import EventStatus

NOW = 1_700_003_600_000
SENDER = Integration(
    id=5,
    account_id=1,
    team_id=0,
    channel_id=0,
    name="Prometheus in Frankfurt",
    plugin_id=1,
    plugin_type="prometheus",
    creator_id=1,
    created_at=0,
    updated_at=0,
)
EVENT = AlertEvent(
    alert_key="k1",
    status=EventStatus.CRITICAL,
    title="CPU high",
    happened_at=NOW,
    description="load is 9",
    labels={"host": "web-1", "job": "node"},
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain {{.Title}}", "plain {{.Title}}"),
        ("[TPL]{{.Title}}: {{.Description}}", "CPU high: load is 9"),
        ("[TPL]{{.EventSeverity}}/{{.EventStatus}}/{{.AlertKey}}", "Critical/Critical/k1"),
        ("[TPL]{{.IntegrationType}} {{.IntegrationName}}", "prometheus Prometheus in Frankfurt"),
        ("[TPL]{{.Labels.host}}|{{.Labels.absent}}|", "web-1||"),
        ("[TPL]${host}|${absent}", "web-1|<no value>"),
        ("[TPL]{{upper .Labels.host}} ${job}", "WEB-1 node"),
        ("[TPL]{{range $k, $v := .Labels}}{{$k}}={{$v}} {{end}}", "host=web-1 job=node "),
        ("[TPL]{{.Nope}}", "[TPL]{{.Nope}}"),
        ("[TPL]{{.Title", "[TPL]{{.Title"),
        ("[TPL]{{range 1000000000}}{{end}}", "[TPL]{{range 1000000000}}{{end}}"),
    ],
)
def test_a_text_is_filled_with_what_the_event_says(text: str, expected: str) -> None:
    assert filled(text, EVENT, SENDER, NOW) == expected


@pytest.mark.parametrize(
    ("rule", "title"),
    [
        ("[TPL]{{.Labels.host}} of {{.IntegrationName}}", "web-1 of Prometheus in Frankfurt"),
        ("[TPL]{{.TitleRule}}", "[TPL]{{.TitleRule}}"),
        ("[TPL]{{.Labels.absent}}", "[TPL]{{.Labels.absent}}"),
        ("[TPL]{{broken", "[TPL]{{broken"),
        ("[TPL]{{repeat 600 .Labels.host}}", ("web-1" * 600)[:512]),
    ],
)
def test_a_title_is_made_once_the_event_is_whole(rule: str, title: str) -> None:
    event = AlertEvent(
        alert_key="k1",
        status=EventStatus.WARNING,
        title=rule,
        title_rule=rule,
        happened_at=NOW,
        labels={"host": "web-1"},
    )
    assert titled(event, SENDER, NOW).title == title


def test_labels_of_a_sender_are_never_run_as_a_template() -> None:
    event = AlertEvent("k", EventStatus.INFO, "t", NOW, labels={"x": "{{.Title}} ${x}"})
    assert filled("[TPL]{{.Labels.x}}", event, SENDER, NOW) == "{{.Title}} {{.Title}} ${x}"
    assert composed("{{.labels.x}}", event, NOW) == "{{.Title}} ${x}"


def test_a_label_is_composed_of_title_description_and_labels() -> None:
    assert composed("{{.labels.host}}/{{.labels.no}}/{{.title}}", EVENT, NOW) == "web-1//CPU high"
    assert composed('{{.description | regexFind "[0-9]+"}}', EVENT, NOW) == "9"
    with pytest.raises(TemplateError):
        composed("{{.title", EVENT, NOW)
