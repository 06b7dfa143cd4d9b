"""The pure rules of what is the same work: one canonical key for each.

Ids, DOIs, titles and names go in as anybody writes them; keys come out, and None where a text says too little.
"""

import hashlib
import html
import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import NewType
from urllib.parse import quote, unquote

# Canonical key, a scheme and a value: "arxiv:2601.10962", "arxiv:math/0306266", "doi:10.1101/2024.01.02.573915",
# "title:…" (a fingerprint), "entry:…" (an entry of one feed or file that has no other name).
PaperId = NewType("PaperId", str)

# ------------------------------------------------------------ arXiv ids

# https://info.arxiv.org/help/arxiv_identifier.html
_NEW_STYLE = re.compile(r"(?P<year>\d{2})(?P<month>0[1-9]|1[0-2])\.\d{4,5}", re.ASCII)
_USUAL = re.compile(r"(?:https?://arxiv\.org/abs/)?(\d{2}(?:0[1-9]|1[0-2])\.\d{4,5})(?:v[1-9]\d*)?", re.ASCII)
_OLD_STYLE = re.compile(
    r"(?P<archive>[a-z]+(?:-[a-z]+)?)(?:\.[A-Z]{2})?/(?P<year>\d{2})(?P<month>0[1-9]|1[0-2])\d{3}", re.ASCII
)
_DECORATION = re.compile(
    r"^(?:(?:https?://)?(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)/|oai:arXiv\.org:|arxiv:)", re.I
)
_VERSION = re.compile(r"v[1-9]\d*$", re.ASCII)


def arxiv_id(text: str) -> str | None:
    """The bare arXiv id in an id, URL, `arXiv:` or OAI spelling, without version; None where there is none."""
    usual = _USUAL.fullmatch(text)
    if usual is not None:
        return usual[1]
    address = re.split(r"[?#]", text.strip())[0].rstrip("/")
    bare = _VERSION.sub("", _DECORATION.sub("", address).removesuffix(".pdf"))
    if _NEW_STYLE.fullmatch(bare):
        return bare
    if _OLD_STYLE.fullmatch(bare):
        archive, _, number = bare.partition("/")
        return f"{archive.partition('.')[0]}/{number}"
    return None


def paper_id(arxiv: str) -> PaperId:
    """The canonical key of an arXiv paper, from its bare id."""
    return PaperId(f"arxiv:{arxiv}")


def month_of(arxiv: str) -> date:
    """The first day of the month in which arXiv gave the id, which it does on announcing the paper."""
    found = _NEW_STYLE.fullmatch(arxiv) or _OLD_STYLE.fullmatch(arxiv)
    if found is None:
        raise ValueError(f"not an arXiv id: {arxiv!r}")
    year = int(found["year"])
    return date(year + (1900 if year > 90 else 2000), int(found["month"]), 1)


# ------------------------------------------------------------ DOIs

