"""The Jinja2 environment: templates that come with the package, each of which an operator may replace.

A file of the same name in the operator's folder takes its place, and may build on it:
`{% extends "builtin:mail.html.j2" %}`. Whatever a template says in words goes through gettext, `{{ _("Save") }}`, and
is translated as the catalogue of the reader's language has it (`catalogues`).

A mail is made of `mail` (the frame; blocks preheader, masthead, corner, standfirst, papers, foot, ledger, thanks),
`mail-section` (a heading), `mail-paper`, `mail-why` (why a paper is there), `mail-between` (two papers) and `mail-row`
(a paper by its title), each as `.html.j2` and, but for `mail-why` and `mail-between`, as `.txt.j2`; `mail-looks` has
the colours, the type and the names of a paper's links. These are written once for many readers: `site`, `paper`, `row`,
`form` and `has` have values, to be tested and shown in any way;
`mail`, `section` and `item` have marks, in whose place a reader's own values are put later, and which can only be
shown. Letters (`letter-KIND`, by `mail.LetterKind`, built on `letter`) have values throughout, and so have entries of
feeds (`feed_entry`), but for marks in `note`, `votes` and each of `why`.
"""

from functools import lru_cache
from pathlib import Path
from traceback import extract_tb

import jinja2
from markupsafe import Markup, escape

from digest.errors import ConfigError, RenderingError
from digest.rendering import scripts
from digest.rendering.plain import one_line, wrapped
from digest.rendering.words import ENGLISH, Words
from digest.resources import shipped

_COMPILED = 32  # sets of templates with their languages


def environment(overrides: Path | None = None) -> jinja2.Environment:
    """Templates that escape everything they are given (`.html.j2`) or nothing (`.txt.j2`) and refuse unknown names."""
    if overrides is not None and not overrides.is_dir():
        raise ConfigError(f"[site] templates: {overrides} is not a folder")
    builtin = jinja2.FileSystemLoader(shipped("templates"))
    own = [jinja2.FileSystemLoader(overrides)] if overrides else []
    return _environment(
        jinja2.ChoiceLoader([*own, builtin, jinja2.PrefixLoader({"builtin": builtin}, delimiter=":")]), ENGLISH
    )


@lru_cache(maxsize=_COMPILED)
def translated(templates: jinja2.Environment, words: Words) -> jinja2.Environment:
    """The same templates, saying what they say in these words; compiled once for all who ask."""
    return _environment(templates.loader, words)


def _environment(loader: jinja2.BaseLoader | None, words: Words) -> jinja2.Environment:
    made = jinja2.Environment(
        loader=loader,
        autoescape=lambda name: name is None or not name.endswith(".txt.j2"),  # noqa: S701 - all but plain text
        extensions=["jinja2.ext.i18n"],
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,  # what is written from them is kept as well
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        words.gettext, words.ngettext, newstyle=True, pgettext=words.pgettext
    )
    made.filters |= {
        "one_line": one_line,
        "direction": scripts.direction,
        "language": scripts.language,
        "runs": _runs,
        "about": _about,
    }
    made.globals["wrapped"] = wrapped
    return made


def _runs(text: str) -> Markup:
    """Direction and language of a text from outside as attributes, where they are not what the page says."""
    direction = ' dir="rtl" align="right"' if scripts.direction(text) == "rtl" else ""  # Word's engine needs `align`
    language = scripts.language(text)
    return Markup(f'{direction} lang="{language}"' if language else direction)  # noqa: S704 - nothing of the text


def _about(message: str, title: str) -> str:
    """A message that was made with `\\0` for a title, with this one."""
    return message.replace("\0", escape(title))


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
