"""The forms of a file, TOML and JSON: read with care, and written."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ketapk.errors import InputError

if TYPE_CHECKING:
    from os import PathLike

DEEPEST = 8
"""Names in a key, such as ``a.b.c``; the form needs three."""
_WORDS = re.compile(
    r'"""(?:[^\\]|\\.)*?(?:"""|\\?\Z)'
    r"|'''.*?(?:'''|\Z)"
    r'|"(?:[^"\\\n]|\\[^\n])*+(?:"|\\?(?=\n|\Z))'
    r"|'[^'\n]*+(?:'|(?=\n|\Z))"
    r"|#[^\n]*+",
    re.S,
)
"""Texts and remarks of TOML, in which dots mean nothing; one without an end goes on to the last."""
_DEEP = re.compile(rf"(?:\.[ \t]*[\w-]+[ \t]*){{{DEEPEST}}}")


def form_of(path: str | PathLike[str]) -> str:
    """Whether the name of a file ends in toml or json."""
    try:
        form = Path(path).suffix.lower().removeprefix(".")
    except TypeError:
        raise InputError(f"{path!r} is no path of a file; write one such as 'mine.toml'.") from None
    if form not in ("toml", "json"):
        raise InputError(f"{path} has no known form; end its name in .toml or .json.")
    return form


def from_toml(text: str) -> Any:
    """Read TOML; keys of very many names, which take the square of their number, are refused."""
    if _DEEP.search(_WORDS.sub("x", text)):
        raise ValueError(f"a key has more than {DEEPEST} names with dots between")
    return tomllib.loads(text)


def to_json(content: dict[str, Any]) -> str:
    """Write tables as JSON that people read."""
    return json.dumps(content, indent=2, ensure_ascii=False)


def from_json(text: str) -> Any:
    """Read JSON of which no key is there twice."""
    return json.loads(text, object_pairs_hook=_each_once)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that is there twice, of which JSON would keep the last."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} is there twice")
    return found


def to_toml(content: dict[str, Any]) -> str:
    """Write tables of text, numbers, lists and tables as TOML."""
    lines = [
        f"{_key(name)} = {_toml_value(value)}"
        for name, value in content.items()
        if not isinstance(value, dict) and not _is_tables(value)
    ]
    for name, value in content.items():
        tables = [value] if isinstance(value, dict) else value if _is_tables(value) else []
        for table in tables:
            lines += ["", f"[{name}]" if isinstance(value, dict) else f"[[{name}]]"]
            lines += [f"{_key(key)} = {_toml_value(item)}" for key, item in table.items()]
    return "\n".join(lines)


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _toml_value(name)


def _toml_value(value: Any) -> str:
    if isinstance(value, dict):
        inside = ", ".join(f"{_key(key)} = {_toml_value(item)}" for key, item in value.items())
        return f"{{ {inside} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml_value, value))}]"
    # A string of JSON is one of TOML, but for one control character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
