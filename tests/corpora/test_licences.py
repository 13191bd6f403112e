import pytest

from wardround.corpora.licences import licence_name


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("http://creativecommons.org/licenses/by/4.0/", "CC BY 4.0"),
        ("https://creativecommons.org/licenses/by-nc-sa/3.0/deed.en", "CC BY-NC-SA 3.0"),
        ("under (http://creativecommons.org/licenses/by/2.0), which permits", "CC BY 2.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0 1.0"),
        ("https://example.org/terms", None),
        ("", None),
    ],
)
def test_creative_commons_licences_have_short_names(url: str, name: str | None) -> None:
    assert licence_name(url) == name
