"""The whole system in a folder of its own: every part, every service, every relay, the gateway."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from deploy.local.processes import Addresses, compose_program
from deploy.local.stack import EVERYTHING, Stack


@contextmanager
def run_town(folder: Path, services: tuple[str, ...] = EVERYTHING) -> Iterator["Town"]:
    """Started and ready; killed at the end."""
    town = Town(folder, services=services)
    town.start()
    try:
        yield town
    finally:
        town.stop(at_once=True)


class Town(Stack):
    """A running system with the handles a test needs beside those of Stack."""

    def set_clock(self, moment: datetime) -> None:
        """Stop every process's clock at an aware moment."""
        from chassis.clock import set_clock

        set_clock(self.clock_file, frozen=moment)

    def shift_clock(self, offset: timedelta) -> None:
        """Let every process live that much ahead of real time."""
        from chassis.clock import set_clock

        set_clock(self.clock_file, offset=offset)

    def real_clock(self) -> None:
        self.clock_file.unlink(missing_ok=True)

    @contextmanager
    def away(self, process: str) -> Iterator[None]:
        """Stopped in its own time, and not started again before the end of the block, which ends when it is ready."""
        self.supervisor.stop(process)
        try:
            yield
        finally:
            self.supervisor.resume(process)
            self.supervisor.await_ready(process)

    @contextmanager
    def told(self, process: str, **variables: str) -> Iterator[None]:
        """Started again with other variables, and as it was at the end of the block."""
        addresses = self.addresses()
        other = replace(addresses, common={**addresses.common, **variables})
        self._change(process, other)
        try:
            yield
        finally:
            self._change(process, addresses)

    def _change(self, process: str, addresses: Addresses) -> None:
        self.supervisor.stop(process)
        self.supervisor.start(compose_program(process, addresses, self.run_dir))
        self.supervisor.await_ready(process)

    def strike(self, process: str) -> None:
        """kill -9, and wait until the supervisor has it ready again."""
        self.supervisor.kill(process)
        self.supervisor.await_ready(process)
