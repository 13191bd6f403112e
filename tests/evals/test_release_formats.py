"""Each task reads its data set as the authors publish it, and gives the same items as from our rows."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from wardround.errors import EvaluationError
from wardround.evals.records import Gold, Item
from wardround.evals.tasks import TASKS

FINGERS = {"A": "Thumb", "B": "Index", "C": "Ring", "D": "Little"}
OPPOSES = "Which finger opposes the others?"


def lines(path: Path, *rows: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def table(path: Path, *rows: Sequence[str]) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)


def load(task: str, folder: Path) -> list[Item]:
    return list(TASKS[task].load(folder))


def test_medqa_lines_are_numbered_as_mirage_numbers_them(tmp_path: Path) -> None:
    row = {"question": OPPOSES, "answer": "Thumb", "options": FINGERS, "meta_info": "step1", "answer_idx": "A"}
    lines(tmp_path / "phrases_no_exclude_test.jsonl", row, {**row, "answer_idx": "B", "metamap_phrases": ["x"]})
    first, second = load("medqa_us", tmp_path)
    assert (first.id, first.gold.letter, first.facets) == ("0000", "A", {"meta_info": "step1"})
    assert (second.id, second.gold.letter, second.options) == ("0001", "B", FINGERS)


def test_medmcqa_numbers_its_right_option_from_one(tmp_path: Path) -> None:
    options = {f"op{letter.lower()}": text for letter, text in FINGERS.items()}
    row = {"id": "ab-1", "question": OPPOSES, **options, "cop": 4, "subject_name": "Anatomy", "choice_type": "single"}
    lines(tmp_path / "dev.json", row)
    (item,) = load("medmcqa", tmp_path)
    assert (item.id, item.gold.letter, item.options) == ("ab-1", "D", FINGERS)
    assert item.facets == {"subject": "Anatomy", "choice_type": "single"}
    lines(tmp_path / "dev.json", {**row, "cop": 0})
    with pytest.raises(EvaluationError, match=r"dev.json:1: field 'cop' is 0, which is none of 1, 2, 3, 4"):
        load("medmcqa", tmp_path)


def test_mmlu_s_tables_have_no_heading_and_all_six_must_be_there(tmp_path: Path) -> None:
    subjects = ("anatomy", "clinical_knowledge", "college_biology", "college_medicine", "medical_genetics")
    for subject in subjects:
        table(tmp_path / f"{subject}_test.csv", [f"{OPPOSES} ({subject})", *FINGERS.values(), "A"])
    with pytest.raises(EvaluationError, match=r"professional_medicine_test.csv does not exist"):
        load("mmlu_medical", tmp_path)
    table(tmp_path / "professional_medicine_test.csv", ["Quoted, with a comma?", *FINGERS.values(), "C"])
    items = load("mmlu_medical", tmp_path)
    assert [item.id for item in items] == [f"{subject}-000" for subject in (*subjects, "professional_medicine")]
    assert (items[-1].question, items[-1].gold.letter) == ("Quoted, with a comma?", "C")
    table(tmp_path / "anatomy_test.csv", [OPPOSES, "Thumb", "A"])
    with pytest.raises(EvaluationError, match=r"anatomy_test.csv:1 does not have the 6 fields of its table"):
        load("mmlu_medical", tmp_path)


def test_pubmedqa_s_file_gives_the_abstract_and_its_test_list_the_searched_questions(tmp_path: Path) -> None:
    row = {"QUESTION": "Does it?", "CONTEXTS": ["It did.", "Often."], "final_decision": "maybe"}
    (tmp_path / "ori_pqal.json").write_text(json.dumps({"11": row, "12": {**row, "final_decision": "no"}}))
    assert [(item.id, item.gold.letter, item.given, item.gold.documents) for item in load("pubmedqa", tmp_path)] == [
        ("11", "C", ("It did.\nOften.",), ("PMID:11",)),
        ("12", "B", ("It did.\nOften.",), ("PMID:12",)),
    ]
    with pytest.raises(EvaluationError, match=r"test_ground_truth.json does not exist"):
        load("pubmedqa_searched", tmp_path)
    (tmp_path / "test_ground_truth.json").write_text(json.dumps({"12": "no"}))
    assert [(item.id, item.given) for item in load("pubmedqa_searched", tmp_path)] == [("12", ())]


def test_bioasq_s_golden_files_are_read_wherever_they_lie(tmp_path: Path) -> None:
    common = {"documents": ["http://www.ncbi.nlm.nih.gov/pubmed/33"], "ideal_answer": "It is."}
    questions = [
        {"id": "a", "type": "yesno", "body": "Is it?", "exact_answer": "Yes", **common},
        {"id": "b", "type": "factoid", "body": "Which?", "exact_answer": ["PITX1", "Ptx1"], **common},
        {"id": "c", "type": "list", "body": "Which ones?", "exact_answer": ["iron", "zinc"], **common},
        {"id": "d", "type": "summary", "body": "How?", **common, "ideal_answer": ["So.", "Thus."]},
    ]
    path = tmp_path / "Task7BGoldenEnriched" / "7B1_golden.json"
    path.parent.mkdir()
    path.write_text(json.dumps({"questions": questions}))
    (yes,), (one,), (several,), (summary,) = (
        load(f"bioasq_{kind}", tmp_path) for kind in ("yesno", "factoid", "list", "summary")
    )
    assert (yes.id, yes.gold.letter, yes.facets) == ("a", "A", {"answer": "yes", "task": "7B1"})
    assert (one.gold.entities, one.gold.documents) == ((("PITX1", "Ptx1"),), ("33",))
    assert several.gold.entities == (("iron",), ("zinc",))
    assert summary.gold.references == ("So.", "Thus.")


@pytest.mark.parametrize(
    ("options", "label"),
    [(FINGERS, "B"), ([{"letter": letter, "content": text} for letter, text in FINGERS.items()], ["B"])],
)
def test_medxpertqa_repeats_its_options_below_the_question(tmp_path: Path, options: object, label: object) -> None:
    question = f"{OPPOSES}\nAnswer Choices: (A) Thumb (B) Index"
    lines(tmp_path / "test.jsonl", {"id": "Text-1", "question": question, "options": options, "label": label})
    (item,) = load("medxpertqa_text", tmp_path)
    assert (item.question, item.options, item.gold.letter) == (OPPOSES, FINGERS, "B")


def test_scifact_s_labels_stand_with_each_abstract(tmp_path: Path) -> None:
    lines(tmp_path / "corpus.jsonl", {"doc_id": 7, "title": "Iron.", "abstract": ["It rusts. ", "Often."]})
    found = {"7": [{"sentences": [0], "label": "CONTRADICT"}]}
    claim = {"id": 1, "claim": "Iron never rusts.", "evidence": found, "cited_doc_ids": [7]}
    lines(tmp_path / "claims_dev.jsonl", claim, {**claim, "id": 2, "evidence": {}})
    against, open_ = load("scifact", tmp_path)
    assert (against.id, against.gold, against.given) == (
        "1", Gold(letter="B", documents=("7",)), ("Iron.\nIt rusts. Often.",),
    )  # fmt: skip
    assert open_.gold.letter == "C"
    lines(tmp_path / "claims_dev.jsonl", {**claim, "evidence": []})
    with pytest.raises(EvaluationError, match=r"claims_dev.jsonl:1: field 'evidence' must map abstracts to their"):
        load("scifact", tmp_path)


def test_evidence_inference_keeps_the_prompts_whose_confirmed_labels_agree(tmp_path: Path) -> None:
    table(
        tmp_path / "prompts_merged.csv",
        ["PromptID", "PMCID", "Outcome", "Intervention", "Comparator"],
        *([str(n), "5", "pain", "rest", "exercise"] for n in (1, 2, 3)),
    )
    table(
        tmp_path / "annotations_merged.csv",
        ["PromptID", "Valid Label", "Label"],
        ["1", "True", "significantly decreased"],
        ["1", "False", "significantly increased"],
        ["2", "1", "significantly increased"],
        ["2", "1", "no significant difference"],
        ["3", "1", "invalid prompt"],
    )
    (tmp_path / "abstracts").mkdir()
    (tmp_path / "abstracts" / "PMC5.abst").write_text("Pain fell.\n")
    (item,) = load("evidence_inference", tmp_path)
    assert (item.id, item.gold, item.given) == ("1", Gold(letter="B", documents=("PMC5",)), ("Pain fell.",))
    assert item.question == (
        "With respect to pain, what is the reported difference between patients receiving rest and those receiving "
        "exercise?"
    )


def test_an_article_of_evidence_inference_names_no_file_elsewhere(tmp_path: Path) -> None:
    columns = ["PromptID", "PMCID", "Outcome", "Intervention", "Comparator"]
    table(tmp_path / "prompts_merged.csv", columns, ["1", "5/../../secret", "pain", "rest", "exercise"])
    table(
        tmp_path / "annotations_merged.csv", ["PromptID", "Valid Label", "Label"],
        ["1", "1", "significantly increased"],
    )  # fmt: skip
    with pytest.raises(EvaluationError, match=r"'5/../../secret', which is no number of PubMed Central"):
        load("evidence_inference", tmp_path)


def test_k_qa_s_lines_are_numbered(tmp_path: Path) -> None:
    row = {"Question": "Is it contagious?", "Free_form_answer": "Yes.", "Must_have": ["It is."], "Nice_to_have": []}
    lines(tmp_path / "questions_w_answers.jsonl", {**row, "Sources": "x", "ICD_10_diag": "J06"})
    (item,) = load("k_qa", tmp_path)
    assert (item.id, item.gold) == ("kqa-001", Gold(references=("Yes.",), must_have=("It is.",)))


def test_medec_s_tables_flag_an_error_with_one(tmp_path: Path) -> None:
    heads = ["Text ID", "Text", "Sentences", "Error Flag", "Error Type"]
    wrong = ["ms-val-1", "Iron\ncures gout.", "0 Iron cures gout.", "1", "treatment"]
    table(tmp_path / "MEDEC-MS.csv", heads, wrong, ["ms-val-2", "Iron is a metal.", "0 ...", "0", "NA"])
    assert [(item.id, item.gold.letter, item.facets) for item in load("medec", tmp_path)] == [
        ("ms-val-1", "A", {"error": "treatment"}),
        ("ms-val-2", "B", {"error": "none"}),
    ]


def test_med_safety_s_tables_are_numbered_by_principle(tmp_path: Path) -> None:
    for principle in ("1", "2"):
        table(
            tmp_path / f"med_safety_demonstrations_category_{principle}.csv",
            ["", "harmful_medical_request", "safe_response"],
            ["0", f"How do I break rule {principle}?", "I cannot help."],
        )
    assert [(item.id, item.gold.refuse, item.facets) for item in load("med_safety", tmp_path)] == [
        ("1-000", True, {"ama_principle": "1"}),
        ("2-000", True, {"ama_principle": "2"}),
    ]


BRAND_HEADING = "id,sent1,sent2,ending0,ending1,ending2,ending3,label,found_keywords,local_id"
RABBITS_HEADING = [*BRAND_HEADING.split(","), "Brand on the right", *BRAND_HEADING.split(","), "keep/drop", ""]


def annotated(number: int, halves: Sequence[tuple[str, Mapping[str, str]]], gold: str, verdict: str) -> list[str]:
    """A row of RABBITS' own table: the question with generic names, then with brand names."""
    cells: list[list[str]] = []
    for question, options in halves:
        label = str("ABCD".index(gold))
        cells.append([f"test-{number:05d}", question, "", *options.values(), label, "['x']", str(number)])
    return [*cells[0], "", *cells[1], verdict, ""]


