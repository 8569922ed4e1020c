r"""Texts as PostgreSQL can hold them: it knows neither NUL nor half of a pair of code units.

NUL becomes `\x01\x01`, and `\x01` itself `\x01\x02`; so nothing is lost, and texts keep their
order. A lone surrogate becomes `\x01\x03` and its number.
"""

from __future__ import annotations

import re

_HELD = re.compile("[\x00\x01\ud800-\udfff]")
_SENT = re.compile("\x01(?:([\x01\x02])|\x03([0-9a-f]{4}))")
_LATIN_END = 0x250
"""Behind the letters of western languages, which are folded by a short table."""
_FOLDED_END = 0x20000
"""Behind all letters that have two cases."""


def held(text: str) -> str:
    """Return a text as it is kept."""
    # Most texts are plain: to ask is cheaper than to replace.
    return _HELD.sub(_as_held, text) if _HELD.search(text) else text


def given_back(text: str) -> str:
    """Return a text that was kept as it was."""
    return _SENT.sub(_as_given, text) if "\x01" in text else text


def _as_held(match: re.Match[str]) -> str:
    sign = match[0]
    if sign == "\x00":
        return "\x01\x01"
    return "\x01\x02" if sign == "\x01" else f"\x01\x03{ord(sign):04x}"


def _as_given(match: re.Match[str]) -> str:
    if match[2]:
        return chr(int(match[2], 16))
    return "\x00" if match[1] == "\x01" else "\x01"


def functions() -> str:
    """Return the SQL that gives PostgreSQL the functions which SQLite is given in Python."""
    return _CASEFOLD.format(**_folding()) + _COMMAND_LINE + _GLOB + _INSTR


def _folding() -> dict[str, str]:
    """Return what `str.casefold` does to each character, as arguments of SQL functions."""
    latin, latin_signs = _folded(range(0x80, _LATIN_END))
    every, signs = _folded(range(0x80, _FOLDED_END))
    return {
        "signs": signs,
        "beyond": signs.removeprefix(latin_signs),
        "latin": latin,
        "every": every,
    }


def _folded(codes: range) -> tuple[str, str]:
    """Return the SQL that folds these characters, and those of them that change."""
    folded = {chr(code): chr(code).casefold() for code in codes}
    changed = {sign: becomes for sign, becomes in folded.items() if sign != becomes}
    single = {sign: becomes for sign, becomes in changed.items() if len(becomes) == 1}
    sql = f"translate(lower(said), '{''.join(single)}', '{''.join(single.values())}')"
    for sign, becomes in changed.items():
        if sign not in single:
            sql = f"replace({sql}, '{sign}', '{becomes}')"
    return sql, "".join(changed)


_CASEFOLD = """
CREATE FUNCTION casefold(told TEXT) RETURNS TEXT
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10 AS $$
SELECT CASE WHEN said !~ '[{signs}]' THEN lower(said)
            WHEN said ~ '[{beyond}]' THEN {every}
            ELSE {latin} END
  FROM (SELECT told COLLATE "C" AS said) AS plain
$$;
"""
_COMMAND_LINE = r"""
CREATE FUNCTION command_line(words TEXT) RETURNS TEXT
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 100 AS $$
SELECT coalesce(string_agg(
         CASE WHEN word ~ '\A[A-Za-z0-9_@%+=:,./-]+\Z' THEN word
              ELSE '''' || replace(word, '''', '''"''"''') || '''' END,
         ' ' ORDER BY place), '') COLLATE "C"
  FROM json_array_elements_text(
         regexp_replace(
           regexp_replace(words, '(?<!\\)((?:\\\\)*)\\u0001', '\1\\u0001\\u0002', 'g'),
           '(?<!\\)((?:\\\\)*)\\u0000', '\1\\u0001\\u0001', 'g')::json
       ) WITH ORDINALITY AS told(word, place)
$$;
"""
_GLOB = r"""
CREATE FUNCTION glob(pattern TEXT, said TEXT) RETURNS BOOLEAN
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10 AS $$
SELECT said COLLATE "C" LIKE
       replace(replace(replace(replace(replace(
         regexp_replace(pattern, '([\\%_])', '\\\1', 'g'),
         '[*]', U&'\0002'), '*', '%'), U&'\0002', '*'), '[?]', '?'), '[[]', '[')
       ESCAPE '\'
$$;
"""
_INSTR = """
CREATE FUNCTION instr(said BYTEA, part BYTEA) RETURNS INTEGER
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT position(part IN said) $$;
"""
