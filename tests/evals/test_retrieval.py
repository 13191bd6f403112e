"""Retrieval evaluation: measures by hand, judged sets, runs and their files, paired comparison."""

from __future__ import annotations

import gzip
import json
from math import log2
from pathlib import Path

import pytest

from wardround.corpora.records import Passage
from wardround.errors import EvaluationError
from wardround.evals.retrieval.catalogue import JUDGED_SETS, load_judged_set
from wardround.evals.retrieval.indexing import index_judged_set
from wardround.evals.retrieval.judged_set import JudgedSet, judged_set, read_judgements, whole_passage
from wardround.evals.retrieval.measures import Measure
from wardround.evals.retrieval.run import Run, differences, means, run_over, scores
from wardround.evals.retrieval.trec_run import read_run, write_run
from wardround.retrievers.embedders.minilm import MiniLmEmbedder
from wardround.retrievers.in_memory_bm25 import InMemoryBm25
from wardround.retrievers.settings import Bm25Settings, EmbedderSettings
from wardround.retrievers.single import Bm25Retriever

JUDGED = {"a": 2, "b": 1, "c": 1, "d": 0, "e": -1}


@pytest.mark.parametrize(
    ("name", "ranking", "value"),
    [
        ("nDCG@10", "xa", (2 / log2(3)) / (2 + 1 / log2(3) + 1 / log2(4))),
        ("nDCG@2", "ba", (1 + 2 / log2(3)) / (2 + 1 / log2(3))),
        ("nDCG@10", "abc", 1),
        ("nDCG@10", "dex", 0),
        ("R@2", "abc", 2 / 3),
        ("R@100", "xcyb", 2 / 3),
        ("AP", "axbyc", (1 / 1 + 2 / 3 + 3 / 5) / 3),
        ("AP@3", "axbyc", (1 / 1 + 2 / 3) / 3),
        ("RR", "xyc", 1 / 3),
        ("RR@2", "xyc", 0),
        ("RR", "", 0),
    ],
)
def test_measures_by_hand(name: str, ranking: str, value: float) -> None:
    assert Measure.named(name).of(ranking, JUDGED) == pytest.approx(value)


@pytest.mark.parametrize("name", ["nDCG@10", "R@100", "AP", "RR@10"])
def test_a_measures_name_reads_back(name: str) -> None:
    assert str(Measure.named(name)) == name


@pytest.mark.parametrize("name", ["R", "nDCG@0", "ndcg@10", "P@5", ""])
def test_an_unknown_measure_is_refused(name: str) -> None:
    with pytest.raises(EvaluationError, match="is no measure"):
        Measure.named(name)


def passages(names: str = "abc") -> list[Passage]:
    return [whole_passage(name, "c", "", f"text {name * 3}") for name in names]


def small_set() -> JudgedSet:
    queries = {"1": "aaa", "2": "bbb", "3": "nobody judged", "4": "nothing relevant"}
    return judged_set("small", passages(), queries, [("1", "a", 1), ("2", "c", 2), ("2", "b", 1), ("4", "a", 0)])


def test_queries_without_a_relevant_passage_are_left_out() -> None:
    judged = small_set()
    assert dict(judged.queries) == {"1": "aaa", "2": "bbb"}
    assert judged.judgements == {"1": {"a": 1}, "2": {"c": 2, "b": 1}}


@pytest.mark.parametrize(
    ("corpus", "judgement", "message"),
    [
        ("abc", ("1", "z", 1), "names the unknown passage 'z'"),
        ("abc", ("9", "a", 1), "names the query '9'"),
        ("aa", ("1", "a", 1), "two passages have the id 'a'"),
    ],
)
def test_ids_must_fit(corpus: str, judgement: tuple[str, str, int], message: str) -> None:
    with pytest.raises(EvaluationError, match=message):
        judged_set("small", passages(corpus), {"1": "aaa"}, [judgement])


