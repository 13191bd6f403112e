"""Languages as NLM names them, in three letters (``eng``), whatever else they are called."""

from __future__ import annotations

# NLM's code (ISO 639-2/B), the two letters of ISO 639-1, the name, and the other code of ISO 639-2 where it has one.
_KNOWN = (
    ("afr", "af", "afrikaans"), ("alb", "sq", "albanian", "sqi"), ("ara", "ar", "arabic"),
    ("arm", "hy", "armenian", "hye"), ("aze", "az", "azerbaijani"), ("bos", "bs", "bosnian"),
    ("bul", "bg", "bulgarian"), ("cat", "ca", "catalan"), ("chi", "zh", "chinese", "zho"),
    ("cze", "cs", "czech", "ces"), ("dan", "da", "danish"), ("dut", "nl", "dutch", "nld"),
    ("eng", "en", "english"), ("epo", "eo", "esperanto"), ("est", "et", "estonian"),
    ("fin", "fi", "finnish"), ("fre", "fr", "french", "fra"), ("geo", "ka", "georgian", "kat"),
    ("ger", "de", "german", "deu"), ("gre", "el", "greek", "ell"), ("heb", "he", "hebrew"),
    ("hin", "hi", "hindi"), ("hrv", "hr", "croatian", "scr"), ("hun", "hu", "hungarian"),
    ("ice", "is", "icelandic", "isl"), ("ind", "id", "indonesian"), ("ita", "it", "italian"),
    ("jpn", "ja", "japanese"), ("kor", "ko", "korean"), ("lat", "la", "latin"),
    ("lav", "lv", "latvian"), ("lit", "lt", "lithuanian"), ("mac", "mk", "macedonian", "mkd"),
    ("mal", "ml", "malayalam"), ("may", "ms", "malay", "msa"), ("nor", "no", "norwegian"),
    ("per", "fa", "persian", "fas"), ("pol", "pl", "polish"), ("por", "pt", "portuguese"),
    ("rum", "ro", "romanian", "ron"), ("rus", "ru", "russian"), ("slo", "sk", "slovak", "slk"),
    ("slv", "sl", "slovenian"), ("spa", "es", "spanish"), ("srp", "sr", "serbian", "scc"),
    ("swe", "sv", "swedish"), ("tha", "th", "thai"), ("tur", "tr", "turkish"),
    ("ukr", "uk", "ukrainian"), ("urd", "ur", "urdu"), ("vie", "vi", "vietnamese"), ("wel", "cy", "welsh", "cym"),
)  # fmt: skip
_CODES = {word: known[0] for known in _KNOWN for word in known}


def language_code(name: str) -> str:
    """``eng`` for ``eng``, ``en``, ``en-GB`` and ``English``; any other name in lower case as it is."""
    word = name.strip().casefold()
    return _CODES.get(word) or _CODES.get(word.replace("_", "-").partition("-")[0], word)
