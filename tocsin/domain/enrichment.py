"""Enrichment: labels an integration adds to what it sends, and takes away.

Rules run in order, each on what the one before it left. What a rule needs from elsewhere it asks
for: `enrich` is a generator that yields look-ups and is sent what they found, so that whoever
drives it can ask for many events at once.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from functools import lru_cache
from typing import Annotated, Final, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType, field
from msgspec.structs import replace

from tocsin.domain import json_path, user_template
from tocsin.domain.alert_event import AlertEvent
from tocsin.domain.bounds import require_entries, require_text
from tocsin.domain.event_template import composed
from tocsin.domain.filter import CORE_KEYS, LABEL, Group, Pattern, check, compile_pattern, holds
from tocsin.domain.go_template.failure import TemplateError
from tocsin.domain.subject import of_event
from tocsin.domain.trace import Passed, Stage, Step
from tocsin.kernel.errors import InvalidParameter
from tocsin.kernel.text import cut

RULES_MAX: Final = 100
LABELS_MAX: Final = 100
VALUE_LENGTH_MAX: Final = 2048
RESULTS_MAX: Final = 10
DROPPED_MAX: Final = 50
SOURCE_LENGTH_MAX: Final = 255
PATTERN_LENGTH_MAX: Final = 1000
TEMPLATE_LENGTH_MAX: Final = 500
_RESULT: Final = "result"
_LABEL_NAME: Final = compile_pattern("^[a-z][a-z0-9_]{0,62}$")
_SHOWN_MAX: Final = 100
_WHY_MAX: Final = 300

ResultLabel = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,62}$")]
Override = Annotated[bool, Meta(description="Replace a label that is there already.")]
SourceField = Annotated[
    str,
    Meta(
        pattern=r"^(title|description|labels\..+)$",
        description="`title`, `description` or `labels.<name>`.",
    ),
]
MappingId = Annotated[str, Meta(pattern="^([0-9a-fA-F]{24})?$")]


class Extraction(Struct, frozen=True):
    """Exactly one of `pattern` and `g_json`."""

    source_field: SourceField
    result_label: ResultLabel
    pattern: (
        Annotated[
            str,
            Meta(description="RE2; its group `result`, else all that it matched."),
        ]
        | UnsetType
    ) = UNSET
    g_json: Annotated[str, Meta(description="A path into JSON text.")] | UnsetType = UNSET
    override: Override = False


class Composition(Struct, frozen=True):
    result_label: ResultLabel
    template: Annotated[
        str,
        Meta(
            max_length=TEMPLATE_LENGTH_MAX,
            description="Go text/template over `.title`, `.description` and `.labels`.",
        ),
    ]
    override: Override = False


class Lookup(Struct, frozen=True):
    """`schema_id` or `api_id`, as `mapping_type` says."""

    result_labels: tuple[str, ...]
    mapping_type: Literal["schema", "api"] = "schema"
    schema_id: MappingId | UnsetType = UNSET
    api_id: MappingId | UnsetType = UNSET
    override: Override = False

    @property
    def mapping_id(self) -> str:
        """The table or the service it looks in."""
        wanted = self.schema_id if self.mapping_type == "schema" else self.api_id
        return wanted or ""


class Drop(Struct, frozen=True):
    drop_labels: tuple[str, ...]


class ExtractionRule(Struct, frozen=True, tag_field="kind", tag="extraction"):
    """A label out of the title, the description or another label."""

    settings: Extraction
    if_: Group = field(name="if", default=())


class CompositionRule(Struct, frozen=True, tag_field="kind", tag="composition"):
    """A label from a template."""

    settings: Composition
    if_: Group = field(name="if", default=())


class MappingRule(Struct, frozen=True, tag_field="kind", tag="mapping"):
    """Labels looked up in a table or asked of a service."""

    settings: Lookup
    if_: Group = field(name="if", default=())


class DropRule(Struct, frozen=True, tag_field="kind", tag="drop"):
    """Labels taken away."""

    settings: Drop
    if_: Group = field(name="if", default=())


Rule: TypeAlias = ExtractionRule | CompositionRule | MappingRule | DropRule


class Enrichment(Struct, frozen=True):
    """The enrichment rules of an integration; instants are ms."""

    account_id: int
    integration_id: int
    rules: tuple[Rule, ...]
    creator_id: int
    updated_by: int
    created_at: int
    updated_at: int

    @property
    def mapping_ids(self) -> set[str]:
        """The tables and services its rules look in."""
        return {rule.settings.mapping_id for rule in self.rules if isinstance(rule, MappingRule)}


class Question(Struct, frozen=True):
    """A look-up for one event as it is at this rule."""

    settings: Lookup
    event: AlertEvent


class Found(Struct, frozen=True):
    """What a look-up found: labels, none, or, for people, why it failed."""

    labels: dict[str, str] = {}
    why: str = ""


Enriching: TypeAlias = Generator[Question, Found, Passed]


def enrich(rules: Iterable[Rule], event: AlertEvent, integration_id: int, now: int) -> Enriching:
    """Take an event through the rules; `now` is in ms. Nothing ends here: a rule that fails
    changes nothing."""
    steps: list[Step] = []
    for number, rule in enumerate(rules, 1):
        if not holds(rule.if_, of_event(event, integration_id), CORE_KEYS):
            continue
        name = f"{number} {rule.__struct_config__.tag}"
        if isinstance(rule, DropRule):
            gone = [label for label in rule.settings.drop_labels if label in event.labels]
            if gone:
                event = replace(
                    event, labels={k: v for k, v in event.labels.items() if k not in gone}
                )
                steps.append(_step("changed", name, {"dropped": ",".join(gone)}))
            continue
        if isinstance(rule, MappingRule):
            found = yield Question(rule.settings, event)
            wanted = rule.settings.result_labels
        else:
            found = _made(rule, event, now)
            wanted = (rule.settings.result_label,)
        event, step = _labelled(event, found, wanted, name, override=rule.settings.override)
        steps += step
    return Passed(event, tuple(steps))


def check_rules(rules: Sequence[Rule]) -> None:
    """Raise InvalidParameter for rules that cannot be meant."""
    require_entries(rules, RULES_MAX, "rules")
    for number, rule in enumerate(rules):
        place = f"rules[{number}]"
        check([rule.if_], f"{place}.if")
        if isinstance(rule, ExtractionRule):
            _check_extraction(rule.settings, f"{place}.settings")
        elif isinstance(rule, CompositionRule):
            user_template.check(rule.settings.template, f"{place}.settings.template")
        elif isinstance(rule, MappingRule):
            _check_lookup(rule.settings, f"{place}.settings")
        else:
            require_entries(rule.settings.drop_labels, DROPPED_MAX, f"{place}.settings.drop_labels")


def _made(rule: ExtractionRule | CompositionRule, event: AlertEvent, now: int) -> Found:
    """What a rule makes of the event alone."""
    if isinstance(rule, CompositionRule):
        try:
            text = composed(rule.settings.template, event, now)
        except TemplateError as problem:
            return Found(why=str(problem))
    else:
        text = _extracted(rule.settings, event)
    return Found({rule.settings.result_label: text} if text else {})


def _extracted(settings: Extraction, event: AlertEvent) -> str:
    source = settings.source_field
    if source.startswith(LABEL):
        text = event.labels.get(source.removeprefix(LABEL), "")
    else:
        text = event.title if source == "title" else event.description
    if settings.g_json:
        return json_path.find(text, settings.g_json)
    match = _pattern(settings.pattern or "").search(text)
    if match is None:
        return ""
    try:
        return match.group(_RESULT) or ""
    except (IndexError, KeyError):
        return match.group() or ""


@lru_cache(1024)
def _pattern(text: str) -> Pattern:
    return compile_pattern(text)


def _labelled(
    event: AlertEvent, found: Found, wanted: Sequence[str], name: str, *, override: bool
) -> tuple[AlertEvent, list[Step]]:
    """The event with what was found of what was wanted, and the decision."""
    if found.why:
        return event, [_step("failed", name, {"why": cut(found.why, _WHY_MAX)})]
    labels, told = dict(event.labels), {}
    for label in wanted:
        value = found.labels.get(label, "")[:VALUE_LENGTH_MAX]
        if not value or (label in labels and not override) or labels.get(label) == value:
            continue
        if label not in labels and len(labels) >= LABELS_MAX:
            return event, [_step("failed", name, {"why": f"more than {LABELS_MAX} labels"})]
        labels[label] = value
        told[label] = cut(value, _SHOWN_MAX)
    if told:
        return replace(event, labels=labels), [_step("changed", name, told)]
    return event, [] if found.labels else [_step("not_found", name)]


def _step(verdict: str, name: str, told: dict[str, str] | None = None) -> Step:
    return Step(Stage.ENRICHMENT, verdict, rule_name=name, detail=told or {})


def _check_extraction(settings: Extraction, place: str) -> None:
    if bool(settings.pattern) is bool(settings.g_json):
        raise InvalidParameter("{field}: send one of pattern and g_json", field=place)
    require_text(settings.source_field, SOURCE_LENGTH_MAX, f"{place}.source_field")
    if settings.g_json:
        _understood(json_path.parse, settings.g_json, f"{place}.g_json")
    else:
        require_text(settings.pattern or "", PATTERN_LENGTH_MAX, f"{place}.pattern")
        _understood(compile_pattern, settings.pattern or "", f"{place}.pattern")


def _check_lookup(settings: Lookup, place: str) -> None:
    if not settings.mapping_id:
        field = f"{place}.{settings.mapping_type}_id"
        raise InvalidParameter("{field} is required; send it", field=field)
    require_entries(settings.result_labels, RESULTS_MAX, f"{place}.result_labels")
    for label in settings.result_labels:
        if not _LABEL_NAME.search(label):
            raise InvalidParameter(
                "{field}: {value} is no label name; use small letters, digits and _",
                field=f"{place}.result_labels",
                value=label,
            )


def _understood(read: Callable[[str], object], text: str, place: str) -> None:
    try:
        read(text)
    except ValueError as problem:
        raise InvalidParameter(
            "{field}: {value} cannot be understood: {problem}",
            field=place,
            value=text,
            problem=str(problem),
        ) from None