def test_a_malformed_judgement_is_named(tmp_path: Path) -> None:
    path = tmp_path / "qrels.tsv"
    path.write_text("q\tp\tr\n1\ta\t1\n2\tb\tmuch\n", encoding="utf-8")
    with pytest.raises(EvaluationError, match=r"qrels\.tsv:3: expected"):
        list(read_judgements(path))


def test_a_file_of_judgements_needs_no_heading(tmp_path: Path) -> None:
    path = tmp_path / "qrels.tsv"
    path.write_text("1\ta\t1\n2\tb\t-1\n", encoding="utf-8")
    assert list(read_judgements(path)) == [("1", "a", 1), ("2", "b", -1)]
    path.write_text("query-id\tcorpus-id\tscore\n1\ta\t1\n", encoding="utf-8")
    assert list(read_judgements(path)) == [("1", "a", 1)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"1 0 a 1\n", r"qrels\.tsv:1: expected query id, passage id and a whole number, tab-separated"),
        (b"1\ta\t1\n\n", r"qrels\.tsv:2: expected"),
        (b"1\ta\t1\n1\tb\t1\n1\ta\t2\n", r"qrels\.tsv:3: passage 'a' is judged 2 for query '1', and 1 in line 1"),
        ("1\tä\t1\n".encode("latin-1"), r"qrels\.tsv is damaged: 'utf-8' codec can't decode"),
    ],
)
def test_damaged_judgements_are_one_clear_line(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "qrels.tsv").write_bytes(content)
    with pytest.raises(EvaluationError, match=message):
        list(read_judgements(tmp_path / "qrels.tsv"))


def test_a_passage_judged_twice_must_be_judged_alike() -> None:
    twice = judged_set("small", passages(), {"1": "aaa"}, [("1", "a", 1), ("1", "a", 1)])
    assert twice.judgements == {"1": {"a": 1}}
    with pytest.raises(EvaluationError, match="small: passage 'a' is judged twice for query '1', 1 and 2: keep one"):
        judged_set("small", passages(), {"1": "aaa"}, [("1", "a", 1), ("1", "a", 2)])


def test_a_run_is_scored_and_compared() -> None:
    judged = small_set()
    run = run_over(InMemoryBm25(judged.passages, Bm25Settings()), judged, depth=5)
    assert {query: [name for name, _ in hits] for query, hits in run.rankings.items()} == {"1": ["a"], "2": ["b"]}
    assert scores(run, judged, Measure.named("R@5")) == [1, 0.5]
    assert means(run, judged, [Measure.named("RR"), Measure.named("R@5")]) == {"RR": 1, "R@5": 0.75}
    nothing = Run("nothing", {})
    (difference,) = differences(nothing, [run], judged, [Measure.named("RR")])
    # Two queries differ, both for the better: 2 of 4 sign patterns are as extreme.
    assert (difference.gain, difference.p_value) == (1, 0.5)


def test_a_run_file_reads_back(tmp_path: Path) -> None:
    run = Run("rrf(bm25,dense)", {"1": [("a", 0.25), ("b", 0.1)], "2": [("c", 1 / 3)]})
    write_run(run, tmp_path / "file.run")
    assert (tmp_path / "file.run").read_text().splitlines()[1] == "1 Q0 b 2 0.1 rrf(bm25,dense)"
    assert read_run(tmp_path / "file.run") == run


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["1 Q0 a 1 0.5 x", "1 Q0 b 1 0.4 x"], "run:2: rank 1 or passage 'b' comes twice"),
        (["1 Q0 a 1 0.5 x", "1 Q0 a 2 0.4 x"], "passage 'a' comes twice"),
        (["1 Q0 a 1 0.5 x", "1 Q0 b 2 0.6 x"], "a score rises with its rank"),
        (["1 Q0 a one 0.5 x"], "run:1: expected"),
        (["1 a 1 0.5 x"], "run:1: expected"),
        (["1 Q0 a 1 0.5 x", "2 Q0 a 1 0.5 y"], "holds 2 runs"),
        ([], "holds 0 runs"),
    ],
)
def test_a_damaged_run_file_is_refused(tmp_path: Path, lines: list[str], message: str) -> None:
    (tmp_path / "run").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(EvaluationError, match=message):
        read_run(tmp_path / "run")


