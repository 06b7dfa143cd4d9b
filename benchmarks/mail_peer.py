"""A mail as people write it: one Jinja2 template, css-inline over the page, EmailMessage, for every reader anew.

It says what ours says, in our words, and looks nearly as ours does.
"""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import css_inline
import jinja2

from digest.rendering.personal import Copy
from digest.rendering.settings import SiteSettings
from digest.rendering.view import LEAD_CHARACTERS, TEXT_CHARACTERS, PaperView, paper_view
from digest.rendering.words import ENGLISH

_HTML = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ copy.lines.subject }}</title>
<style>
body { margin: 0; padding: 0; background-color: #FBFAF7; color: #1B1A17; }
table.page { max-width: 600px; margin: 0 auto; background-color: #FBFAF7; }
td.small { padding: 16px 32px 0; font-family: Arial, sans-serif; font-size: 14px; line-height: 21px; color: #6B665D; }
td.name { padding: 28px 32px 16px; font-family: Georgia, serif; color: #1B1A17; }
td.text { padding: 0 32px; font-family: Georgia, Noto Serif, Times New Roman, serif; color: #1B1A17; }
td.standfirst { padding: 20px 32px 28px; font-family: Georgia, serif; font-size: 18px; color: #524E47; }
td.head { padding: 40px 32px 20px; }
table.rule { border-top: 1px solid #1B1A17; }
table.hair { border-top: 1px solid #DAD6CC; }
td.gap { padding: 28px 32px; }
td.thin { font-size: 0; line-height: 0; }
h1 { margin: 0; font-size: 36px; line-height: 40px; font-weight: 700; text-align: center; }
h2 { margin: 0; font-family: Arial, sans-serif; font-size: 16px; line-height: 24px; font-weight: 700; }
h2 span { font-weight: 400; color: #524E47; }
h3 { margin: 0; font-size: 20px; line-height: 26px; font-weight: 700; }
h3.lead { font-size: 26px; line-height: 32px; }
a { color: #1F5187; }
a.title { color: #1B1A17; text-decoration: none; }
p.note { margin: 6px 0 0; font-family: -apple-system, Segoe UI, Helvetica Neue, Arial, sans-serif; font-size: 15px;
  line-height: 22px; color: #524E47; }
p.note span { font-weight: 700; color: #1B1A17; }
p.abstract { margin: 10px 0 0; font-size: 16px; line-height: 26px; }
p.press { margin: 10px 0 0; font-family: -apple-system, Segoe UI, Helvetica Neue, Arial, sans-serif; font-size: 15px;
  line-height: 24px; }
p.row { margin: 0; font-size: 17px; line-height: 23px; }
@media (max-width: 480px) { td { padding-left: 20px !important; padding-right: 20px !important; } }
@media (prefers-color-scheme: dark) {
  body, table.page { background-color: #171614 !important; }
  h1, h2, h3, p { color: #EAE6DD !important; }
  a { color: #94B9E6 !important; }
}
</style></head>
<body><div role="main">
<table role="presentation" class="page" width="100%" align="center" cellpadding="0" cellspacing="0">
<tr><td class="small">{{ copy.lines.preheader }}</td></tr>
<tr><td class="name"><h1>{{ site.name }}</h1></td></tr>
<tr><td class="small">{{ copy.lines.date }} <a href="{{ copy.links.edition }}">Browser</a>
<a href="{{ copy.links.unsubscribe }}">Unsubscribe</a></td></tr>
<tr><td class="standfirst">{{ copy.lines.standfirst }}</td></tr>
{% for part, places in copy.parts %}
<tr><td class="head"><table role="presentation" class="rule" width="100%" cellpadding="0" cellspacing="0"><tr>
<td><h2>{{ part.heading }} <span>{{ part.aside }}</span></h2></td></tr></table></td></tr>
{% for place in places %}{% set paper = views[place.number] %}
<tr><td class="text">
<h3{% if place.number == 1 %} class="lead"{% endif %}><a class="title" href="{{ paper.url }}">{{ paper.title }}</a></h3>
<p class="note">{{ paper.byline }} · {{ paper.categories }}{% if place.note %} · {{ place.note }}{% endif %}</p>
<p class="note"><span>{{ place.percent }}</span> {{ place.mark }} {{ whys[place.number] | join(" · ") }}</p>
<p class="abstract">{{ paper.abstract or paper.no_abstract }}</p>
<p class="press"><a href="{{ paper.pdf_url }}" aria-label="PDF of {{ paper.title }}">PDF</a>&emsp;
{% if place.code %}<a href="{{ place.code }}" aria-label="Code of {{ paper.title }}">Code</a>&emsp;{% endif %}
<a href="{{ votes }}/{{ place.number }}/more" aria-label="More like {{ paper.title }}">More like this</a>&emsp;
<a href="{{ votes }}/{{ place.number }}/less" aria-label="Less like {{ paper.title }}">Less like this</a>&emsp;
<a href="{{ votes }}/{{ place.number }}/save" aria-label="Save {{ paper.title }}">Save</a></p>
</td></tr>
{% if not loop.last %}
<tr><td class="gap"><table role="presentation" class="hair" width="100%" cellpadding="0" cellspacing="0"><tr>
<td class="thin">&nbsp;</td></tr></table></td></tr>
{% endif %}{% endfor %}{% endfor %}
{% for listed in copy.listed %}
<tr><td class="head"><table role="presentation" class="rule" width="100%" cellpadding="0" cellspacing="0"><tr>
<td><h2>{{ listed.heading }} <span>{{ listed.aside }}</span></h2></td></tr></table></td></tr>
{% for shelf, row in listed.rows %}
<tr><td class="text"><p class="row"><a class="title" href="{{ shelf.paper.abstract_url }}">{{ shelf.title }}</a></p>
<p class="note">{{ row.facts }}</p></td></tr>
{% endfor %}{% endfor %}
<tr><td class="small">{{ copy.lines.ledger }}</td></tr>
<tr><td class="small"><a href="{{ copy.links.settings }}">Change interests, hour or days</a>&emsp;
<a href="{{ copy.links.settings }}#pause">Pause</a>&emsp;<a href="{{ copy.links.settings }}#feed">Your feed</a>&emsp;
<a href="{{ copy.links.unsubscribe }}">Unsubscribe</a></td></tr>
<tr><td class="small">{{ copy.lines.why_you }}</td></tr>
</table></div></body></html>
"""
_PLAIN = """{{ copy.lines.preheader }}

{{ site.name }}
{{ copy.lines.date }}

{{ copy.lines.standfirst | wordwrap(72) }}
{% for part, places in copy.parts %}

{{ part.heading }}: {{ part.aside }}
{% for place in places %}{% set paper = views[place.number] %}
{{ place.number }}. {{ paper.title | wordwrap(72) }}
{{ (paper.byline ~ " · " ~ paper.categories ~ " " ~ place.note) | wordwrap(72) }}
{{ (place.percent ~ " " ~ place.mark ~ " " ~ whys[place.number] | join(" · ")) | wordwrap(72) }}

{{ paper.abstract | wordwrap(72) }}

{{ paper.url }}
{{ paper.pdf_url }}
{% if place.code %}{{ place.code }}
{% endif %}{{ votes }}/{{ place.number }}/more
{{ votes }}/{{ place.number }}/less
{{ votes }}/{{ place.number }}/save
{% endfor %}{% endfor %}
{% for listed in copy.listed %}

{{ listed.heading }}: {{ listed.aside }}
{% for shelf, row in listed.rows %}
{{ shelf.title | wordwrap(72) }} {{ row.facts }}
{{ shelf.paper.abstract_url }}
{% endfor %}{% endfor %}

{{ copy.lines.ledger | wordwrap(72) }}
{{ copy.links.settings }}
{{ copy.links.unsubscribe }}
{{ copy.lines.why_you | wordwrap(72) }}
"""


@dataclass(frozen=True, slots=True)
class Worded:
    """A copy with its papers in words."""

    copy: Copy
    views: dict[int, PaperView]  # by number
    whys: dict[int, tuple[str, ...]]  # by number


class PeerMail:
    """Templates and inliner are made once, as their documentation advises."""

    def __init__(self, site: SiteSettings) -> None:
        templates = jinja2.Environment(autoescape=True)
        templates.globals |= {"site": site}
        self._html = templates.from_string(_HTML)
        self._plain = templates.overlay(autoescape=False).from_string(_PLAIN)
        self._inliner = css_inline.CSSInliner(keep_style_tags=True, keep_at_rules=True, load_remote_stylesheets=False)
        self._policy = SMTP.clone(max_line_length=998)
        self._site = site

    def write(self, worded: Worded, *, to: str, message_id: str, now: datetime) -> bytes:
        message = EmailMessage(policy=self._policy)
        message["From"] = f"{self._site.name} <{self._site.sender}>"
        message["To"] = to
        message["Subject"] = worded.copy.lines.subject
        message["Date"] = format_datetime(now)
        message["Message-ID"] = message_id
        message["List-Id"] = "<digest.example.org>"
        message["List-Unsubscribe"] = f"<{worded.copy.links.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message["Auto-Submitted"] = "auto-generated"
        message["Precedence"] = "list"
        message["Feedback-ID"] = "daily:example.org"
        given = {"copy": worded.copy, "views": worded.views, "whys": worded.whys, "votes": worded.copy.links.edition}
        message.set_content(self._plain.render(given))
        page = self._inliner.inline(self._html.render(given))
        message.add_alternative(page, subtype="html")
        return message.as_bytes()


def worded(copy: Copy) -> Worded:
    """What the peer is given."""
    limits = [LEAD_CHARACTERS, *[TEXT_CHARACTERS] * len(copy.places)]
    views = {
        place.number: paper_view(place.shelf.paper, ENGLISH, limit=limit)
        for place, limit in zip(copy.places, limits, strict=False)
    }
    return Worded(copy, views, {place.number: ENGLISH.why(place.item) for place in copy.places})
