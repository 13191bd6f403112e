import tarfile
from pathlib import Path

import pytest

from wardround.corpora.quarantine import BadRecord
from wardround.corpora.records import Biblio
from wardround.corpora.sources.jats import JatsArticles
from wardround.errors import CorpusError

ARTICLE = """<!DOCTYPE article PUBLIC "-//NLM//DTD JATS" "JATS.dtd">
<article xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:mml="http://www.w3.org/1998/Math/MathML"
 article-type="research-article"><?properties open_access?>
<front><journal-meta><journal-title-group><journal-title>A Journal</journal-title></journal-title-group></journal-meta>
<article-meta><article-id pub-id-type="pmid">5</article-id><article-id pub-id-type="pmc">77</article-id>
<article-id pub-id-type="doi">10.1/x</article-id>
<title-group><article-title>Fluids in <italic>shock</italic><xref ref-type="fn">*</xref></article-title></title-group>
<contrib-group><contrib contrib-type="author"><name><surname>Vedder</surname><given-names>Anouk C.</given-names></name>
</contrib><contrib contrib-type="author"><collab>The Group</collab></contrib></contrib-group>
<pub-date pub-type="epub"><year>2006</year></pub-date><pub-date pub-type="ppub"><year>2007</year></pub-date>
<permissions><license xlink:href="http://creativecommons.org/licenses/by/2.0/"><p>Open.</p></license></permissions>
<abstract><sec><title>Results</title><p>It fell.</p></sec></abstract>
<abstract abstract-type="graphical"><p>A picture.</p></abstract></article-meta></front>
<body><sec><title>Methods</title>
<p>As before [<xref ref-type="bibr">1</xref>, <xref ref-type="bibr">2</xref>], see
 <xref ref-type="table">Table 1</xref> (Smith, <xref ref-type="bibr">2004</xref>).<sup><xref ref-type="bibr">3</xref>,
 <xref ref-type="bibr">4</xref></sup> We gave 10<sup>9</sup> cells<fn><p>A note.</p></fn>.
<list list-type="order"><list-item><p>first</p></list-item><list-item><p>second</p>
<list><list-item><p>inner</p></list-item></list></list-item></list></p>
<table-wrap><label>Table 1.</label><caption><p>Doses</p></caption><table>
<thead><tr><th rowspan="2">Arm</th><th colspan="2">Dose</th></tr><tr><th>Day 1</th><th>Day 2</th></tr></thead>
<tbody><tr><td>A</td><td>1 mg<xref ref-type="table-fn">a</xref></td><td>2 mg</td></tr></tbody></table>
<table-wrap-foot><p>Foot.</p></table-wrap-foot></table-wrap>
<fig><label>Fig 1</label><caption><title>Flow.</title><p>Patients.</p></caption></fig>
<disp-formula><mml:math><mml:mi>x</mml:mi><mml:mo>=</mml:mo><mml:mn>1</mml:mn></mml:math></disp-formula>
<boxed-text><caption><title>Key point</title></caption><p>Give fluids.</p></boxed-text>
</sec><sec sec-type="supplementary-material"><title>More</title><p>Online.</p></sec></body>
<back><ref-list><ref><p>Cited.</p></ref></ref-list></back></article>"""

TEXT = """Abstract

Results

It fell.

Methods

As before, see Table 1 (Smith, 2004). We gave 10⁹ cells.

1. first
2. second
  - inner

Table 1: Doses:

• Arm: A; Dose Day 1: 1 mg; Dose Day 2: 2 mg

Fig 1: Flow. Patients.

x = 1

Key point

Give fluids."""


def folder(path: Path, **files: str) -> Path:
    path.mkdir()
    for name, text in files.items():
        (path / f"{name}.nxml").write_text(text)
    return path


def test_an_article_becomes_a_document(tmp_path: Path) -> None:
    (document,) = JatsArticles(folder(tmp_path / "a", one=ARTICLE)).documents()
    assert document.id == "pmc:PMC77"
    assert document.text == TEXT
    assert [section.heading for section in document.sections] == [
        ("Abstract", "Results"),
        ("Methods",),
        ("Methods", "Key point"),
    ]
    assert document.biblio == Biblio(
        title="Fluids in shock",
        year=2007,
        journal="A Journal",
        authors=("Vedder AC", "The Group"),
        doi="10.1/x",
        pmid="5",
        pmcid="PMC77",
        url="https://pmc.ncbi.nlm.nih.gov/articles/PMC77/",
        licence="CC BY 2.0",
        language="eng",
        publication_types=("Research article",),
    )


def test_archives_and_wrapped_articles_are_read(tmp_path: Path) -> None:
    path = folder(tmp_path / "a", one=f"<pmc-articleset>{ARTICLE.split('JATS.dtd')[1][3:]}</pmc-articleset>")
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as archive:
        archive.add(path, "articles")
    (document,) = JatsArticles(tmp_path / "a.tar.gz").documents()
    assert document.text == TEXT
    assert JatsArticles(path).describe().version != JatsArticles(folder(tmp_path / "b")).describe().version


def test_a_file_in_an_archive_whose_name_is_not_utf_8_is_put_aside(tmp_path: Path) -> None:
    path = folder(tmp_path / "a", one=ARTICLE)
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz", format=tarfile.GNU_FORMAT) as archive:
        archive.add(path / "one.nxml", "caf\udce9.nxml")
        archive.add(path / "one.nxml", "one.nxml")
    bad: list[BadRecord] = []
    (document,) = JatsArticles(tmp_path / "a.tar.gz", on_bad=bad.append).documents()
    assert document.text == TEXT
    assert [(one.place, one.reason.partition(",")[0]) for one in bad] == [("caf\\xe9.nxml", "its name is not UTF-8")]


BAD = [
    ("<article>", "not well-formed XML"),
    ("", "not well-formed XML"),
    ("<html/>", "no article with front/article-meta"),
    ("<article><front><article-meta/></front></article>", "the article has no text"),
    (
        '<!DOCTYPE a [<!ENTITY x "y">]><article><front><article-meta/></front><body><p>&x;</p></body></article>',
        "no text",
    ),
    ("<article>" + "<sec>" * 300 + "</sec>" * 300 + "</article>", "not well-formed XML"),
    (ARTICLE, "the article pmc:PMC77 was read before"),
]


@pytest.mark.parametrize(("source", "reason"), BAD, ids=range(len(BAD)))
def test_a_bad_file_is_put_aside(tmp_path: Path, source: str, reason: str) -> None:
    path = folder(tmp_path / "a", a=ARTICLE, b=source)
    bad: list[BadRecord] = []
    assert [document.id for document in JatsArticles(path, on_bad=bad.append).documents()] == ["pmc:PMC77"]
    assert [(one.source, one.place) for one in bad] == [(str(path), "b.nxml")]
    assert reason in bad[0].reason
    with pytest.raises(CorpusError, match=r"b\.nxml"):
        list(JatsArticles(path).documents())


def test_an_absent_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="must be a folder or a tar archive"):
        list(JatsArticles(tmp_path / "absent").documents())


@pytest.mark.shared_data
def test_sixty_trial_articles(shared_data: Path) -> None:
    path = shared_data / "evidence_inference" / "jats_sample.tar.gz"
    documents = list(JatsArticles(path).documents())
    assert len(documents) == 60
    assert all(one.biblio.pmcid and one.biblio.year and one.biblio.journal and one.biblio.authors for one in documents)
    assert sum(one.biblio.licence is not None for one in documents) == 59
    assert not [one.id for one in documents if "[]" in one.text or "[,]" in one.text]