# https://www.doi.org/doi-handbook/HTML/doi-name-syntax.html; the prefix is what Crossref's own pattern takes.
_DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/\S+", re.ASCII)
_LONGEST_DOI = 2000  # characters, with all that stands around it
_BEFORE_DOI = re.compile(
    r"""^(?:[\s(\[{<"'“‘«]|(?:https?:)?//(?:dx\.|www\.)?doi\.org/|(?:dx\.|www\.)?doi\.org/|doi[:\s]|info:doi/|urn:doi:
    |https?://(?:www\.|connect\.)?(?:bio|med)rxiv\.org/content/)+""",
    re.X,
)
_AFTER_DOI = re.compile(r"(?:\?|&(?=[\w.-]+=)|\#(?=\w)).*", re.S)  # what is left of an address
_ENDS = frozenset(".,;:!?'\"’”»…*/([{<")
_BRACKETS = {")": "(", "]": "[", "}": "{", ">": "<"}
_SICI_END = re.compile(r"\.co;2-[^\s.,;]$")  # a SICI ends in a check character, which may be "#" (ANSI/NISO Z39.56)
# bioRxiv's and medRxiv's addresses: 10.1101/2024.01.02.573915v2.full. Letters after 10.1101/ are a journal's.
_OPENRXIV = re.compile(r"(10\.(?:1101|64898)/(?:\d{4}\.\d\d\.\d\d\.)?\d{5,})(?:v\d+)?(?:[./][a-z].*)?", re.ASCII)
_ARXIV_DOI = "10.48550/arxiv."
# Where authors themselves register what no journal has taken yet: such a DOI and a journal's may name one work.
_PREPRINT = re.compile(
    r"""10\.(?:
      (?:1101|64898)/(?:\d{4}\.\d\d\.\d\d\.)?\d+$  # bioRxiv, medRxiv
    | 312(?:19|2\d|3[0-7])/                     # OSF, PsyArXiv, SocArXiv, EarthArXiv and others that it hosts
    | (?:31730|32942|33767|34055|35542|35543)/  # AfricArXiv, EcoEvoRxiv, MediArXiv, BodoArXiv, EdArXiv, IndiaRxiv
    | (?:21203|26434|33774|20944|2139)/         # Research Square, ChemRxiv (two), Preprints.org, SSRN
    | (?:36227|22541|12688|26124)/              # TechRxiv, Authorea, VeriXiv, MitoFit
    | (?:31124|32388|51094)/                    # Advance, Qeios, Jxiv
    | 48550/arxiv\. | 5281/zenodo\. | 6084/m9\.figshare\. | 13140/rg\.
    | 1002/essoar\. | 1038/npre\. | 1590/scielopreprints\. | 2196/preprints\. | 3762/bxiv\. | 5194/egusphere-
    | 7287/peerj\.preprints\.
    )""",
    re.X | re.ASCII,
)


def doi(text: str) -> str | None:
    """The bare DOI in lower case (DOIs ignore case) in a DOI, URL or `doi:` spelling; None where there is none.

    Brackets, punctuation and what is left of an address are cut off; the versions of a bioRxiv preprint share one DOI.
    """
    if len(text) > _LONGEST_DOI:
        return None
    bare = _without_end(_AFTER_DOI.sub("", _BEFORE_DOI.sub("", _decoded(text))))
    preprint = _OPENRXIV.fullmatch(bare)
    bare = preprint[1] if preprint else bare
    return bare if _DOI.fullmatch(bare) and bare.isprintable() and "\ufffd" not in bare else None


def _decoded(text: str) -> str:
    """In lower case, without percent-encoding and entities, however often they were put on."""
    plain, before = text.strip().casefold(), ""
    while plain != before:
        before, plain = plain, unquote(plain).casefold()
        for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
            plain = plain.replace(entity, character)
    return plain.strip()


def _without_end(bare: str) -> str:
    """Without the punctuation of the sentence around it; brackets of its own stay."""
    while bare and not _SICI_END.search(bare):
        opening = _BRACKETS.get(bare[-1])
        if bare[-1] not in _ENDS and (opening is None or bare.count(opening) >= bare.count(bare[-1])):
            break
        bare = bare[:-1]
    return bare


def doi_id(text: str) -> PaperId | None:
    """The key of a work by its DOI, which for arXiv's own DOIs is the arXiv id; None where the text holds no DOI."""
    bare = doi(text)
    if bare is None:
        return None
    named = re.sub(r"\.[a-z]{2}(?=/)", "", bare.removeprefix(_ARXIV_DOI))  # math.gt/0306266
    arxiv = arxiv_id(named) if bare.startswith(_ARXIV_DOI) else None
    return paper_id(arxiv) if arxiv else PaperId(f"doi:{bare}")


def doi_of(key: PaperId) -> str:
    """The DOI that a key is made of; "" where it is another name."""
    return key.removeprefix("doi:") if key.startswith("doi:") else ""


def is_preprint(doi: str) -> bool:
    """Whether a bare DOI is one of a preprint server or repository, and so says nothing of a publication."""
    return bool(_PREPRINT.match(doi.casefold()))


# ------------------------------------------------------------ titles and names

