"""Which screen of the console reaches which operation: read from the console's sources.

Whatever has no screen is called by hand under Settings, Any operation, where it takes JSON; the page says why it
has no screen of its own.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tocsin.kernel.operation import OPERATIONS

SOURCES: Final = Path(__file__).parent.parent / "console" / "src"
SCREENS: Final = {
    "api": "everywhere",
    "channels": "Channels and rules",
    "incidents": "Incidents",
    "integrations": "Integrations",
    "issues": "Issues",
    "me": "My shifts and methods",
    "now": "Now",
    "oncall": "On-call",
    "parts": "everywhere",
    "rules": "Integrations",
    "settings": "Settings",
    "shell": "everywhere",
    "sign-in": "Sign-in",
    "start": "First steps",
}
_NAMED: Final = re.compile(r"'(/[a-z][a-z0-9-]*(?:/[a-z0-9-]+)+)'")
REASONS: Final = {
    r"/(alert|alert-event)/.*": "alerts are shown and handled in their incident",
    r".*/(infos|list-by-ids)": "reads many by id, for programs; the screen has the list",
    r".*/reset": "for programs that change one field; people change it in the incident's or the member's dialog",
    r".*/history/(list|detail|revert)": "the audit log has who changed what",
    r".*/(info|list)": "its screen reads the same from another operation, or it is seen where it is set up",
    r"/calendar/.*": "holidays are brought in once, by a program or from an address",
    r"/enrichment/.*|/field/.*": "tables and fields come from other systems, whose programs write them",
    r"/event/.*|/route/.*|/datasource/mapping/.*": "tries what a program is about to send or to set",
    r"/heartbeat/.*": "set by the job that is watched, when it is deployed",
    r"/rum/(application|error-.*|issue/(owner|policy|preset).*|retention)/.*": "rules of error tracking are kept"
    " beside the application's own code",
    r"/rum/.*": "an analysis for programs; the issue shows what people ask of it",
    r"/incident/.*": "for programs; people do the same in the incident's dialogs",
    r"/(member|role)/.*": "people change the roles of a member as a whole",
    r"/channel/notify/.*": "mail to outsiders is set up with the system that reads it",
    r"/channel/.*|/schedule/.*": "rare, and hard to take back",
    r"/template/.*": "the screen tries texts; programs keep them, beside what they are about",
    r"/oncall/roles|/sourcemap/.*": "for programs that draw schedules or stacks of their own",
    r"/preference/push/.*": "the browser itself ends its subscription",
}
"""Why an operation has no screen of its own: the first pattern that fits the whole path."""


def screens() -> dict[str, set[str]]:
    """The screens whose sources name an operation, by its path."""
    found: dict[str, set[str]] = {}
    for file in sorted(SOURCES.rglob("*.ts*")):
        if file.name == "schema.d.ts":
            continue
        folder = file.relative_to(SOURCES).parts[0]
        for path in _NAMED.findall(file.read_text(encoding="utf-8")):
            if path in OPERATIONS:
                found.setdefault(path, set()).add(SCREENS.get(folder, folder))
    return found


def reason(path: str) -> str:
    """Why no screen was made for an operation; empty where nobody said."""
    return next((why for which, why in REASONS.items() if re.fullmatch(which, path)), "")


def table() -> Iterator[str]:
    shown = screens()
    yield "# Operations and screens"
    yield ""
    yield (
        f"The console uses the public operations alone. Its screens reach {len(shown)} of {len(OPERATIONS)}; every one that"
    )
    yield "takes JSON can be called by hand under Settings, *Any operation*, with the person's own rights. The last column says"
    yield "why an operation has no screen of its own."
    yield ""
    yield "| operation | screens | why none |"
    yield "|---|---|---|"
    for path in sorted(OPERATIONS):
        where = ", ".join(sorted(shown.get(path, ())))
        yield f"| `{path}` | {where} | {'' if where else reason(path)} |"
