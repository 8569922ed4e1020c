"""Conditions of a search in the catalogue, put together of the clauses in sql/search.sql."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from msgspec import Struct

from backtrail.store.catalog import CLAUSES
from backtrail.store.query.terms import Compared


class Condition(Struct, frozen=True, kw_only=True):
    """A condition in SQL, and its parameters."""

    sql: str
    parameters: dict[str, Any] = {}


class Clauses:
    """Makes conditions whose parameters do not meet those of another one."""

    def __init__(self, texts: Mapping[str, str] = CLAUSES) -> None:
        self._texts = texts
        self._number = count()

    def clause(self, name: str, *, compared: Compared = "=", **values: Any) -> Condition:  # noqa: ANN401 - as SQL has it
        """Return a clause with its values."""
        number = next(self._number)
        sql = self._texts[name].format(op=compared)
        for parameter in values:
            sql = sql.replace(f":{parameter}", f":{parameter}_{number}")
        named = {f"{parameter}_{number}": value for parameter, value in values.items()}
        return Condition(sql=sql, parameters=named)


def negated(condition: Condition) -> Condition:
    """Return what is met where a condition is not, also where it is unknown."""
    return Condition(sql=f"({condition.sql}) IS NOT TRUE", parameters=condition.parameters)


def joined(word: str, conditions: Sequence[Condition]) -> Condition:
    """Join conditions by AND or OR."""
    parameters: dict[str, Any] = {}
    for condition in conditions:
        parameters |= condition.parameters
    sql = f" {word} ".join(f"({condition.sql})" for condition in conditions)
    return Condition(sql=sql, parameters=parameters)
