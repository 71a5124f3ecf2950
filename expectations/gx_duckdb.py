"""Great Expectations on DuckDB, with the connection kept open.

Great Expectations 1.24 closes the connection before it fetches, so that a query returns nothing and a check that must
fail passes. It keeps one connection for the dialects it knows; here DuckDB gets the same.
"""

import os
from collections.abc import Generator
from contextlib import contextmanager
from typing import Literal

os.environ["GX_ANALYTICS_ENABLED"] = "false"

# The variable above is read while these are imported.
import sqlalchemy  # noqa: E402
from great_expectations.datasource.fluent import SQLDatasource  # noqa: E402
from great_expectations.execution_engine import SqlAlchemyExecutionEngine  # noqa: E402

_EngineClass = type[SqlAlchemyExecutionEngine]  # inside the datasource `type` is a field


class KeptConnectionEngine(SqlAlchemyExecutionEngine):  # type: ignore[misc]
    """The SQL engine with one connection for its whole life."""

    @contextmanager
    def get_connection(self) -> Generator[sqlalchemy.Connection, None, None]:
        """The kept connection."""
        if self._connection is None:  # type: ignore[has-type]
            self._connection = self.engine.connect()
        yield self._connection

    def close(self) -> None:
        """Close it, so that DuckDB lets go of attached files."""
        if self._connection is not None:
            self._connection.close()
        super().close()


class DuckDBDatasource(SQLDatasource):  # type: ignore[misc]
    """A SQL datasource that names that engine."""

    type: Literal["duckdb_kept"] = "duckdb_kept"

    @property
    def execution_engine_type(self) -> _EngineClass:
        """The engine above."""
        return KeptConnectionEngine
