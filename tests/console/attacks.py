"""What somebody hostile sends: markup in every field that anything can carry."""

import json
from typing import Any

import httpx

from tests.e2e.product import Product

EVIL = "<img class=evil src=x onerror=alert(1)>"
"""Short enough for any name."""
WORSE = (
    f"'\"></textarea></title>{EVIL}<svg class=evil onload=alert(2)><script class=evil>alert(3)"
    "</script><iframe class=evil srcdoc='<script>alert(4)</script>'></iframe>"
    "<a class=evil href=javascript:alert(5)>x</a>{{constructor.constructor('alert(6)')()}}"
)
MARKDOWN = (
    f"[one](javascript:alert(7)) [two](data:text/html,<script>alert(8)</script>) ![x](x) {WORSE}"
    f"\n\n<details class=evil open ontoggle=alert(9)>\n\n```html\n{WORSE}\n```\n"
)


def name_everything(product: Product) -> dict[str, Any]:
    """Give every thing that has a name a hostile one; what the rest of an attack needs of them."""
    team = product.post("/team/upsert", {"team_name": EVIL, "description": WORSE[:500]})["team_id"]
    product.post("/member/invite", {"members": [{"email": "m@evil.example", "member_name": EVIL}]})
    wish = {"channel_name": EVIL, "description": WORSE[:500], "team_id": team}
    channel = product.post("/channel/create", wish)["channel_id"]
    wish = {"name": EVIL, "plugin_type": "standard.alert", "channel_id": channel}
    integration = product.post("/datasource/upsert", {**wish, "description": WORSE[:500]})
    product.post("/template/create", {"template_name": EVIL, "team_id": team, "email": EVIL})
    product.post("/person/app-key/create", {"key_name": EVIL})
    wish = {"application_name": EVIL, "type": "browser", "team_id": 0}
    application = product.post("/rum/application/create", wish)
    return {"channel": channel, "dsn": application["dsn"], **integration}


def alert(product: Product, key: str) -> None:
    """An alert whose every field is hostile."""
    said = {
        "title": WORSE,
        "description": MARKDOWN,
        "event_status": "Critical",
        "alert_key": EVIL,
        "labels": {"host": WORSE, "check": EVIL, "link": "javascript:alert(10)"},
        "images": [{"src": "javascript:alert(11)", "href": "javascript:alert(12)", "alt": EVIL}],
    }
    url = f"{product.url}/event/push/alert/standard"
    answer = httpx.post(url, json=said, params={"integration_key": key}, timeout=20)
    assert answer.status_code == 200, answer.text
    assert (
        httpx.post(url, json={"title": WORSE}, params={"integration_key": key}).status_code == 400
    )


def error(dsn: str) -> None:
    """An error event of an SDK whose every field is hostile."""
    frame = {
        "filename": WORSE,
        "abs_path": "javascript:alert(13)",
        "function": EVIL,
        "module": WORSE,
        "lineno": 3,
        "context_line": WORSE,
        "pre_context": [EVIL],
        "post_context": [WORSE],
        "vars": {EVIL: WORSE},
        "in_app": True,
    }
    thrown = {"type": EVIL, "value": WORSE, "module": EVIL, "stacktrace": {"frames": [frame]}}
    crumb = {"message": WORSE, "category": EVIL, "type": EVIL, "data": {EVIL: WORSE, "url": WORSE}}
    event = {
        "event_id": "e" * 32,
        "platform": "javascript",
        "level": "error",
        "message": MARKDOWN,
        "exception": {"values": [thrown]},
        "breadcrumbs": {
            "values": [crumb, {"type": "http", "data": {"url": "javascript:alert(14)"}}]
        },
        "tags": {"evil": WORSE[:190]},
        "user": {"id": WORSE[:100], "username": EVIL, "email": EVIL},
        "release": EVIL,
        "environment": "evil",
        "transaction": WORSE,
        "request": {"url": "javascript:alert(15)", "headers": {"User-Agent": EVIL}},
        "contexts": {"browser": {"name": EVIL, "version": EVIL}, "evil": {EVIL: WORSE}},
        "extra": {EVIL: WORSE},
        "fingerprint": [EVIL],
    }
    scheme, _, rest = dsn.partition("://")
    public_key, _, place = rest.partition("@")
    host, _, project = place.partition("/")
    parts = [{"event_id": "e" * 32}, {"type": "event"}, event]
    body = "\n".join(json.dumps(each) for each in parts)
    url = f"{scheme}://{host}/api/{project}/envelope/?sentry_key={public_key}"
    answer = httpx.post(url, content=body, timeout=20)
    assert answer.status_code == 200, answer.text


def page_of_another_site(target: str) -> bytes:
    """Tries all that a page may try with the session of whoever looks at it."""
    wish = json.dumps({"team_name": "Stolen"})
    return f"""<!doctype html><title>Kittens</title>
<iframe id="frame" src="{target}/settings"></iframe>
<iframe name="sink"></iframe>
<form id="plain" action="{target}/team/upsert" method="post" enctype="text/plain" target="sink">
<input name='{{"team_name": "Stolen", "x": "' value='"}}'></form>
<form id="coded" action="{target}/team/upsert" method="post" target="sink">
<input name="team_name" value="Stolen"></form>
<img src="{target}/session/delete">
<script>
plain.submit()
coded.submit()
const wish = {{method: "POST", credentials: "include", body: '{wish}'}}
const tries = [
  fetch("{target}/team/upsert", {{...wish, mode: "no-cors"}}),
  fetch("{target}/team/upsert", {{...wish, headers: {{"Content-Type": "application/json"}}}}),
  fetch("{target}/team/upsert", {{...wish, headers: {{"Content-Type": "application/json",
    "X-Tocsin-Console": "1"}}}}),
  fetch("{target}/member/list", {{...wish, body: "{{}}"}}).then((it) => it.text()),
  new Promise((done) => {{
    const news = new EventSource("{target}/events/stream", {{withCredentials: true}})
    news.onmessage = news.onerror = done
    news.addEventListener("hello", () => document.body.append("heard"))
  }}),
]
Promise.allSettled(tries).then((all) => {{
  document.title = all.slice(1, 4).every((it) => it.status === "rejected") ? "refused" : "stolen"
}})
</script>""".encode()
