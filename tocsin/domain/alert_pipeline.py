"""The alert pipeline: what an integration makes of an alert before anybody routes it.

Rules run in order, each on what the one before it left. A recovery never passes them: it ends its
alert whatever rules say.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated, Final, Literal, Protocol, TypeAlias

from msgspec import Meta, Struct, field
from msgspec.structs import replace

from tocsin.domain import user_template
from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.bounds import require_entries, require_text
from tocsin.domain.event_template import filled
from tocsin.domain.filter import Condition, Filter, Group, Subject, check, matching
from tocsin.domain.inhibition import Source, is_active, shared
from tocsin.domain.integration import Integration
from tocsin.domain.severity import EventStatus
from tocsin.domain.subject import of_event
from tocsin.domain.trace import Passed, Stage, Step
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.operation import SHOWN_AS
from tocsin.kernel.text import cut

RULES_MAX: Final = 50
TITLE_MAX: Final = 512
DESCRIPTION_MAX: Final = 2048
EQUALS_MAX: Final = 20
_SHOWN_MAX: Final = 200

Sent: TypeAlias = Annotated[
    tuple[Group | Condition, ...],
    Meta(
        extra_json_schema={
            SHOWN_AS: {
                "type": "array",
                "items": {"type": "array", "items": {"$ref": "#/components/schemas/Condition"}},
                "description": "Groups of which one must hold. The conditions of a single group"
                " may also be sent side by side, without a list around them.",
            }
        }
    ),
]
"""A filter as it was sent: both forms are taken, and shown again as they came."""

If: TypeAlias = Annotated[Sent | None, Meta(description="Null or absent: every alert.")]


class TitleSettings(Struct, frozen=True):
    title: Annotated[str, Meta(description="`[TPL]…` is a template.")]


class DescriptionSettings(Struct, frozen=True):
    description: Annotated[str, Meta(description="`[TPL]…` is a template.")]


class SeveritySettings(Struct, frozen=True):
    severity: Literal["Critical", "Warning", "Info"]


class DropSettings(Struct, frozen=True):
    """Nothing to set."""


class InhibitSettings(Struct, frozen=True):
    equals: Annotated[tuple[str, ...], Meta(description="Keys whose values must agree.")]
    source_filters: Sent


class TitleReset(Struct, frozen=True, tag_field="kind", tag="title_reset"):
    """Give the alert another title."""

    settings: TitleSettings
    if_: If = field(name="if", default=None)


class DescriptionReset(Struct, frozen=True, tag_field="kind", tag="description_reset"):
    """Give the alert another description."""

    settings: DescriptionSettings
    if_: If = field(name="if", default=None)


class SeverityReset(Struct, frozen=True, tag_field="kind", tag="severity_reset"):
    """Give the alert another severity."""

    settings: SeveritySettings
    if_: If = field(name="if", default=None)


class AlertDrop(Struct, frozen=True, tag_field="kind", tag="alert_drop"):
    """Drop the alert."""

    settings: DropSettings = DropSettings()
    if_: If = field(name="if", default=None)


class AlertInhibit(Struct, frozen=True, tag_field="kind", tag="alert_inhibit"):
    """Drop the alert while an active one of the same integration explains it."""

    settings: InhibitSettings
    if_: If = field(name="if", default=None)


Rule: TypeAlias = TitleReset | DescriptionReset | SeverityReset | AlertDrop | AlertInhibit


class AlertPipeline(Struct, frozen=True):
    """The rules of an integration; instants are ms."""

    account_id: int
    integration_id: int
    rules: tuple[Rule, ...]
    creator_id: int
    updated_by: int
    created_at: int
    updated_at: int

    @property
    def inhibits(self) -> bool:
        """Whether a rule looks at other alerts."""
        return any(isinstance(rule, AlertInhibit) for rule in self.rules)


class Around(Protocol):
    """What the rules may look at beside the event."""

    @property
    def integration(self) -> Integration:
        """What sent it."""
        ...

    @property
    def now(self) -> int:
        """The instant (ms)."""
        ...

    def is_open(self, alert_key: str) -> bool:
        """Whether an alert of this key is open already: only new ones are inhibited."""
        ...

    def sources(self, rule: AlertInhibit, subject: Subject) -> Iterable[Source]:
        """What may explain an event, in the order to try; more than fit do no harm."""
        ...


def process(rules: Iterable[Rule], event: AlertEvent, around: Around) -> Passed:
    """Take an event through the rules."""
    if event.status is EventStatus.OK:
        return Passed(event)
    steps: list[Step] = []
    for number, rule in enumerate(rules, 1):
        if not _applies(rule, event, around):
            continue
        changed, step = _carried_out(rule, number, event, around)
        if step:
            steps.append(step)
        if changed is None:
            return Passed(None, tuple(steps))
        event = changed
    return Passed(event, tuple(steps))


def grouped(sent: Sent) -> Filter:
    """A filter in its full form; conditions side by side are one group."""
    flat = tuple(one for one in sent if isinstance(one, Condition))
    return (flat,) if flat else tuple(one for one in sent if not isinstance(one, Condition))


def check_rules(rules: Sequence[Rule]) -> None:
    """Raise InvalidParameter for rules that cannot be meant."""
    for number, rule in enumerate(rules):
        if rule.if_ is not None:
            _check_filter(rule.if_, f"rules[{number}].if")
        _check_settings(rule, f"rules[{number}].settings")


def _check_settings(rule: Rule, place: str) -> None:
    match rule:
        case TitleReset():
            _check_text(rule.settings.title, TITLE_MAX, f"{place}.title")
        case DescriptionReset():
            _check_text(rule.settings.description, DESCRIPTION_MAX, f"{place}.description")
        case AlertInhibit():
            require_entries(rule.settings.equals, EQUALS_MAX, f"{place}.equals")
            _check_filter(rule.settings.source_filters, f"{place}.source_filters")


def _check_text(text: str, maximum: int, place: str) -> None:
    require_text(text, maximum, place)
    if text.startswith(user_template.MARK):
        user_template.check(text, place)


def _check_filter(sent: Sent, place: str) -> None:
    flat = sum(isinstance(one, Condition) for one in sent)
    if flat not in (0, len(sent)):
        raise InvalidParameter(
            "{field}: send a list of conditions or a list of lists, not both", field=place
        )
    check(grouped(sent), place)


def _applies(rule: Rule, event: AlertEvent, around: Around) -> bool:
    if not rule.if_:
        return True
    return matching(grouped(rule.if_), of_event(event, around.integration.id)) >= 0


def _carried_out(
    rule: Rule, number: int, event: AlertEvent, around: Around
) -> tuple[AlertEvent | None, Step | None]:
    """The event after a rule that applies, None where it ends here, and the decision."""
    match rule:
        case AlertDrop():
            return None, _step("dropped", rule, number)
        case AlertInhibit():
            source = _explaining(rule, event, around)
            if source is None:
                return event, None
            told = {"source_alert_id": source.alert_id, "source_alert_key": source.alert_key}
            return None, _step("dropped", rule, number, told)
        case TitleReset():
            title = filled(rule.settings.title, event, around.integration, around.now).strip()[
                :TITLE_MAX
            ]
            return _reset(rule, number, event, "title", title or event.title)
        case DescriptionReset():
            text = filled(rule.settings.description, event, around.integration, around.now)[
                :DESCRIPTION_MAX
            ]
            return _reset(rule, number, event, "description", text)
        case SeverityReset():
            return _reset(rule, number, event, "status", EventStatus(rule.settings.severity))


def _reset(
    rule: Rule, number: int, event: AlertEvent, name: str, value: str
) -> tuple[AlertEvent, Step | None]:
    before = getattr(event, name)
    if before == value:
        return event, None
    told = {"from": cut(before, _SHOWN_MAX), "to": cut(value, _SHOWN_MAX)}
    return replace(event, **{name: value}), _step("changed", rule, number, told)


def _explaining(rule: AlertInhibit, event: AlertEvent, around: Around) -> Source | None:
    """The alert that explains a new one, if there is one; no alert explains itself."""
    if around.is_open(event.alert_key):
        return None
    subject = of_event(event, around.integration.id)
    values = shared(rule.settings.equals, subject)
    if values is None:
        return None
    wanted = grouped(rule.settings.source_filters)
    for source in around.sources(rule, subject):
        if (
            source.alert_key != event.alert_key
            and is_active(source, around.now)
            and shared(rule.settings.equals, source.subject) == values
            and matching(wanted, source.subject) >= 0
        ):
            return source
    return None


def _step(verdict: str, rule: Rule, number: int, told: dict[str, str] | None = None) -> Step:
    kind = str(rule.__struct_config__.tag)
    return Step(Stage.PIPELINE, verdict, rule_name=f"{number} {kind}", detail=told or {})