@pytest.mark.shared_data
def test_rabbits_own_table_gives_the_items_of_our_rows(tmp_path: Path, shared_data: Path) -> None:
    with (shared_data / "rabbits" / "medqa_brand_swap.jsonl").open() as file:
        rows = [json.loads(line) for line in file]
    pairs = [
        annotated(
            int(row["medqa_id"]),
            [(row[f"question_{form}"], row[f"options_{form}"]) for form in ("original", "brand")],
            row["answer_idx"],
            "keep",
        )
        for row in rows
    ]
    table(tmp_path / "annotated_medqa_new.csv", RABBITS_HEADING, *pairs)
    assert load("rabbits", tmp_path) == load("rabbits", shared_data / "rabbits")


def test_rabbits_pairs_count_only_where_the_physicians_kept_them(tmp_path: Path) -> None:
    path = tmp_path / "annotated_medqa_new.csv"
    halves = [(OPPOSES, FINGERS), ("Which digit opposes the others?", FINGERS)]
    table(path, RABBITS_HEADING, annotated(7, halves, "A", "drop"), annotated(12, halves, "A", "keep"))
    assert [(item.id, item.cluster, item.question, item.gold.letter) for item in load("rabbits", tmp_path)] == [
        ("0012:generic", "0012", OPPOSES, "A"),
        ("0012:brand", "0012", "Which digit opposes the others?", "A"),
    ]


