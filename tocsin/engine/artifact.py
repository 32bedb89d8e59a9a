"""Filing what builds upload, and who may."""

from msgspec import Struct

from tocsin.domain.access import Permission
from tocsin.domain.application import Application
from tocsin.domain.artifact import (
    URL_LENGTH_MAX,
    Artifact,
    Place,
    Platform,
    normal,
    plain_debug_id,
)
from tocsin.engine import application as engine
from tocsin.engine import late_map
from tocsin.kernel.caller import Caller
from tocsin.kernel.errors import AccessDenied, InvalidParameter
from tocsin.kernel.paging import Window
from tocsin.store import application as applications
from tocsin.store import artifact as artifacts
from tocsin.store.application import Filter, Order
from tocsin.store.database import Tx
from tocsin.store.file import Stored

APPLICATIONS_MAX = 10_000


class Upload(Struct, frozen=True, kw_only=True):
    """A source map on disk, or the index of a debug file, and what it is to be found by: a debug id,
    or release and URL.

    Without an application it is for the service of that name in any.
    """

    source_map: Stored
    minified: Stored | None = None
    application: Application | None = None
    service: str = ""
    release: str = ""
    dist: str = ""
    url: str = ""
    debug_id: str = ""
    platform: Platform = Platform.BROWSER
    repository_url: str = ""
    commit: str = ""


def require_right(caller: Caller) -> None:
    """Refuse whoever may not upload: AccessDenied."""
    if Permission.APPLICATIONS_MANAGE not in caller.permissions:
        raise AccessDenied(
            "this needs the permission {permission}; ask an administrator for a role that has it",
            permission=Permission.APPLICATIONS_MANAGE,
        )


def file(tx: Tx, caller: Caller, uploads: list[Upload]) -> None:
    """File source maps in place of those that were filed under the same names, and have the
    recent errors they may explain looked at again."""
    new = [_artifact(tx, caller, upload) for upload in uploads]
    artifacts.add(tx, new)
    for place in {Place.of(each) for each in new}:
        late_map.expect(tx, caller.account_id, place)


def visible_applications(tx: Tx, caller: Caller) -> list[Application]:
    """Every application the caller may look at, the oldest first."""
    window = Window(0, APPLICATIONS_MAX)
    who = engine.viewer(caller)
    return applications.browse(
        tx, caller.account_id, who, Filter(), Order.CREATED, ascending=True, window=window
    )


def _artifact(tx: Tx, caller: Caller, upload: Upload) -> Artifact:
    owner = upload.application
    debug_id = plain_debug_id(upload.debug_id)
    url = upload.url
    if url and upload.platform is Platform.BROWSER:
        url = normal(url)
    if not debug_id and not (upload.release and url):
        raise InvalidParameter("a source map needs a debug id, or a release and a URL; send one")
    if len(url) > URL_LENGTH_MAX:
        raise InvalidParameter(
            "the URL of a file may have at most {maximum} characters", maximum=URL_LENGTH_MAX
        )
    size = upload.source_map.size + (upload.minified.size if upload.minified else 0)
    return Artifact(
        id=tx.ids.short(),
        account_id=caller.account_id,
        application_id=owner.id if owner else "",
        service=owner.name if owner else upload.service,
        release=upload.release,
        dist=upload.dist,
        url=url,
        debug_id=debug_id,
        platform=upload.platform,
        map_hash=upload.source_map.hash,
        minified_hash=upload.minified.hash if upload.minified else "",
        size=size,
        repository_url=upload.repository_url,
        commit=upload.commit,
        created_at=tx.now,
        updated_at=tx.now,
        used_at=tx.now,
    )
