"""Links that authors print in the abstract and the comment: a Paper in, signals of its repositories and pages out.

Repositories on GitHub, GitLab, Bitbucket, Codeberg and Hugging Face are CODE, each by its root. Pages of the kind
`owner.github.io`, and owners and collections without a repository, are PROJECT. What authors print is prose in TeX:
addresses are wrapped, escaped, broken by spaces, and followed by whatever ends the sentence.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from digest.papers import Paper
from digest.signals import CODE, PROJECT, Signal

SOURCE = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One address: https, the host in lower case, the rest as printed."""

    name: str  # signals.CODE or signals.PROJECT
    url: str


def code_links(paper: Paper, *, now: datetime) -> tuple[Signal, ...]:
    """At most one signal CODE and one PROJECT: all such addresses in the paper's own words, in order, each once."""
    found: dict[str, Link] = {}
    for text in (paper.abstract, paper.comment):
        for link in links(text):
            found.setdefault(link.url.casefold(), link)
    told = {name: tuple(link.url for link in found.values() if link.name == name) for name in (CODE, PROJECT)}
    return tuple(
        Signal(subject=paper.id, name=name, value=urls, source=SOURCE, observed_at=now)
        for name, urls in told.items()
        if urls
    )


def links(text: str) -> Iterator[Link]:
    """The addresses of repositories and project pages in a text, in order; one that stands there twice comes twice."""
    text, end = _plain(text) if _HINT.search(text) else "", 0
    while found := _HOST.search(text, end):
        host = found["host"].lower().removeprefix("www.")
        read = _READERS.get(host) or (_page if host.endswith(_PAGES) else _gitlab)
        path, end = _path(text, found, may_be_broken=read is not _page)
        link = read(host, [part for part in path.rstrip(".").split("/") if part.strip(".")])
        if link is not None:
            yield link


# ------------------------------------------------------------ text

_HINT = re.compile(r"git|hugging|hf\.co|bitbucket|codeberg", re.I)  # spares most texts the rest
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_BREAK = re.compile(r"\\(?:allowbreak|linebreak|newline)\b\s*")
_ESCAPE = re.compile(r"\{\\([_#%&~-])\}|\\([_#%&~-])")
_HREF = re.compile(r"\\href\s*\{([^{}]*)\}\s*\{((?:[^{}]|\{[^{}]*\})*)\}")
_SPACED_SCHEME = re.compile(r"\b(https?)\s?:(?:\s?/){1,2}\s?")
_SPACED_HOST = re.compile(r"\b(github|gitlab|huggingface)(?:\s\.\s?|\.\s)(com|io|co)\b(?=\s?/)", re.I)
_SPACED_PAGE = re.compile(r"(?<=//)([\w-]{1,63}[.-])\s(?=(?:[\w-]{1,63}\.)?git(?:hub|lab)\.io\b)", re.I)


def _plain(text: str) -> str:
    """A text in which addresses stand as a browser takes them, so far as this does not need their parts."""
    text = _BREAK.sub("", _INVISIBLE.sub("", text))
    text = _ESCAPE.sub(lambda found: found[1] or found[2], text)
    text = _SPACED_SCHEME.sub(r"\1://", text)
    text = _SPACED_PAGE.sub(r"\1", _SPACED_HOST.sub(r"\1.\2", text))
    return _HREF.sub(_target, text)


def _target(href: re.Match[str]) -> str:
    """Where a TeX link leads; what it shows, which may be cut short, only where it leads nowhere."""
    target, shown = href.groups()
    return f" {target if any(links(target)) else shown} "


_PAGES = (".github.io", ".gitlab.io")
_HOST = re.compile(
    r"""(?:https?://|//|git@|(?<![\w@./-])|(?<=\sat))
    (?P<host>
        (?:www\.)?(?:github\.com|huggingface\.co|hf\.co|bitbucket\.org|codeberg\.org)
      | (?:[a-z0-9-]{1,63}\.){1,5}git(?:hub|lab)\.io
      | [a-z0-9-]{0,63}gitlab[a-z0-9-]{0,63}(?:\.[a-z0-9-]{1,63}){1,5}
    )
    (?![\w-]|\.(?-i:[a-z0-9]))""",
    re.I | re.X,
)
_PATH = re.compile(r"[A-Za-z0-9._+%/-]*")
_NEXT = re.compile(r"\s+[A-Za-z0-9][A-Za-z0-9._+/-]*+(?!\S*://)")
_GLUED = re.compile(r"\.[A-Z][a-z]+$")
_WORD = re.compile(r"[A-Za-z]?[a-z]*")  # of plain prose
_LONGEST = 200