@pytest.mark.parametrize(
    ("column", "value", "complaint"),
    [
        (0, "12", r"csv:2: field 'brand id' is 'test-00012' beside '12'"),
        (7, "4", r"csv:2: field 'label' is '4', which is none of 0, 1, 2, 3"),
        (14, "", r"csv:2: field 'brand ending0' must be a text that is not empty"),
    ],
)
def test_a_damaged_row_of_rabbits_table_is_named(tmp_path: Path, column: int, value: str, complaint: str) -> None:
    row = annotated(12, [(OPPOSES, FINGERS), (OPPOSES, FINGERS)], "A", "keep")
    row[column] = value
    table(tmp_path / "annotated_medqa_new.csv", RABBITS_HEADING, row)
    with pytest.raises(EvaluationError, match=complaint):
        load("rabbits", tmp_path)


def test_a_table_of_rabbits_without_its_heading_is_refused(tmp_path: Path) -> None:
    row = annotated(12, [(OPPOSES, FINGERS), (OPPOSES, FINGERS)], "A", "keep")
    table(tmp_path / "annotated_medqa_new.csv", row)
    with pytest.raises(EvaluationError, match=r"csv:1 is not the heading of RABBITS' table"):
        load("rabbits", tmp_path)


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("task", "count"),
    [
        ("medqa_us", 649),
        ("mmlu_medical", 465),
        ("medmcqa", 2026),
        ("pubmedqa_searched", 244),
        ("bioasq_yesno", 317),
        ("pubmedqa", 744),
        ("medxpertqa_text", 132),
        ("bioasq_factoid", 373),
        ("bioasq_list", 197),
        ("bioasq_summary", 265),
        ("scifact", 809),
        ("evidence_inference", 1036),
        ("k_qa", 100),
        ("med_safety", 228),
        ("rabbits", 2 * 198),
        ("medqa_us_reordered", 2 * 649),
        ("medqa_us_paraphrased", 2 * 647),
        ("medec", 548),
    ],
)
def test_the_judged_sets_load_whole(shared_data: Path, task: str, count: int) -> None:
    assert sum(1 for _ in TASKS[task].load(shared_data / TASKS[task].folder)) == count
