"""Whether a text speaks of a medicine: by its name, or by the class it belongs to."""

from __future__ import annotations

import re

# A class answers for its members ("ACE inhibitors are contraindicated" for lisinopril), never one member for another.
_CLASSES: tuple[tuple[str, str], ...] = (
    (r"pril$", r"ACE ?inhibitors?|ACEi|RAAS"),
    (r"sartan$", r"ARBs?|angiotensin|RAAS"),
    (r"statin$", r"statins?"),
    (r"olol$|lol$", r"beta-?\s?blockers?|β-?blockers?"),
    (r"xaban$|gatran$", r"DOACs?|NOACs?|oral anticoagulants?|OACs?|factor Xa inhibitors?|anticoagula\w+"),
    (r"^warfarin$", r"VKAs?|vitamin K antagonists?|oral anticoagulants?|anticoagula\w+"),
    (r"parin$", r"LMWH|low-molecular-weight heparin|heparins?|UFH|anticoagula\w+"),
    (r"gliflozin$", r"SGLT-?2\w*"),
    (r"gliptin$", r"DPP-?4\w*"),
    (r"glutide$|tirzepatide", r"GLP-?1\w*|incretin\w*"),
    (r"dipine$|^diltiazem$|^verapamil$", r"calcium[- ]channel blockers?|CCBs?"),
    (r"prazole$", r"PPIs?|proton[- ]pump inhibitors?"),
    (r"cillin$|penem$|^cef|^ceph", r"beta-?\s?lactams?|β-?lactams?|penicillins?|cephalosporins?|carbapenems?"),
    (r"floxacin$", r"fluoroquinolones?|quinolones?|FQs?"),
    (r"thromycin$", r"macrolides?"),
    (r"(?:gentam|tobram|amik)\w+$", r"aminoglycosides?"),
    (r"dronate$|dronic$", r"bisphosphonates?"),
    (r"azepam$|azolam$", r"benzodiazepines?"),
    (r"oxetine$|citalopram$|^sertraline$", r"SSRIs?|antidepressants?"),
    (r"thiazide$|semide$", r"diuretics?"),
    (r"grel$|grelor$", r"P2Y12|antiplatelet\w*|DAPT"),
    (r"^aspirin$", r"antiplatelet\w*|DAPT|NSAIDs?"),
    (r"profen$|fenac$|^naproxen$", r"NSAIDs?"),
    (r"sone$|solone$", r"(?:gluco)?corticosteroids?|glucocorticoids?|steroids?"),
    (r"plase$", r"thrombolysis|thrombolytics?|fibrinoly\w+|tPA|t-PA"),
    (r"terol$|^salbutamol$", r"SABAs?|LABAs?|beta2?-?\s?agonists?|bronchodilators?"),
    (r"mab$|cept$", r"biologics?|bDMARDs?|TNF\w*|monoclonal"),
    (r"^insulin$", r"insulins?"),
)


def speaks_of(medicine: str, text: str) -> bool:
    """Whether ``text`` names ``medicine`` (lower case) or its class."""
    if re.search(rf"\b{re.escape(medicine)}", text, re.IGNORECASE):
        return True
    return any(
        re.search(rf"(?<!\w)(?:{named})(?!\w)", text, re.IGNORECASE)
        for members, named in _CLASSES
        if re.search(members, medicine)
    )
