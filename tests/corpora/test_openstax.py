import io
import tarfile
from pathlib import Path

import pytest

from wardround.corpora.quarantine import BadRecord
from wardround.corpora.records import Biblio
from wardround.corpora.sources.openstax import OpenStaxBooks
from wardround.errors import CorpusError

COLLECTION = """<col:collection xmlns:col="http://cnx.rice.edu/collxml" xmlns:md="http://cnx.rice.edu/mdml"
authors="A B ,C D">
<metadata><md:title>Nursing</md:title><md:language>en</md:language><md:slug>nursing</md:slug>
<md:license url="http://creativecommons.org/licenses/by/4.0/">CC</md:license></metadata>
<col:content><col:subcollection><md:title>The Heart</md:title><col:content><col:module document="m1"/></col:content>
</col:subcollection>MORE</col:content></col:collection>"""

MODULE = """<document xmlns="http://cnx.rice.edu/cnxml" xmlns:md="http://cnx.rice.edu/mdml">
<title>Shock</title><metadata><md:title>Shock</md:title></metadata>
<content>
<section class="learning-objectives"><title>Learning Objectives</title><para>Explain it.</para></section>
<para>Shock (<link target-id="f1"/>) kills <term>fast</term> (<link target-id="x"/>). See <link document="m1"/>.</para>
<figure id="f1"><title>Vessels</title><media alt="A drawing"/><caption>Blood flows.</caption></figure>
<section><title>Treatment</title>
<para>Give<list list-type="enumerated"><item>fluids<list><item>warm</item></list></item>
<item>CO<sub>2</sub></item></list></para>
<table><title>Doses</title><tgroup cols="2"><colspec colname="c1"/><colspec colname="c2"/>
<thead><row><entry namest="c1" nameend="c2">Vasopressors</entry></row>
<row><entry>Drug</entry><entry>Dose</entry></row></thead>
<tbody><row><entry morerows="1">Norepinephrine</entry><entry>start<newline/>0.1 µg</entry></row>
<row><entry>max 3 µg</entry></row>
<row><entry><emphasis effect="bold">Adverse Effects</emphasis><newline/>Arrhythmia</entry><entry>-</entry></row>
<row><entry namest="c1" nameend="c2">Second line</entry></row></tbody></tgroup></table>
<note class="safety-alert"><title>Extravasation</title><para>Stop it.</para></note>
<note class="nursing check-your-understanding"><para>What is shock?</para></note>
<para>After the note <m:math xmlns:m="http://www.w3.org/1998/Math/MathML"><m:mfrac><m:mi>a</m:mi><m:mi>b</m:mi></m:mfrac>
</m:math>.</para></section>
<section class="multiple-choice"><title>Multiple Choice</title><exercise><problem><para>Which?</para>
<list list-type="enumerated"><item>One</item><item>Two</item></list></problem>
<solution><para>b</para></solution></exercise>
</section>
</content>
<glossary><definition><term>shock</term><meaning>low flow</meaning></definition></glossary>
</document>"""

BODY = """The Heart

Shock

Shock (the figure) kills fast. See Shock.

Figure: Vessels. Blood flows.

Treatment

Give

1. fluids
  - warm
2. CO2

Table: Doses:

Table: Vasopressors:

• Norepinephrine — Dose: start; 0.1 µg
• Norepinephrine — Dose: max 3 µg
• Adverse Effects: Arrhythmia — Dose: -
• Second line

Safety alert: Extravasation

Stop it.

After the note a/b.

Key Terms

• shock: low flow"""


def files(more: str = "", **modules: str) -> dict[str, str]:
    named = {f"book/modules/{name}/index.cnxml": text for name, text in (modules or {"m1": MODULE}).items()}
    return {"book/collections/nursing.collection.xml": COLLECTION.replace("MORE", more), **named}


def folder(path: Path, contents: dict[str, str]) -> Path:
    for name, text in contents.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(text)
    return path


def archive(path: Path, contents: dict[str, str]) -> Path:
    with tarfile.open(path, "w:gz") as target:
        for name, text in contents.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            target.addfile(member, io.BytesIO(text.encode()))
    return path


