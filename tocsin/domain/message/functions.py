"""The functions that only notification templates may call, beside those of every template."""

from html import escape
from typing import Final

from tocsin.domain import json_path
from tocsin.domain.go_template.failure import FunctionError
from tocsin.domain.go_template.functions import Function, Library
from tocsin.domain.go_template.printing import written
from tocsin.domain.go_template.values import Markup, Record, truth
from tocsin.domain.message.markdown import to_html

MESSAGE: Final = Library()

_COLOURS: Final = {
    "Critical": "#C80000",
    "Warning": "#FA7D00",
    "Info": "#FABE00",
    "Ok": "#008800",
}
_PREFIXES: Final = {
    "reopened": "[REOPEN] ",
    "storm": "[STORM] ",
    "added": "[ADDED] ",
}


@MESSAGE.add("fireReason", "{{fireReason .}}down", "down")
def fire_reason(incident: object) -> str:
    """Why people are told, as a prefix: `[REFIRE] `, `[ESCALATE] `, `[REASSIGN] `, `[REOPEN] `,
    `[STORM] `; nothing the first time."""
    if _field(incident, "FireType") == "refire":
        return "[REFIRE] "
    known = _PREFIXES.get(str(_field(incident, "FireCause")))
    if known:
        return known
    held = str(_field(_field(incident, "AssignedTo"), "Type"))
    return f"[{held.upper()}] " if held in ("escalate", "reassign", "reopen") else ""


@MESSAGE.add("serverityToColor severityToColor", '{{serverityToColor "Critical"}}', "#C80000")
def severity_to_color(severity: object) -> str:
    """The colour of a severity or status, as HTML writes it."""
    return _COLOURS.get(str(severity), _COLOURS["Info"])


@MESSAGE.add("colorSeverity", '{{colorSeverity "Info"}}', '<font color="#FABE00">Info</font>')
def color_severity(severity: object) -> str:
    """The severity itself, in its colour."""
    return color_by_severity(severity, severity)


@MESSAGE.add(
    "colorBySeverity",
    '{{colorBySeverity "Ok" "disk"}}',
    '<font color="#008800">disk</font>',
)
def color_by_severity(severity: object, text: object) -> str:
    """A text in the colour of a severity."""
    inner = text if isinstance(text, Markup) else escape(written(text))
    return Markup(f'<font color="{severity_to_color(severity)}">{inner}</font>')


@MESSAGE.add("toSeverity", '{{toSeverity "critical"}}', "Critical")
def to_severity(text: object) -> str:
    """The severity a word stands for, Info where it stands for none."""
    found = str(text).strip().capitalize()
    return found if found in _COLOURS else "Info"


@MESSAGE.add("toHtml", '{{toHtml "" "a < b"}}', "a < b")
def to_html_(*values: object) -> str:
    """The first value that is not empty, as it stands: nothing in it is escaped."""
    return Markup(next((written(each) for each in values if truth(each)), ""))


@MESSAGE.add("mdToHtml", '{{mdToHtml "**full**"}}', "<p><strong>full</strong></p>")
def md_to_html(text: str) -> str:
    """Markdown as HTML; HTML inside it is escaped."""
    return Markup(to_html(text).strip())


@MESSAGE.add("in", '{{in "b" "a" "b"}}', "true")
def in_(value: object, *others: object) -> bool:
    """Whether the first value is one of the others."""
    return any(value == each for each in others)


@MESSAGE.add("jsonGet", '{{jsonGet "{\\"a\\": [1]}" "a.0"}}', "1")
def json_get(document: object, path: str) -> str:
    """What stands at a path of JSON text, empty where nothing does."""
    return json_path.find(written(document), path)


@MESSAGE.add("alertLabels", '{{alertLabels . "host"}}', "[web-1 web-2]")
def alert_labels(incident: object, name: str) -> list[object]:
    """The different values that the alerts have for a label, in order."""
    return list(dict.fromkeys(_labels(incident, name)))


@MESSAGE.add("joinAlertLabels", '{{joinAlertLabels . "host" ", "}}', "web-1, web-2")
def join_alert_labels(incident: object, name: str, between: str) -> str:
    """The different values of a label, as one text."""
    return between.join(str(each) for each in alert_labels(incident, name))


@MESSAGE.add("maxAlertLabel", '{{maxAlertLabel . "load"}}', "9.5")
def max_alert_label(incident: object, name: str) -> str:
    """The greatest number that an alert has for a label, empty where none has."""
    return _extreme(incident, name, 1)


@MESSAGE.add("minAlertLabel", '{{minAlertLabel . "load"}}', "2")
def min_alert_label(incident: object, name: str) -> str:
    """The least number that an alert has for a label, empty where none has."""
    return _extreme(incident, name, -1)


@MESSAGE.add(
    "imageSrcToURL", '{{imageSrcToURL . "https://a.example/b.png"}}', "https://a.example/b.png"
)
def image_src_to_url(incident: object, src: str) -> str:
    """The address of an image, empty for one that is not on the web."""
    return src if src.startswith(("https://", "http://")) else ""


@MESSAGE.add(
    "transferImage", '{{transferImage . "https://a.example/b.png"}}', "https://a.example/b.png"
)
def transfer_image(incident: object, src: str) -> str:
    """The image as the receiver can show it: its address."""
    return image_src_to_url(incident, src)


@MESSAGE.add("imageAltToURL", '{{imageAltToURL . "load"}}', "https://a.example/b.png")
def image_alt_to_url(incident: object, alt: str) -> str:
    """The address of the image that has this description, empty where none has."""
    images = _field(incident, "Images")
    for image in images if isinstance(images, list) else []:
        if _field(image, "Alt") == alt:
            return image_src_to_url(incident, str(_field(image, "Src")))
    return ""


def _field(record: object, name: str) -> object:
    if not isinstance(record, Record) or name not in record.fields:
        raise FunctionError("wants the incident: write . as its first argument")
    found = record.fields[name]
    return found([]) if isinstance(found, Function) else found


def _labels(incident: object, name: str) -> list[str]:
    alerts = _field(incident, "Alerts")
    found = []
    for alert in alerts if isinstance(alerts, list) else []:
        labels = _field(alert, "Labels")
        value = labels.get(name, "") if isinstance(labels, dict) else ""
        if value:
            found.append(str(value))
    return found


def _extreme(incident: object, name: str, sign: int) -> str:
    """The text of the greatest number times `sign`."""
    numbers = [(_number(text), text) for text in _labels(incident, name)]
    known = [(number * sign, text) for number, text in numbers if number is not None]
    return max(known)[1] if known else ""


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
