"""The Jinja2 environment: templates that come with the package, each of which an operator may replace.

A file of the same name in the operator's folder takes its place, and may build on it:
`{% extends "builtin:mail.html.j2" %}`.
"""

from pathlib import Path
from traceback import extract_tb

import jinja2

from digest.errors import ConfigError, RenderingError
from digest.rendering.plain import one_line
from digest.resources import shipped


def environment(overrides: Path | None = None) -> jinja2.Environment:
    """Templates that escape everything they are given (`.html.j2`) or nothing (`.txt.j2`) and refuse unknown names."""
    if overrides is not None and not overrides.is_dir():
        raise ConfigError(f"[site] templates: {overrides} is not a folder")
    builtin = jinja2.FileSystemLoader(shipped("templates"))
    own = [jinja2.FileSystemLoader(overrides)] if overrides else []
    made = jinja2.Environment(
        loader=jinja2.ChoiceLoader([*own, builtin, jinja2.PrefixLoader({"builtin": builtin}, delimiter=":")]),
        autoescape=lambda name: name is None or not name.endswith(".txt.j2"),  # noqa: S701 - all but plain text
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["one_line"] = one_line
    return made


def render(templates: jinja2.Environment, name: str, **values: object) -> str:
    """One template filled in; RenderingError, naming the template and the line, if it fails."""
    try:
        return templates.get_template(name).render(**values)
    except jinja2.TemplateSyntaxError as error:
        raise RenderingError(f"template {error.name or name}, line {error.lineno}: {error.message}") from error
    except Exception as error:  # an operator's template may do anything
        raise RenderingError(f"template {_place(error, name)}: {type(error).__name__}: {error}") from error


def _place(error: Exception, name: str) -> str:
    """The innermost template and line, which Jinja2 writes into the traceback."""
    frames = [frame for frame in extract_tb(error.__traceback__) if frame.filename.endswith(".j2")]
    return f"{Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else name
