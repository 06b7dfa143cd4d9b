"""An operator's own templates: what they may change, and what they are told when it goes wrong."""

from pathlib import Path

import pytest

from digest.errors import ConfigError, RenderingError
from digest.rendering.mail import MailBodies, MailRenderer
from digest.rendering.templates import environment, render
from tests.rendering.builders import LEAVE, SITE, edition, three_papers


def written(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text)
    return folder


def bodies(folder: Path) -> MailBodies:
    return MailRenderer(SITE, environment(folder)).bodies(three_papers(), unsubscribe_url=LEAVE)[0]


def test_an_operator_replaces_one_block_and_keeps_the_rest(tmp_path: Path) -> None:
    written(
        tmp_path,
        "mail.html.j2",
        '{% extends "builtin:mail.html.j2" %}\n'
        '{% block masthead %}<tr><td style="{{ serif }}"><h1>{{ edition.date }}</h1></td></tr>{% endblock %}\n',
    )
    html = bodies(tmp_path).html
    assert "<h1>Monday 2 March 2026</h1>" in html
    assert "Georgia" in html
    assert html.count("<h1") == 1
    assert "Flat minima: why R² is not enough" in html


def test_a_template_that_is_not_replaced_stays_as_it_came(tmp_path: Path) -> None:
    written(tmp_path, "mail.html.j2", "{{ edition.subject }}")
    assert bodies(tmp_path).html == "Flat minima, and 2 more for Monday"
    assert "1. Flat minima: why R² is not enough" in bodies(tmp_path).plain


def test_an_operator_may_replace_the_plain_text_too(tmp_path: Path) -> None:
    written(
        tmp_path,
        "mail.txt.j2",
        '{% extends "builtin:mail.txt.j2" %}{% block foot %}{{ wrapped("Goodbye. " * 9) }}{% endblock %}',
    )
    assert bodies(tmp_path).plain.endswith("Goodbye.\nGoodbye.")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("one\n{% if %}", "template mail.html.j2, line 2: "),
        ("one\ntwo\n{{ edition.nothing }}", "template mail.html.j2, line 3: UndefinedError: "),
        ("{{ nobody }}", "template mail.html.j2, line 1: UndefinedError: 'nobody' is undefined"),
        ("\n{{ edition.papers + 1 }}", "template mail.html.j2, line 2: TypeError: "),
        ("{{ 1 / 0 }}", "template mail.html.j2, line 1: ZeroDivisionError: "),
        ('{% extends "builtin:mail.htm.j2" %}', "template mail.html.j2, line 1: TemplateNotFound: "),
        ('{% extends "builtin:mail.html.j2" %}{% block foot %}\n{{ x.y }}{% endblock %}', "mail.html.j2, line 2: "),
    ],
)
def test_a_mistake_names_the_template_and_the_line(tmp_path: Path, text: str, complaint: str) -> None:
    written(tmp_path, "mail.html.j2", text)
    with pytest.raises(RenderingError) as caught:
        bodies(tmp_path)
    assert complaint in str(caught.value)


def test_a_template_in_another_encoding_is_a_mistake_too(tmp_path: Path) -> None:
    (tmp_path / "mail.html.j2").write_bytes("Grüße".encode("latin-1"))
    with pytest.raises(RenderingError, match=r"template mail\.html\.j2"):
        bodies(tmp_path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"templates: .*nowhere is not a folder"):
        environment(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("name", "result"),
    [("own.html.j2", "&lt;b&gt; &amp; c"), ("own.j2", "&lt;b&gt; &amp; c"), ("own.txt.j2", "<b> & c")],
)
def test_everything_is_escaped_but_in_plain_text(tmp_path: Path, name: str, result: str) -> None:
    written(tmp_path, name, "{{ text }}")
    assert render(environment(tmp_path), name, text="<b> & c") == result


def test_a_template_taken_from_the_package_escapes_as_well(tmp_path: Path) -> None:
    written(tmp_path, "mail.html.j2", '{% extends "builtin:mail.html.j2" %}')
    html = MailRenderer(SITE, environment(tmp_path)).bodies(edition("<script>"), unsubscribe_url=LEAVE)[0].html
    assert "<script" not in html