_LEAST_WORDS = 4
_MARKUP = re.compile(r"</?[a-z][^<>]*>", re.I)
_ACCENT = re.compile(r"\\(?:[`'^\"~=.]|[Hbcdkrtuv](?![A-Za-z]))\s*")
_COMMAND = re.compile(r"\\([A-Za-z]+)\s*")
_FACE = re.compile(
    r"(?:math|text|bold)[a-z]*|emph|underline|operatorname|ensuremath|mbox|url|(?:bf|it|rm|sc|sf|sl|tt|em|cal)"
)
# Signs that are no letters in Unicode, and letters whose name in TeX is another.
_SIGNS = frozenset(
    "forall exists times cdot pm mp to rightarrow leftarrow leftrightarrow mapsto infty sim simeq approx equiv neq le "
    "leq ge geq ll gg in subset cup cap otimes oplus star ast dagger prime circ bullet partial nabla sqrt perp "
    "parallel langle rangle ldots cdots dots left right".split()
)
_LETTERS = {"aa": "a", "AA": "A", "ell": "l"}
_DELETED = dict.fromkeys(map(ord, "$\\{}'’‘`´ʼ′"), "") | {ord("~"): " ", ord("&"): " and "}
_BLANKS = {code: " " for code in range(128) if not chr(code).isalnum()}
_PLAIN = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
# Chinese characters and kana, which are written without blanks; and with them Hangul, which names are.
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")
# What journals print again and again, or about other works.
_GENERIC = re.compile(
    r"""\W*(?:(?:author|publisher)s?\scorrection\b|corrections?(?::|\sto\b)|corrigend|errat(?:um|a)\b|addend(?:um|a)\b
    |(?:retraction|withdrawal)(?:\s(?:note|notice))?(?::|\s(?:to|of)\b)|(?:retracted|withdrawn)\b|expression\sof\sconcern
    |(?:guest\s)?editor(?:ial|s)\b|(?:authors?\s)?repl(?:y|ies)(?::|\sto\b)|comments?(?::|\son\b)
    |response\sto\s(?:(?:the|a)\s)?(?:comment|letter|editor|review|referee)|letters?\sto\s(?:the\s)?editor
    |introduction(?:\sto)?(?:\s(?:the|this|our))?\s(?:special|theme|thematic|focus|topical)\b
    |preface\b|foreword\b|in\sthis\sissue|issue\sinformation|table\sof\scontents|obituary\b|in\smemoriam\b|book\sreview)""",
    re.X | re.I,
)
_SIDE_NOTE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_NEXT_NAME = re.compile(r"[,;]|(?:^|\s)(?:and|et\sal)\b", re.I)
_LONGEST_NAME = 300  # characters of a name that are read; some print all authors as one
_USUAL_NAME = re.compile(r"(?:[A-Z][a-z]+ ){1,4}([A-Z][a-z]{3,30})")  # most names, whose last word is the surname
_NO_NAMES = frozenset("jr sr ii iii iv phd md msc collaboration collaborations consortium group team".split())


def fingerprint(title: str, authors: Sequence[str]) -> PaperId | None:
    """The key of a work by its title and first author; None where they are too little to tell works apart.

    The title counts by its letters and digits alone, the author by the surname: benchmarks/identity.py measures why.
    """
    plain = _readable(title)
    words = _folded(plain).split()
    surname = next(filter(None, map(_surname, authors)), "")
    if sum(map(_counted, words)) < _LEAST_WORDS or _GENERIC.match(plain) or not surname:
        return None
    told = f"{''.join(words)}/{surname}"
    return PaperId(f"title:{hashlib.blake2b(told.encode(), digest_size=12).hexdigest()}")


def _readable(text: str) -> str:
    """Without entities, tags, TeX's commands and apostrophes."""
    plain = html.unescape(text) if "&" in text else text
    plain = _MARKUP.sub("", plain) if "<" in plain else plain
    if "\\" in plain:
        plain = _COMMAND.sub(_named, _ACCENT.sub("", plain))
    return plain.translate(_DELETED)


def _named(command: re.Match[str]) -> str:
    r"""The letters that a command stands for: \alpha, \varphi and \o by name, none for \mathcal and \times."""
    name = command[1]
    return "" if name in _SIGNS or _FACE.fullmatch(name) else _LETTERS.get(name, name.removeprefix("var"))


def _folded(text: str) -> str:
    """Letters and digits of any spelling as one, in lower case; everything else as blanks."""
    if text.isascii():
        return text.lower().translate(_BLANKS)
    return "".join(map(_plain, unicodedata.normalize("NFKD", text).casefold()))


