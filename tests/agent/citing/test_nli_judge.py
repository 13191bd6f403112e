"""An entailment classifier as judge, on a tiny model in the usual folder format whose verdict is built in."""

from pathlib import Path

import pytest

from tests.agent.citing.material import claim, passage
from wardround.agent.citing.nli_judge import NliJudge
from wardround.errors import ConfigError, PrerequisiteError

torch = pytest.importorskip("torch", reason="torch is not installed (make setup-local)")
transformers = pytest.importorskip("transformers", reason="transformers is not installed (make setup-local)")
pytestmark = pytest.mark.local_models

NLI_LABELS = ("contradiction", "entailment", "neutral")
SOURCE = passage("Septic shock is common. Norepinephrine is the first-line vasopressor.")
CLAIM = claim("Norepinephrine is first-line.", SOURCE)


def classifier(folder: Path, always: str, labels: tuple[str, ...] = NLI_LABELS) -> str:
    """A one-layer classifier with random weights that says ``always`` whatever it reads."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    words = {word: i for i, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "norepinephrine", "shock"])}
    raw = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    raw.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    raw.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=raw, unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]"
    )
    config = transformers.BertConfig(
        vocab_size=len(words),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=8,
        max_position_embeddings=64,
        id2label=dict(enumerate(labels)),
        label2id={label: i for i, label in enumerate(labels)},
    )
    torch.manual_seed(0)
    model = transformers.BertForSequenceClassification(config)
    with torch.no_grad():
        model.classifier.weight.zero_()
        model.classifier.bias.copy_(torch.tensor([4.0 * (label == always) for label in labels]))
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


@pytest.mark.parametrize(
    ("says", "verdict"), [("entailment", "supported"), ("contradiction", "contradicted"), ("neutral", "not_found")]
)
async def test_labels_are_found_by_name_and_quotes_are_verbatim(tmp_path: Path, says: str, verdict: str) -> None:
    verified = await NliJudge(classifier(tmp_path, says)).judge(CLAIM, [SOURCE])
    assert verified.verdict == verdict
    assert bool(verified.quotes) == (verdict != "not_found")
    for quote in verified.quotes:
        assert (SOURCE.text[quote.start : quote.end], quote.verdict) == (quote.text, verdict)


def test_readings_are_probabilities_and_do_not_depend_on_the_batch(tmp_path: Path) -> None:
    folder = classifier(tmp_path, "entailment")
    premises = ["norepinephrine", "shock " * 200, "", "norepinephrine shock"]
    together = NliJudge(folder).read(premises, CLAIM.text)
    alone = [NliJudge(folder, batch_size=1).read([premise], CLAIM.text)[0] for premise in premises]
    for one, other in zip(together, alone, strict=True):
        assert one.supported == pytest.approx(other.supported, abs=1e-6)
        assert one.supported + one.partly + one.contradicted + one.not_found == pytest.approx(1)


def test_a_model_with_other_labels_is_refused(tmp_path: Path) -> None:
    folder = classifier(tmp_path, "spam", ("spam", "ham"))
    with pytest.raises(ConfigError, match="its labels are spam, ham"):
        NliJudge(folder)


def test_an_absent_model_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(PrerequisiteError, match="cannot be loaded"):
        NliJudge(str(tmp_path / "absent"))


def test_a_judge_that_was_trained_further_in_its_folder_is_another_judge(tmp_path: Path) -> None:
    before = NliJudge(classifier(tmp_path, "entailment")).fingerprint
    assert NliJudge(classifier(tmp_path, "entailment")).fingerprint == before
    assert NliJudge(classifier(tmp_path, "neutral")).fingerprint != before