def test_a_module_reads_as_a_chapter_of_its_book(tmp_path: Path) -> None:
    body, exercises = OpenStaxBooks([folder(tmp_path / "b", files())], exercises=True).documents()
    assert body.id == "openstax:nursing/m1"
    assert body.text == BODY
    assert [section.heading for section in body.sections] == [
        ("The Heart", "Shock"),
        ("The Heart", "Shock", "Treatment"),
        ("The Heart", "Shock", "Treatment", "Safety alert: Extravasation"),
        ("The Heart", "Shock", "Treatment"),
        ("The Heart", "Shock", "Key Terms"),
    ]
    assert body.biblio == Biblio(
        title="Nursing",
        organisation="OpenStax, Rice University",
        authors=("A B", "C D"),
        url="https://openstax.org/details/books/nursing",
        licence="CC BY 4.0",
        language="eng",
        publication_types=("Textbook",),
    )
    assert exercises.id == "openstax:nursing/m1/exercises"
    assert exercises.text.endswith("Multiple Choice\n\nQuestion: Which? (a) One (b) Two\n\nAnswer: b")


def test_an_archive_and_a_folder_give_the_same(tmp_path: Path) -> None:
    packed = OpenStaxBooks([archive(tmp_path / "b.tar.gz", files())])
    unpacked = OpenStaxBooks([folder(tmp_path / "b", files())])
    assert list(packed.documents()) == list(unpacked.documents())
    assert packed.describe() == unpacked.describe()


def test_exercises_are_left_out_unless_asked_for(tmp_path: Path) -> None:
    assert len(list(OpenStaxBooks([folder(tmp_path / "b", files())]).documents())) == 1


def test_bad_and_missing_modules_are_put_aside(tmp_path: Path) -> None:
    more = '<col:module document="m2"/><col:module document="m3"/><col:module document="../../etc"/>'
    path = folder(tmp_path / "b", files(more, m1=MODULE, m2="<document>", m4=MODULE))
    bad: list[BadRecord] = []
    assert [document.id for document in OpenStaxBooks([path], bad.append).documents()] == ["openstax:nursing/m1"]
    assert [(one.place, one.reason[:21]) for one in bad] == [
        ("modules/m2/index.cnxml", "not well-formed XML: "),
        ("collections/nursing.collection.xml", "names the module 'm3'"),
        ("collections/nursing.collection.xml", "names the module '../"),
    ]
    with pytest.raises(CorpusError, match="m2"):
        list(OpenStaxBooks([path]).documents())


def test_links_in_archives_and_folders_are_put_aside(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(MODULE)
    path = folder(tmp_path / "b", files())
    inside = path / "book/modules/m1/index.cnxml"
    inside.unlink()
    inside.symlink_to(tmp_path / "secret")
    with tarfile.open(tmp_path / "b.tar.gz", "w:gz") as target:
        member = tarfile.TarInfo("book/modules/m1/index.cnxml")
        member.type, member.linkname = tarfile.SYMTYPE, str(tmp_path / "secret")
        target.addfile(member)
        target.add(path / "book/collections/nursing.collection.xml", "../../collections/nursing.collection.xml")
    for book, reason in ((path, "a link that leads out of the folder"), (tmp_path / "b.tar.gz", "a link or device")):
        bad: list[BadRecord] = []
        assert list(OpenStaxBooks([book], bad.append).documents()) == []
        assert [one.reason for one in bad] == [reason, "names the module 'm1', which is not there"]


@pytest.mark.parametrize("data", [b"", b"no archive", b"\x1f\x8b cut off"])
def test_what_is_no_archive_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "b.tar.gz").write_bytes(data)
    with pytest.raises(CorpusError, match=r"b\.tar\.gz"):
        list(OpenStaxBooks([tmp_path / "b.tar.gz"]).documents())


def test_no_book_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no books were given"):
        OpenStaxBooks([])
    with pytest.raises(CorpusError, match="no collections"):
        list(OpenStaxBooks([tmp_path]).documents())
    with pytest.raises(CorpusError, match="must be a folder or a tar archive"):
        list(OpenStaxBooks([tmp_path / "absent"]).documents())


@pytest.mark.shared_data
def test_the_six_books(shared_data: Path) -> None:
    archives = sorted((shared_data / "openstax_textbooks").glob("*.tar.gz"))
    modules = 0
    for path in archives:
        with tarfile.open(path) as packed:
            modules += sum(name.endswith("/index.cnxml") for name in packed.getnames())
    documents = list(OpenStaxBooks(archives).documents())
    assert modules == 954
    assert len(documents) == 943  # eleven modules of the nursing bundle are in no book
    assert len({document.biblio.title for document in documents}) == 6
    assert {document.biblio.licence for document in documents} == {"CC BY 4.0"}
    assert not [document.id for document in documents if "\u241e" in document.text]
