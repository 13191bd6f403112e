"""What terms of a question mean stands beside them, unless the question shows that they mean something else."""

from __future__ import annotations

import pytest

from wardround.retrievers.clinical_terms import explain_terms
from wardround.retrievers.definitions import defines


@pytest.mark.parametrize(
    ("asked", "explained"),
    [
        ("Eliquis in renal failure?", "Eliquis (apixaban) in renal failure?"),
        ("dose of xarelto", "dose of xarelto (rivaroxaban)"),
        ("DKA in adults", "DKA (diabetic ketoacidosis) in adults"),
        ("a heart attack", "a heart attack (myocardial infarction)"),
        ("apixaban (Eliquis) 5 mg", "apixaban (Eliquis) 5 mg"),
        ("the cap of the bottle", "the cap of the bottle"),
        ("non-STEMI", "non-STEMI"),
        ("no DVT, not without DVT", "no DVT (deep vein thrombosis), not without DVT"),
    ],
)
def test_known_terms_are_explained_and_nothing_is_lost(asked: str, explained: str) -> None:
    assert explain_terms(asked) == explained


@pytest.mark.parametrize(
    ("asked", "explained"),
    [
        ("Is methotrexate first in RA?", "Is methotrexate first in RA (rheumatoid arthritis)?"),
        ("RA of the hands, biologic or JAK?", "RA (rheumatoid arthritis) of the hands, biologic or JAK?"),
        ("Acute PE: which anticoagulant?", "Acute PE (pulmonary embolism): which anticoagulant?"),
        ("Wells score for PE", "Wells score for PE (pulmonary embolism)"),
        ("aspirin after MI", "aspirin after MI (myocardial infarction)"),
        ("Which drugs in HF with low LVEF?", "Which drugs in HF (heart failure) with low LVEF?"),
        ("rate control in AF", "rate control in AF (atrial fibrillation)"),
        ("Antibiotics for severe CAP", "Antibiotics for severe CAP (community-acquired pneumonia)"),
        ("Target ICP in brain injury", "Target ICP (intracranial pressure) in brain injury"),
        ("EVD for hydrocephalus", "EVD (external ventricular drain) for hydrocephalus"),
        ("NAC for paracetamol overdose", "NAC (N-acetylcysteine) for paracetamol overdose"),
        ("insulin in HHS", "insulin in HHS (hyperosmolar hyperglycemic state)"),
        ("RRT and citrate", "RRT (renal replacement therapy) and citrate"),
        ("upper GI bleed", "upper GI (gastrointestinal) bleed"),
        ("my child has fits", "my child has fits (seizures)"),
        ("reliever in asthma", "reliever (short-acting beta agonist) in asthma"),
        ("insulin drip", "insulin drip (intravenous infusion)"),
        ("obesity and fatty liver", "obesity and fatty liver (nonalcoholic fatty liver disease)"),
    ],
)
def test_a_term_of_several_meanings_is_explained_among_words_of_its_field(asked: str, explained: str) -> None:
    assert explain_terms(asked) == explained


@pytest.mark.parametrize(
    "asked",
    [
        "RA enlargement on the echocardiogram",  # right atrium
        "RA size in rheumatic heart disease",  # right atrium
        "joint pain, SpO2 97% RA",  # room air
        "RA activation of DIF2 and NB4 cells",  # retinoic acid
        "PE: lungs clear, abdomen soft",  # physical examination
        "HF burn of the hand: calcium gluconate?",  # hydrofluoric acid
        "MI as counselling of smokers",  # motivational interviewing
        "AF index at term and oligohydramnios",  # amniotic fluid
        "CAP on the tongue",
        "ACS after a tibial fracture: when is compartment pressure measured?",  # acute compartment syndrome
        "ICP with itching at 34 weeks",  # intrahepatic cholestasis of pregnancy
        "EVD outbreak: ring vaccination",  # Ebola virus disease
        "SAH with a Maddrey score of 40: prednisolone for alcoholic hepatitis?",  # severe alcoholic hepatitis
        "TBI before stem cell transplantation: dose to the brain?",  # total body irradiation
        "PCI in limited-stage small cell lung cancer, cranial dose",  # prophylactic cranial irradiation
        "NAC before breast surgery",  # neoadjuvant chemotherapy
        "PCC and memory",  # posterior cingulate cortex
        "PVE before right hepatectomy",  # portal vein embolization
        "RRT calls at night",  # rapid response team
        "HHS after hip replacement",  # Harris hip score
        "MTX in multiple sclerosis",  # mitoxantrone
        "low GI foods in diabetes",  # glycaemic index
        "Which pain reliever in pregnancy?",
        "which guideline fits this case",
        "post nasal drip",
        "acute fatty liver of pregnancy",
    ],
)
def test_a_term_that_may_mean_something_else_is_left_as_it_stands(asked: str) -> None:
    assert explain_terms(asked) == asked


@pytest.mark.parametrize(
    "asked",
    [
        "Is right atrial (RA) enlargement seen in rheumatic heart disease with joint pain?",
        "RA (right atrium) size in rheumatic mitral disease",
        "After physical examination (PE), which anticoagulant for a clot?",
        "PE (physical examination) in suspected DVT (deep vein thrombosis)",
        "physical education (PE) class after a thrombus",
        "Aspirin in mitral insufficiency (MI)",
        "MI (mitral insufficiency) and an enlarged left ventricle",
        "ECG after hydrogen fluoride (HF) exposure with arrhythmia",
        "HF (hydrogen fluoride) and cardiac arrest",
        "hydrofluoric acid (HF; 40%) and the heart",
        "HF = hydrofluoric acid; arrhythmia?",
        "HF stands for hydrogen fluoride. Cardiac effects?",
        "Does the right atrium matter, and is RA pressure high in rheumatoid joints?",
        "community acquired pneumonia (CAP): antibiotics?",
        "Treatment of total knee infection with AKI [AKI: artificial knee infection]",
        "chronic kidney donors (CKD)",
        "direct vision (DVT) tool",
    ],
)
def test_letters_that_the_question_itself_spells_out_are_explained_as_nothing_else(asked: str) -> None:
    assert explain_terms(asked) == asked


@pytest.mark.parametrize(
    ("question", "letters", "defined"),
    [
        ("right atrial (RA) enlargement", "RA", True),
        ("RA (right atrium)", "RA", True),
        ("RA (in pregnancy)", "RA", False),
        ("PE (in pregnancy)", "PE", False),
        ("MI (STEMI) at 70", "MI", False),
        ("heart disease (MI, AF)", "MI", False),
        ("mitral insufficiency (MI, grade 3)", "MI", True),
        ("PE, or physical examination, of the chest", "PE", True),
        ("RA or lupus", "RA", False),
        ("CKD and current K/DOQI goals", "CKD", False),
        ("In patients with HF, how far may one walk?", "HF", False),
        ("rate of asthma in RA", "RA", True),  # in doubt, it is spelled out
        ("RA", "RA", False),
        ("", "RA", False),
    ],
)
def test_what_counts_as_spelled_out(question: str, letters: str, defined: bool) -> None:
    assert defines(question, letters) == defined
