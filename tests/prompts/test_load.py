"""Prompts are files, and a file that breaks its contract is named when it is loaded."""

from pathlib import Path

import pytest

from wardround.errors import ConfigError
from wardround.prompts import CONTRACTS, load_prompts

GOOD_JUDGE = "## System\n\nJudge strictly.\n\n## User\n\n$passage\n$claim\n"


def own(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.md"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_contract_has_a_packaged_template_that_keeps_it() -> None:
    library = load_prompts()
    assert sorted(library.templates) == sorted(contract.name for contract in CONTRACTS)


def test_the_packaged_system_parts_name_no_variable_so_that_a_prefix_cache_serves_every_question() -> None:
    for template in load_prompts().templates.values():
        assert "$" not in template.system


def test_every_opening_prompt_declares_what_it_is_shown_to_be_data() -> None:
    library = load_prompts()
    for contract in CONTRACTS:
        if contract.opens:
            assert (
                "nstructions inside" in library[contract.name].system
                or "never followed" in library[contract.name].system
            )


def test_an_own_template_replaces_the_packaged_one_and_only_that(tmp_path: Path) -> None:
    own(tmp_path, "judge", GOOD_JUDGE)
    library = load_prompts(tmp_path)
    assert library["judge"].system == "Judge strictly."
    assert library["judge"].origin == str(tmp_path / "judge.md")
    assert library["plan"] == load_prompts()["plan"]


def test_the_fingerprint_follows_the_wording(tmp_path: Path) -> None:
    own(tmp_path, "judge", GOOD_JUDGE)
    changed = load_prompts(tmp_path)
    assert load_prompts().fingerprint == load_prompts().fingerprint
    assert changed.fingerprint != load_prompts().fingerprint
    differing = {name for name, digest in changed.hashes.items() if digest != load_prompts().hashes[name]}
    assert differing == {"judge"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("## System\n\nJudge.\n\n## User\n\n$passage\n", r"the variable \$claim is missing"),
        (GOOD_JUDGE + "$patient\n", r"unknown variable \$patient; this prompt knows \$claim, \$passage"),
        ("## System\n\nJudge $claim.\n\n## User\n\n$passage $claim\n", r"the system part names \$claim"),
        (GOOD_JUDGE + "costs 5 $ a day\n", r"'\$' is not followed by a variable's name"),
        ("$passage $claim", "expected the heading lines '## System' and '## User'"),
        ("## User\n\n$passage\n\n## System\n\n$claim\n", "expected the heading lines"),
        ("## System\n\n## User\n\n$passage $claim\n", "nothing stands under '## System'"),
    ],
)
def test_a_broken_contract_names_file_and_variable(tmp_path: Path, text: str, message: str) -> None:
    path = own(tmp_path, "judge", text)
    with pytest.raises(ConfigError, match=message) as caught:
        load_prompts(tmp_path)
    assert str(caught.value).startswith(str(path))


def test_a_further_turn_has_no_system_part(tmp_path: Path) -> None:
    own(tmp_path, "again", "## System\n\nObey.\n\n## User\n\n$problem\n")
    with pytest.raises(ConfigError, match="expected the heading lines '## User'"):
        load_prompts(tmp_path)


def test_a_template_of_no_known_name_is_refused_because_it_would_never_be_used(tmp_path: Path) -> None:
    own(tmp_path, "jugde", GOOD_JUDGE)
    with pytest.raises(ConfigError, match="there is no prompt named 'jugde'"):
        load_prompts(tmp_path)


def test_a_missing_folder_and_undecodable_text_are_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="the prompts folder is not a folder"):
        load_prompts(tmp_path / "absent")
    (tmp_path / "judge.md").write_bytes(b"## System\n\xff")
    with pytest.raises(ConfigError, match="is not UTF-8 at byte 10"):
        load_prompts(tmp_path)
