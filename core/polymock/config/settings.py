"""From what people write to structs: every wrong key is named, with its place and a suggestion.

Where a value is expected, `{$env: NAME}` stands for the text of an environment variable. It is
read as the type that belongs there: a number, true or false, a list whose items commas part.
"""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import msgspec

from polymock.errors import ConfigError

T = TypeVar("T", bound=msgspec.Struct)
ENV_KEY = "$env"
MAX_NAMED = 20
"""How many problems one error lists."""


class Problem(msgspec.Struct, frozen=True):
    """One thing wrong with a setting. `where` is its path: `mocks[0].spec`, "" for the whole."""

    where: str
    message: str
    hint: str = ""


def decode(raw: Any, shape: type[T], source: str, environ: Mapping[str, str], where: str = "") -> T:
    """The struct that `raw` (mappings, lists, texts, numbers) describes.

    `source` is the file or other origin that errors name, `where` the path of `raw` in it. No
    error shows a value, as it may be a secret. Raises ConfigError, which lists every problem.
    """
    fitter = _Fitter(environ)
    fitted = fitter.fit(raw, shape, where)
    if not fitter.problems:
        try:
            return msgspec.convert(fitted, shape)
        except msgspec.ValidationError as error:
            fitter.problems.append(Problem(where, _reason(error)))
    raise refusal(source, fitter.problems)


def refusal(source: str, problems: Sequence[Problem]) -> ConfigError:
    """One error that lists the problems of a source."""
    lines = [f"{p.where}: {p.message}" if p.where else p.message for p in problems]
    if len(problems) == 1:
        return ConfigError(f"{source}: {lines[0]}", problems[0].hint)
    shown = [
        f"  {line}" + (f" ({problem.hint})" if problem.hint else "")
        for line, problem in zip(lines[:MAX_NAMED], problems, strict=False)
    ]
    if len(problems) > MAX_NAMED:
        shown.append(f"  and {len(problems) - MAX_NAMED} more")
    return ConfigError("\n".join([f"{source}: {len(problems)} settings are wrong:", *shown]))


def suggestion(word: str, known: Sequence[str]) -> str:
    """A hint: the nearest of the known words, or all of them."""
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    if near:
        return f"Did you mean `{near[0]}`?"
    return f"Known: {', '.join(known)}." if known else ""


def join(where: str, key: str) -> str:
    """The path of a key inside a mapping at `where`."""
    return f"{where}.{key}" if where else key


class _Fitter:
    """Walks a value along a type; resolves what comes from the environment, collects problems."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[Problem] = []

    def fit(self, value: Any, shape: Any, where: str) -> Any:
        bare = _bare(shape)
        if bare is Any:  # a plugin's own settings, read with its config when it is built
            return value
        if isinstance(value, dict) and ENV_KEY in value:
            return self._fit_reference(value, shape, where)
        if _is_union(bare):
            return self._fit_union(value, shape, where)
        if _is_struct(bare) and isinstance(value, dict):
            return self._fit_struct(value, bare, where)
        if get_origin(bare) is dict and isinstance(value, dict):
            item = get_args(bare)[1]
            return {
                self._fit_key(key, where): self.fit(inner, item, join(where, str(key)))
                for key, inner in value.items()
            }
        if _is_list(bare) and isinstance(value, list | tuple):
            item = get_args(bare)[0]
            return [self.fit(inner, item, f"{where}[{i}]") for i, inner in enumerate(value)]
        return self._fit_leaf(value, shape, where, strict=True)

    def _fit_struct(self, value: dict[Any, Any], shape: Any, where: str) -> dict[str, Any]:
        fields = {field.encode_name: field for field in msgspec.structs.fields(shape)}
        fitted: dict[str, Any] = {}
        for key, inner in value.items():
            if key in fields:
                fitted[key] = self.fit(inner, fields[key].type, join(where, key))
            else:
                hint = suggestion(str(key), sorted(fields))
                self.problems.append(Problem(join(where, str(key)), "unknown key", hint))
        for name, field in fields.items():
            if field.required and name not in value:
                hint = _description(field.type)
                self.problems.append(Problem(join(where, name), "this key is missing", hint))
        return fitted

    def _fit_union(self, value: Any, shape: Any, where: str) -> Any:
        members = get_args(_bare(shape))
        for member in members:
            bare = _bare(member)
            takes_table = _is_struct(bare) or get_origin(bare) is dict
            if (isinstance(value, dict) and takes_table) or (
                isinstance(value, list | tuple) and _is_list(bare)
            ):
                return self.fit(value, member, where)
        return self._fit_leaf(value, shape, where, strict=True)

    def _fit_leaf(self, value: Any, shape: Any, where: str, *, strict: bool) -> Any:
        try:
            return msgspec.to_builtins(msgspec.convert(value, shape, strict=strict))
        except msgspec.ValidationError as error:
            self.problems.append(Problem(where, _reason(error), _description(shape)))
            return value

    def _fit_key(self, key: Any, where: str) -> str:
        if not isinstance(key, str):
            self.problems.append(Problem(join(where, str(key)), "a key must be text: quote it"))
        return str(key)

    def _fit_reference(self, value: dict[Any, Any], shape: Any, where: str) -> Any:
        name = value[ENV_KEY]
        if len(value) != 1 or not isinstance(name, str):
            problem = "`$env` stands alone, with the name of an environment variable"
            self.problems.append(Problem(where, problem, "Write {$env: NAME}."))
            return None
        text = self._environ.get(name)
        if text is None:
            problem = f"the environment variable {name} is not set"
            self.problems.append(Problem(where, problem, f"Set it: export {name}=…"))
            return None
        return self._fit_text(text, shape, f"{where} (from {name})")

    def _fit_text(self, text: str, shape: Any, where: str) -> Any:
        """Read an environment variable's text as the type that belongs here."""
        bare = _bare(shape)
        if _is_union(bare):
            members = [member for member in get_args(bare) if member is not type(None)]
            if not any(_bare(member) is str for member in members):
                return self._fit_text(text, members[0], where)
        if _is_list(bare):
            item = get_args(bare)[0]
            parts = [part.strip() for part in text.split(",") if part.strip()]
            return [self._fit_text(part, item, f"{where}[{i}]") for i, part in enumerate(parts)]
        if _is_struct(bare) or get_origin(bare) is dict:
            problem = "a table cannot come from one environment variable"
            self.problems.append(Problem(where, problem, "Set its keys one by one."))
            return None
        return self._fit_leaf(text, shape, where, strict=False)


def _bare(shape: Any) -> Any:
    """A type without its `Annotated`."""
    return _bare(get_args(shape)[0]) if get_origin(shape) is Annotated else shape


def _is_union(bare: Any) -> bool:
    return get_origin(bare) in (Union, types.UnionType)


def _is_struct(bare: Any) -> bool:
    return isinstance(bare, type) and issubclass(bare, msgspec.Struct)


def _is_list(bare: Any) -> bool:
    return get_origin(bare) in (list, tuple)


def _description(shape: Any) -> str:
    """What the type's own description says, as a hint."""
    while get_origin(shape) is Annotated:
        shape, *notes = get_args(shape)
        for note in notes:
            if isinstance(note, msgspec.Meta) and note.description:
                return note.description
    return ""


def _reason(error: msgspec.ValidationError) -> str:
    """The library's reason without its own path, which starts at the value alone."""
    text = str(error).partition(" - at `")[0]
    if " matching regex " in text:
        return "not written as it should be"
    return text[:1].lower() + text[1:]
