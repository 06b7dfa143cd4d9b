"""Libraries as programs export them, small, and written by hand."""

RIS = """TY  - JOUR
TI  - Flat minima of wide valleys
AU  - Ames, Ada
AU  - Berg, Bo
DO  - 10.1000/182
ER  -

TY  - GEN
T1  - Transient dynamics of everything
  and of the rest
A1  - Yang, Ning
UR  - https://arxiv.org/abs/2601.10962v2
ER  -
TY  - UNPB
TI  - Without an end
N1  - arXiv:2601.00001 [cs]
"""

CSL = """[
 {"id": "ames", "type": "article-journal", "title": "Flat minima", "DOI": "10.1000/182",
  "author": [{"family": "Berg", "given": "Ada", "non-dropping-particle": "van den"}, {"literal": "ATLAS"}]},
 {"id": 2, "title": "A preprint", "note": "arXiv:2601.10962 [cs]", "author": "nobody"},
 "nonsense", {}
]"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:z="http://www.zotero.org/namespaces/export#"
 xmlns:dcterms="http://purl.org/dc/terms/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:bib="http://purl.org/net/biblio#" xmlns:foaf="http://xmlns.com/foaf/0.1/">
 <bib:Article rdf:about="#item_1">
  <z:itemType>journalArticle</z:itemType>
  <dcterms:isPartOf><bib:Journal><dc:title>J. Tides</dc:title><dc:identifier>DOI 10.1000/182</dc:identifier>
  </bib:Journal></dcterms:isPartOf>
  <bib:authors><rdf:Seq><rdf:li><foaf:Person><foaf:surname>Ames</foaf:surname><foaf:givenName>Ada</foaf:givenName>
  </foaf:Person></rdf:li></rdf:Seq></bib:authors>
  <dc:title>Flat minima</dc:title>
 </bib:Article>
 <rdf:Description rdf:about="https://arxiv.org/abs/2601.10962">
  <z:itemType>preprint</z:itemType>
  <dc:title>Transient dynamics</dc:title>
  <dc:identifier><dcterms:URI><rdf:value>https://arxiv.org/abs/2601.10962</rdf:value></dcterms:URI></dc:identifier>
  <dc:description>arXiv:2601.10962 [cs]</dc:description>
 </rdf:Description>
 <z:Attachment rdf:about="#item_3"><z:itemType>attachment</z:itemType><dc:title>PDF</dc:title></z:Attachment>
 <z:Collection rdf:about="#collection_1"><dc:title>Robots</dc:title><dcterms:hasPart rdf:resource="#item_1"/>
 </z:Collection>
</rdf:RDF>"""

ZOTERO_ITEMS = """[
 {"key": "AAAA2222", "data": {"key": "AAAA2222", "itemType": "preprint", "title": "Transient dynamics",
  "creators": [{"creatorType": "author", "firstName": "Ning", "lastName": "Yang"}, {"creatorType": "editor"}],
  "extra": "arXiv:2601.10962 [cs]", "url": "http://arxiv.org/abs/2601.10962", "collections": ["CCCC2222"]}},
 {"key": "BBBB2222", "data": {"key": "BBBB2222", "itemType": "journalArticle", "title": "Flat minima",
  "creators": [{"creatorType": "author", "name": "ATLAS"}], "DOI": "10.1000/182", "collections": []}},
 {"key": "NNNN2222", "data": {"key": "NNNN2222", "itemType": "note"}}, {"key": "EMPTY"}
]"""
ZOTERO_COLLECTIONS = '[{"key": "CCCC2222", "data": {"key": "CCCC2222", "name": "Robots"}}]'

CSV = """"Key","Item Type","Title","Author","DOI","Url","Extra","Collection"
"A","preprint","Transient dynamics","Yang, Ning; Tu, Yuhai","","http://arxiv.org/abs/2601.10962","arXiv:2601.10962","Robots"
"B","journalArticle","Flat
minima","Ames, Ada","10.1000/182","","",""
"C","book","","","","","",""
"""

OPML = """<opml version="2.0"><body><outline text="arXiv">
<outline type="rss" text="cs.LG" xmlUrl="http://export.arxiv.org/rss/cs.LG"/>
<outline type="rss" text="more" xmlUrl="https://rss.arxiv.org/atom/cs.RO+hep-th"/>
<outline type="rss" text="again" xmlUrl="http://arxiv.org/rss/cs.LG"/>
<outline type="rss" text="a blog" xmlUrl="https://blog.example.org/feed"/>
</outline></body></opml>"""

LIST = """# what I read
2601.10962, https://doi.org/10.1000/182
arXiv:math/0306266 nonsense
"""

TAGS = '{"ada": {"rl": ["2601.10962", "2601.00001"], "vision": ["2601.10962", "x"]}}'