@lru_cache(maxsize=20_000)
def _plain(character: str) -> str:
    if unicodedata.category(character) in {"Mn", "Mc", "Me", "Cf"}:
        return ""
    if not character.isalnum():
        return " "
    greek = re.fullmatch(r"GREEK SMALL LETTER (\w+)", unicodedata.name(character, ""))
    return greek[1].casefold().replace("lamda", "lambda") if greek else _PLAIN.get(character, character)


def _counted(word: str) -> int:
    """How many words a word is: a number is none, and two Chinese characters are one."""
    if word.isascii():
        return not word.isdigit()
    return max(1, len(_UNSPACED.findall(word)) // 2) if any(map(str.isalpha, word)) else 0


@lru_cache(maxsize=1 << 14)
def _surname(name: str) -> str:
    """The last word of a surname, folded: "berg" of "Ada van den Berg, Jr.", "BERG, Ada van den" and "van den Berg A".

    A name in Chinese, Japanese or Korean script is taken whole; "" where there is none.
    """
    usual = _USUAL_NAME.fullmatch(name)
    if usual is not None and usual[1].lower() not in _NO_NAMES and "And " not in name:
        return usual[1].lower()
    plain = _SIDE_NOTE.sub(" ", _readable(name[:_LONGEST_NAME]))
    if _EAST_ASIAN.search(plain):
        return "".join(_folded(plain).split())
    family = next(filter(str.strip, _NEXT_NAME.split(plain)), "").replace(".", " ")
    words = [word for word in family.split() if _folded(word).strip() not in _NO_NAMES]
    in_capitals = family.isupper()
    while len(words) > 1 and _is_initials(words[-1], in_capitals):
        words.pop()
    return (_folded(words[-1]).split() or [""])[-1] if words else ""


def _is_initials(word: str, in_capitals: bool) -> bool:
    """Whether a word stands for given names, as J, JMA or J-P does after a surname; LI does not after WEI."""
    letters = "".join(filter(str.isalpha, word))
    return len(letters) < 2 or (len(letters) < 4 and letters.isupper() and not in_capitals)


# ------------------------------------------------------------ keys


def entry_id(place: str, name: str) -> PaperId:
    """The key of an entry that has a name only within one feed or file."""
    named = f"{place} {name}".encode(errors="surrogatepass")
    return PaperId(f"entry:{hashlib.blake2b(named, digest_size=12).hexdigest()}")


def scheme_of(key: PaperId) -> str:
    """`arxiv`, `doi`, `title` or `entry`."""
    return key.partition(":")[0]


def address_of(key: PaperId) -> str:
    """Where a work is read about, by its key; "" where the key does not tell."""
    scheme, _, value = key.partition(":")
    places = {"arxiv": "https://arxiv.org/abs/", "doi": "https://doi.org/"}
    return f"{places[scheme]}{quote(value, safe='/:.;()-_')}" if scheme in places else ""


class Rule(StrEnum):
    """What makes two keys name one work."""

    NAMED = "named"  # a source gives both
    TITLE = "title-and-author"  # they have the same fingerprint
    OPERATOR = "operator"


_STRENGTH = ("arxiv", "doi", "title", "entry")


def strength(key: PaperId) -> tuple[int, bool, str]:
    """The lower, the better to keep a work under: arXiv's before a DOI before any other, a preprint's DOI before a
    journal's.
    """
    return _STRENGTH.index(scheme_of(key)), not is_preprint(doi_of(key)), key


def stronger(one: PaperId, other: PaperId) -> PaperId:
    """The key under which a work with both is kept."""
    return min(one, other, key=strength)


def may_be_one(one: PaperId, other: PaperId) -> bool:
    """Whether two keys can name one work at all: two arXiv ids cannot, nor can the DOIs of two journals."""
    schemes = scheme_of(one), scheme_of(other)
    if one == other or schemes[0] != schemes[1]:
        return True
    if schemes[0] == "doi":
        return is_preprint(doi_of(one)) or is_preprint(doi_of(other))
    return schemes[0] != "arxiv"
