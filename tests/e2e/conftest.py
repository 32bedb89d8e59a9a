"""One real server for each file of end-to-end tests, with a mail server beside it."""

from collections.abc import Iterator

import pytest

from tests.cli.program import serving
from tests.e2e.product import Product
from tests.outbound.servers import Mailbox, mail_server


@pytest.fixture(scope="module")
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, mailbox: Mailbox) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("tocsin") / "data"
    with mail_server(mailbox) as port:
        mail = {"TOCSIN_SMTP_HOST": "127.0.0.1", "TOCSIN_SMTP_PORT": str(port)}
        with serving(folder, **mail) as running:
            yield Product(running, folder)
            assert running.stop() == 0
