"""Words that look like names of medicines, by the stems that international names are built from."""

from __future__ import annotations

import re

# WHO's stems for nonproprietary names; short ones that end ordinary words are left out.
_STEMS = (
    "adol|afil|alol|amivir|angin|antel|arone|artan|asone|astine|azepam|azepine|azide|azine|azole|azolam|azosin|barbital"
    "|caine|cept|cillin|cycline|dipine|dopa|dronate|dronic|ectin|entan|etine|fenac|fibrate|floxacin|formin|fungin"
    "|gatran|gliflozin|glinide|gliptin|glitazone|glutide|grel|ilol|imab|imus|iprant|lukast|mab|micin|mustine|mycin"
    "|nacin|nidazole|nib|olol|olone|onide|oprazole|oxacin|oxetine|parin|parib|penem|pidem|plase|platin|prazole|pressin"
    "|pril|prilat|profen|prost|quine|racetam|relin|renone|sartan|semide|setron|sidone|solone|statin|steride|taxel|tecan"
    "|terol|thiazide|tidine|trexate|tretin|triptan|triptyline|tyline|vaptan|vastatin|vir|virine|vudine|xaban|zepam|zolid"
    "|zumab|ximab|cef\\w+"
)
_MEDICINE = re.compile(rf"\b(?:[a-z]{{2,}}(?:{_STEMS})|cef[a-z]{{4,}}|sulfa[a-z]{{4,}})\b", re.IGNORECASE)


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_OTHERS = _words(
    "insulin aspirin heparin warfarin digoxin lithium morphine codeine fentanyl methadone naloxone ketamine "
    "propofol midazolam adrenaline epinephrine noradrenaline norepinephrine dopamine dobutamine vasopressin "
    "hydrocortisone prednisone prednisolone dexamethasone paracetamol acetaminophen ibuprofen naproxen diclofenac "
    "clopidogrel ticagrelor prasugrel apixaban rivaroxaban dabigatran amiodarone adenosine atropine labetalol "
    "nitroglycerin furosemide spironolactone mannitol metronidazole vancomycin linezolid meropenem aztreonam "
    "colistin nitrofurantoin trimethoprim fosfomycin rifampicin rifampin isoniazid ethambutol pyrazinamide "
    "fluconazole amphotericin levothyroxine methimazole carbimazole metformin magnesium potassium calcium "
    "thiamine folate albumin phenytoin valproate levetiracetam carbamazepine lamotrigine haloperidol clozapine "
    "olanzapine quetiapine methotrexate azathioprine cyclosporine ciclosporin tacrolimus hydroxychloroquine "
    "colchicine allopurinol febuxostat salbutamol albuterol theophylline"
)
_NOT_MEDICINES = _words(
    "accept adiponectin cholesterol concept cystatin except fibronectin intercept lectin pectin somatostatin spartan"
)
_WORD = re.compile(r"[^\W\d_]+")


def medicines_in(text: str) -> frozenset[str]:
    """The words of ``text`` that look like medicines, in lower case."""
    found = {match.group().lower() for match in _MEDICINE.finditer(text)} - _NOT_MEDICINES
    return frozenset(found | ({word.lower() for word in _WORD.findall(text)} & _OTHERS))
