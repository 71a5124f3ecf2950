"""Ten readers while releases come: `python -m tests.support.many_readers [PUBLICATIONS]`, 50 when nothing is said.

Readers open the current release three times a second, in processes of their own, and ask one question whose answer is
the same in every release. Each error and each other answer counts. First the DuckDB file is read, then a PostgreSQL
server.
"""

import multiprocessing
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from pathlib import Path

import duckdb
import psycopg

from base.home import Home
from base.release_layout import DATABASE
from publication.postgres import export_release
from publication.publish import publish_build
from tests.support.homes import copy_of, shared_micro_home
from tests.support.postgres import postgres_server
from tests.support.processes import forked
from tests.support.warehouse import no_reports, no_search

READERS = 10
_QUESTION = """
    select release_id, (select count(*) from bi.dim_area), (select sum(poor_households) from bi.province_years),
        (select count(*) from bi.household_years), (select sum(closing) from marts.poverty_movement)
    from bi.release
"""
Answer = tuple[object, ...]
# (who answers, where it is) -> the answer
Asking = Callable[[str], list[Answer]]


def ask_duckdb(database: str) -> list[Answer]:
    """Open a release as a BI tool does, ask and close it."""
    with duckdb.connect(database, read_only=True) as release:
        return release.execute(_QUESTION).fetchall()


def ask_postgres(url: str) -> list[Answer]:
    """The same of a server, in one transaction."""
    with psycopg.connect(url) as server:
        return server.execute(_QUESTION).fetchall()


def _read(ask: Asking, where: str, wanted: Answer, done: Event, said: "Queue[tuple[int, set[str], list[str]]]") -> None:
    reads, releases, errors = 0, set(), []
    asker = multiprocessing.parent_process()
    while not done.wait(0.3) and asker is not None and asker.is_alive():
        reads += 1
        try:
            ((release, *answer),) = ask(where)
            releases.add(str(release))
            if tuple(map(str, answer)) != wanted:
                errors.append(f"another answer: {answer}")
        except (duckdb.Error, psycopg.Error, ValueError) as error:
            errors.append(f"{type(error).__name__}: {str(error).splitlines()[0]}")
    said.put((reads, releases, errors))


@contextmanager
def readers(ask: Asking, where: str, found: dict[str, object], number: int = READERS) -> Iterator[None]:
    """Readers beside what is done within; `found` then has `reads`, `releases` (how many were seen) and `errors`."""
    ((_, *answer),) = ask(where)
    context = multiprocessing.get_context("forkserver")
    done, said = context.Event(), context.Queue()
    wanted = tuple(map(str, answer))
    processes = [context.Process(target=_read, args=(ask, where, wanted, done, said)) for _ in range(number)]
    for process in processes:
        process.start()
    try:
        yield
    finally:
        done.set()
        results = [said.get(timeout=60) for _ in processes]
        for process in processes:
            process.join()
        found["reads"] = sum(reads for reads, _, _ in results)
        found["releases"] = len(set().union(*(releases for _, releases, _ in results)))
        found["errors"] = [error for _, _, errors in results for error in errors]


def publish_often(root: Path, publications: int) -> None:
    """Publish the build of a home again and again, without reports."""
    with no_search():
        for _ in range(publications):
            publish_build(Home(root), "again", no_reports)


def main(arguments: list[str]) -> int:
    """Try, and print the figures."""
    publications = int(arguments[0]) if arguments else 50
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        home = copy_of(shared_micro_home(), Path(folder) / "home")
        found: dict[str, object] = {}
        with readers(ask_duckdb, str(home.current / DATABASE), found):
            assert forked(publish_often, home.root, publications) == 0
        wrong += _say("DuckDB", publications, found)
        with postgres_server() as url:
            export_release(home.current.resolve(), url)
            with readers(ask_postgres, url, found):
                for _ in range(publications):
                    export_release(home.current.resolve(), url)
        wrong += _say("PostgreSQL", publications, found)
    return 1 if wrong else 0


def _say(what: str, publications: int, found: dict[str, object]) -> int:
    errors = found["errors"]
    assert isinstance(errors, list)
    print(f"{what}: {READERS} readers, {publications} publications, {found['reads']} reads, errors {len(errors)}")
    print("\n".join(sorted(set(errors))[:10]), end="\n" if errors else "")
    return len(errors)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
