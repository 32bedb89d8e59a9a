"""What goes on at Harbour Coffee while somebody watches."""

import threading
from typing import Final

from tocsin.cli.harbour.company import Company
from tocsin.cli.harbour.story import going_on
from tocsin.cli.harbour.street import Street
from tocsin.cli.harbour.telling import Teller
from tocsin.cli.refusal import Refusal
from tocsin.kernel.clock import Clock, SystemClock
from tocsin.kernel.ids import Ids, seeded_chance, system_chance
from tocsin.kernel.settings import Settings
from tocsin.kernel.units import MINUTE, SECOND

SCENE_MS: Final = 4 * MINUTE
_REST_SECONDS: Final = 1.0


class Live(Street):
    """Acts on a server that serves by itself, at the pace of the machine's clock, until stopped."""

    def __init__(self, settings: Settings, company: Company, seed: int) -> None:
        clock: Clock = SystemClock()
        super().__init__(settings.base_url, clock, Ids(clock, system_chance()))
        self._chance = seeded_chance(seed + 1)
        self._company = company
        self._stopping = threading.Event()

    def run(self) -> None:
        """One scene after the other. What a person who watches does first is not done again."""
        teller = Teller(self, self._company)
        while not self._stopping.is_set():
            began = self.clock.now()
            for deed in going_on(self._chance, began, began + SCENE_MS):
                self.until(deed.at)
                if self._stopping.is_set():
                    return
                try:
                    teller.tell(deed)
                except (Refusal, OSError):
                    continue

    def stop(self) -> None:
        """Let nothing more happen."""
        self._stopping.set()

    def until(self, at: int) -> None:
        self._stopping.wait(max(0, at - self.clock.now()) / SECOND)

    def rest(self) -> None:
        self._stopping.wait(_REST_SECONDS)