def test_an_id_that_the_format_cannot_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="'a b' cannot stand in a TREC run file"):
        write_run(Run("x", {"1": [("a b", 1.0)]}), tmp_path / "run")


def test_an_unknown_set_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="there is no judged set 'sciphact'; the sets are scifact, bioasq"):
        load_judged_set("sciphact", tmp_path)


def test_scifact_counts_every_cited_abstract(tmp_path: Path) -> None:
    folder = tmp_path / "scifact"
    folder.mkdir()
    record = {"id": "7", "title": "Sepsis.", "sentences": ["One.", "Two."], "structured": False}
    with gzip.open(folder / "corpus.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(json.dumps(record) + "\n")
    (folder / "claims.jsonl").write_text('{"id": "0", "claim": "It is so."}\n', encoding="utf-8")
    (folder / "qrels.tsv").write_text("claim_id\tdoc_id\trelevance\n0\t7\t2\n", encoding="utf-8")
    judged = load_judged_set("scifact", tmp_path)
    assert judged.passages[0].contents == "Sepsis.\nOne. Two."
    assert (judged.queries, judged.judgements) == ({"0": "It is so."}, {"0": {"7": 1}})


def test_an_indexed_set_is_found_by_its_store(tmp_path: Path) -> None:
    judged, embedder, done = small_set(), MiniLmEmbedder(EmbedderSettings()), []
    for folder in ("first", "second"):
        index = index_judged_set(
            judged, embedder, Bm25Settings(), tmp_path / folder, tmp_path / "cache.sqlite", done.append
        )
        run = run_over(Bm25Retriever(index.store, index.encoder), judged, depth=5)
        assert [name for name, _ in run.rankings["1"]] == ["a"]
        index.store.close()
    assert done[-1] == 3


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "queries", "corpus"),
    [
        ("scifact", 809, 5183),
        ("bioasq_passages", 1152, 29186),
        ("bioasq_documents", 1152, 18687),
        ("liveqa_medquad", 27, 16407),
        ("evidence_sections", 994, 40432),
        ("pubmedqa", 744, 1000),
    ],
)
def test_the_sets_beside_the_checkout_have_their_stated_sizes(
    shared_data: Path, name: str, queries: int, corpus: int
) -> None:
    judged = load_judged_set(name, shared_data)
    assert (len(judged.queries), len(judged.passages)) == (queries, corpus)
    assert name in JUDGED_SETS


@pytest.mark.shared_data
def test_bm25_on_scifact_is_as_good_as_published(shared_data: Path, tmp_path: Path) -> None:
    """Anserini's BM25 has nDCG@10 of .679 on SciFact's test claims; these are its training claims."""
    import numpy as np

    from wardround.retrievers.bm25 import Bm25Encoder, average_length
    from wardround.retrievers.protocols import IndexedPassage
    from wardround.retrievers.stores.edge import EdgeStore

    judged = load_judged_set("scifact", shared_data)
    encoder = Bm25Encoder(Bm25Settings(), average_length(passage.contents for passage in judged.passages))
    store = EdgeStore.create(tmp_path / "store", 2)
    anywhere = np.array([1, 0], dtype=np.float32)
    store.upsert([IndexedPassage(each, anywhere, encoder.encode_passage(each.contents)) for each in judged.passages])
    run = run_over(Bm25Retriever(store, encoder), judged, depth=100)
    store.close()
    assert means(run, judged, [Measure.named("nDCG@10"), Measure.named("R@100")]) == pytest.approx(
        {"nDCG@10": 0.699, "R@100": 0.9276}, abs=0.0005
    )
