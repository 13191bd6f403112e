"""Words that look like names of medicines, by the stems that international names are built from."""

from __future__ import annotations

import re

# WHO's stems for nonproprietary names; short ones that end ordinary words are left out.
_STEMS = (
    "adol|afil|alol|amivir|angin|antel|arone|artan|asone|astine|azepam|azepine|azide|azine|azolam|azole|azosin"
    "|barbital|caine|cept|cillin|curium|cycline|dipine|dopa|dronate|dronic|ectin|entan|etine|faxine|fenac|fiban"
    "|fibrate|floxacin|formin|fungin|gatran|gliflozin|glinide|gliptin|glitazone|glutide|grel|grelor|ilol|imab|imus"
    "|iprant|irudin|lukast|mab|micin|milast|mustine|mycin|nacin|nib|nidazole|olol|olone|onide|oprazole|oxacin"
    "|oxetine|oxifene|paratide|parib|parin|penem|pidem|plase|platin|pram|prazole|pressin|pril|prilat|profen|prost"
    "|quine|racetam|relin|renone|reotide|sartan|semide|setron|sidone|siran|solone|statin|steride|taxel|tecan|terol"
    "|thiazide|tidine|tretin|trexate|triptan|triptyline|tropium|tyline|vaptan|vastatin|vir|virine|vudine|xaban"
    "|ximab|zepam|zolid|zumab|cef\\w+"
)
_MEDICINE = re.compile(rf"\b(?:[a-z]{{2,}}(?:{_STEMS})|cef[a-z]{{4,}}|sulfa[a-z]{{4,}})\b", re.IGNORECASE)


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_OTHERS = _words(
    "acamprosate acetaminophen adenosine adrenaline albumin albuterol allopurinol amiodarone amphotericin "
    "anakinra andexanet apixaban aspirin atropine azathioprine aztreonam baclofen bisacodyl brexanolone "
    "buprenorphine bupropion calcitonin calcium carbamazepine carbimazole ciclosporin clonidine clopidogrel "
    "clozapine codeine colchicine colistin cyclophosphamide cyclosporine dabigatran dantrolene dexamethasone "
    "dextrose diclofenac digoxin disulfiram dobutamine domperidone dopamine epinephrine eptifibatide "
    "erythropoietin ethambutol etomidate ezetimibe febuxostat fentanyl fluconazole folate fondaparinux fosfomycin "
    "furosemide gabapentin glibenclamide gliclazide glimepiride glipizide glucagon glyburide haloperidol heparin "
    "hydralazine hydrocortisone hydroxocobalamin hydroxycarbamide hydroxychloroquine hydroxyurea ibuprofen "
    "icosapent insulin isoniazid ivabradine ketamine labetalol lactulose lamotrigine leflunomide levetiracetam "
    "levothyroxine linezolid lithium lofexidine loperamide magnesium mannitol meropenem mesalamine mesalazine "
    "metformin methadone methimazole methotrexate metoclopramide metronidazole midazolam minoxidil mirtazapine "
    "morphine mycophenolate naloxone naltrexone naproxen niacin nicotine nitrofurantoin nitroglycerin "
    "noradrenaline norepinephrine olanzapine paracetamol pegloticase pentoxifylline phenytoin potassium prasugrel "
    "prednisolone prednisone pregabalin probenecid propofol pyrazinamide quetiapine rifabutin rifampicin rifampin "
    "rifaximin rivaroxaban rocuronium sacubitril salbutamol senna sertraline sevelamer spironolactone "
    "succinylcholine sucralfate sumatriptan suxamethonium tacrolimus terbutaline theophylline thiamine "
    "thiosulfate ticagrelor tirzepatide topiramate tranexamic trazodone tretinoin trimethoprim valproate "
    "vancomycin varenicline vasopressin warfarin zoledronic"
)
_NOT_MEDICINES = _words(
    "accept adiponectin cholesterol concept cystatin except fibronectin intercept lectin pectin somatostatin spartan"
)
_WORD = re.compile(r"[^\W\d_]+")


def medicines_in(text: str) -> frozenset[str]:
    """The words of ``text`` that look like medicines, in lower case."""
    found = {match.group().lower() for match in _MEDICINE.finditer(text)} - _NOT_MEDICINES
    return frozenset(found | ({word.lower() for word in _WORD.findall(text)} & _OTHERS))
