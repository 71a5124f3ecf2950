"""How the national row of each public table is made, as `reference/national/nation_columns.csv` says it."""

from dataclasses import dataclass
from functools import cache

from base.reference import read_table

# The territory of a national row, its level and its area code.
NATION = "nation"
_TIMES = ("survey_year", "from_year", "to_year")


@dataclass(frozen=True)
class ColumnRule:
    """What becomes of a column in a national row."""

    name: str
    rule: str
    expression: str


@dataclass(frozen=True)
class TableRules:
    """`kind` is shared, grid, occurring or none; `columns` are in the order of the table, empty without figures."""

    table: str
    kind: str
    columns: tuple[ColumnRule, ...]

    @property
    def keys(self) -> list[str]:
        """One national row for each combination of these."""
        return self.named("key")

    @property
    def times(self) -> list[str]:
        """The keys that are years."""
        return [key for key in self.keys if key in _TIMES]

    @property
    def whole_keys(self) -> list[str]:
        """What every territory must have for a national row: the row itself, or any row of the year."""
        return self.keys if self.kind == "grid" else self.times

    def named(self, *rules: str) -> list[str]:
        """The columns with one of some rules."""
        return [column.name for column in self.columns if column.rule in rules]


@cache
def load_rules() -> dict[str, TableRules]:
    """{table: rules} in the order in which national rows are made: each after those that it refers to."""
    rows = read_table("nation_columns")
    return {
        row["table_name"]: TableRules(
            row["table_name"],
            row["rule"],
            tuple(
                ColumnRule(other["column_name"], other["rule"], other["expression"])
                for other in rows
                if other["table_name"] == row["table_name"] and other["column_name"]
            ),
        )
        for row in rows
        if not row["column_name"]
    }