def _path(text: str, host: re.Match[str], *, may_be_broken: bool) -> tuple[str, int]:
    """What follows the slash after a host, and where the address ends."""
    end = host.end()
    if text[end : end + 1] != (":" if host[0].startswith("git@") else "/"):
        return "", end
    path, end = _piece(_PATH, text, end + 1)
    while may_be_broken and len(path) < _LONGEST:
        following, then = _piece(_NEXT, text, end)
        if not _goes_on(path, following.strip(), text[then : then + 1]):
            break
        path, end = path + following.strip(), then
    return (_GLUED.sub("", path) if text[end : end + 1] == ":" else path), end  # "owner/name.Warning: …"


def _piece(pattern: re.Pattern[str], text: str, start: int) -> tuple[str, int]:
    found = pattern.match(text, start)
    return (found[0], found.end()) if found else ("", start)


def _goes_on(path: str, following: str, then: str) -> bool:
    """Whether a path that a space ends goes on after it: "github.com/owner/ name", "…/name- V2"."""
    if all(map(_WORD.fullmatch, following.rstrip(".").split("/"))):
        return False
    depth = path.removeprefix("datasets/").removeprefix("spaces/").count("/")
    if path.endswith(("-", "_")) or (depth == 1 and path.endswith("/")):
        return then != ":"
    return depth == 0 and "/" in following and following[0].isalpha() and "." not in path


# ------------------------------------------------------------ hosts

_OWNER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}(?:_[A-Za-z0-9]+)?")
_PLACEHOLDER = re.compile(
    r"x{2,}|your[_-]?(?:name|org|project|repo|user|username)|anonymi[sz]ed-link|anonymous|username", re.I
)
_NO_OWNER = frozenset("about apps collections enterprise explore features login marketplace search topics".split())
_NO_REPOSITORY = frozenset("blog chat docs join learn login models papers posts pricing settings tasks".split())
_KINDS = frozenset({"datasets", "spaces"})


def _github(host: str, parts: Sequence[str]) -> Link | None:
    if parts and parts[0] in {"orgs", "sponsors"}:
        parts = parts[1:2]
    if not parts or not _OWNER.fullmatch(parts[0]) or parts[0].lower() in _NO_OWNER:
        return None
    return _repository(host, parts[:2])


def _gitlab(host: str, parts: Sequence[str]) -> Link | None:
    """A project may stand at any depth below a group; after it comes `/-/`, or one of its pages by an older name."""
    inside = next((n for n, part in enumerate(parts) if part == "-" or (n > 1 and part in {"tree", "blob"})), None)
    return _repository(host, parts[:inside])


def _huggingface(_: str, parts: Sequence[str]) -> Link | None:
    host = "huggingface.co"
    if not parts or parts[0] in _NO_REPOSITORY:
        return None
    if parts[0] == "collections":
        return Link(name=PROJECT, url=f"https://{host}/{'/'.join(parts[:3])}") if len(parts) > 1 else None
    kind = [part for part in parts[:1] if part in _KINDS]
    return _repository("/".join([host, *kind]), parts[len(kind) :][:2])


def _two_names(host: str, parts: Sequence[str]) -> Link | None:
    return _repository(host, parts[:2])


def _page(host: str, parts: Sequence[str]) -> Link:
    return Link(name=PROJECT, url="/".join([f"https://{host}", *parts]))


def _repository(place: str, parts: Sequence[str]) -> Link | None:
    """A repository by its root, or its owner alone; None for a place that is still to be filled in."""
    names = [part.rstrip(".").removesuffix(".git").rstrip(".") for part in parts]
    if not names or not all(names) or any(map(_PLACEHOLDER.fullmatch, names)):
        return None
    if len(names) == 1 and names[0].endswith("-"):  # cut off in the middle
        return None
    return Link(name=CODE if len(names) > 1 else PROJECT, url="/".join([f"https://{place}", *names]))


_READERS = {
    "github.com": _github,
    "huggingface.co": _huggingface,
    "hf.co": _huggingface,
    "bitbucket.org": _two_names,
    "codeberg.org": _two_names,
}
