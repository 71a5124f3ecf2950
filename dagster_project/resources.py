"""What assets are given: the home folder and the Great Expectations worker."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dagster as dg
from pydantic import PrivateAttr

from base.home import Home
from base.locks import held
from base.machine import MachineError, check_resources
from base.reference import WrongReferenceError
from base.reference_build import check_reference
from base.territory import choose_territory
from base.whole_file import BrokenFileError
from dagster_project.failures import failure
from expectations.client import ExpectationsWorker
from ingestion.published_heads import check_own_files


class HomeResource(dg.ConfigurableResource[Any]):
    """The folders under `$POVERTY_HOME`."""

    def home(self) -> Home:
        """The home folder and its pseudonym key, created where they are missing."""
        try:
            check_resources()
            home = Home.from_environment().create()
            choose_territory(home)
            check_reference()
            check_own_files(home)
        except (MachineError, WrongReferenceError, BrokenFileError) as wrong:
            raise failure(str(wrong)) from None
        return home

    @contextmanager
    def build_file(self) -> Iterator[Home]:
        """The home while nobody else, in any process, may open the build file."""
        home = self.home()
        with held(home.build_lock, "builds or publishes"):
            yield home


class ExpectationsResource(dg.ConfigurableResource[Any]):
    """A process that imports Great Expectations while the other steps run: the import takes longer than the checks."""

    _worker: ExpectationsWorker = PrivateAttr()

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["ExpectationsResource"]:
        """Start the process with the run and stop it with the run."""
        with ExpectationsWorker() as self._worker:
            yield self

    @property
    def worker(self) -> ExpectationsWorker:
        """The running process."""
        return self._worker
