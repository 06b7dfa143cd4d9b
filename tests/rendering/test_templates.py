"""An operator's own templates: what they may change, and what they are told when it goes wrong."""

from pathlib import Path

import pytest

from digest.errors import ConfigError, RenderingError
from digest.rendering.mail import MailBodies, MailRenderer
from digest.rendering.templates import environment, render
from digest.resources import shipped
from tests.rendering.builders import LINKS, SITE, edition, reader, three_papers


def written(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text)
    return folder


def bodies(folder: Path) -> MailBodies:
    return MailRenderer(SITE, environment(folder)).bodies(three_papers(), reader=reader(), links=LINKS)


def test_an_operator_replaces_one_block_and_keeps_the_rest(tmp_path: Path) -> None:
    written(
        tmp_path,
        "mail.html.j2",
        '{% extends "builtin:mail.html.j2" %}\n'
        '{% block masthead %}<tr><td style="{{ look.serif }}"><h1>{{ mail.date }}</h1></td></tr>{% endblock %}\n',
    )
    html = bodies(tmp_path).html
    assert "<h1>Monday 2 March 2026</h1>" in html
    assert "Georgia" in html
    assert html.count("<h1") == 1
    assert "Flat minima: why R² is not enough" in html


def test_a_template_that_is_not_replaced_stays_as_it_came(tmp_path: Path) -> None:
    written(tmp_path, "mail.html.j2", "{{ mail.subject }}")
    assert bodies(tmp_path).html == "An author you follow: Ada Ames, and 2 more"
    assert "1. Flat minima: why R² is not enough" in bodies(tmp_path).plain


def test_an_operator_changes_how_a_paper_is_shown(tmp_path: Path) -> None:
    written(
        tmp_path,
        "mail-paper.html.j2",
        "<tr><td>{{ paper.title }}{% if form.why %} ({{ item.why }}){% endif %} "
        '<a href="{{ item.votes }}/more">+</a></td></tr>\n',
    )
    written(tmp_path, "mail-why.html.j2", "{% if form.percent %}{{ item.percent }}{% else %}new{% endif -%}\n")
    html = bodies(tmp_path).html
    assert '<tr><td>Flat minima: why R² is not enough (91\u00a0%) <a href="https://paperround.example/e/' in html
    assert "code “safe”? (new) <a" in html
    assert '/2/more">+</a></td></tr>' in html
    assert "Trending" in html


def test_colours_are_changed_in_one_place(tmp_path: Path) -> None:
    looks = (shipped("templates") / "mail-looks.html.j2").read_text(encoding="utf-8")
    written(tmp_path, "mail-looks.html.j2", looks.replace("#1F5187", "#006633"))
    html = bodies(tmp_path).html
    assert html.count("#006633") > 10
    assert "#1F5187" not in html


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
        ("one\ntwo\n{{ mail.nothing }}", "template mail.html.j2, line 3: UndefinedError: "),
        ("{{ nobody }}", "template mail.html.j2, line 1: UndefinedError: 'nobody' is undefined"),
        ("\n{{ mail.subject + 1 }}", "template mail.html.j2, line 2: TypeError: "),
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
    html = MailRenderer(SITE, environment(tmp_path)).bodies(edition("<script>"), reader=reader(), links=LINKS).html
    assert "<script" not in html


def test_a_template_that_fails_for_one_paper_fails_for_those_who_get_it_alone(tmp_path: Path) -> None:
    written(tmp_path, "mail-paper.txt.j2", "{{ paper.title }}{{ 1 / (paper.title != 'Noise') }}\n")
    renderer = MailRenderer(SITE, environment(tmp_path))
    for _ in range(2):
        with pytest.raises(RenderingError, match=r"mail-paper\.txt\.j2, line 1: ZeroDivisionError"):
            renderer.bodies(edition("Flat minima", "Noise"), reader=reader(), links=LINKS)
        assert "Flat minima1.0" in renderer.bodies(edition("Flat minima"), reader=reader(), links=LINKS).plain
