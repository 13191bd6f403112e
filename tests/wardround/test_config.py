"""Where settings come from, which place wins, and what a wrong one is answered with."""

from __future__ import annotations

from pathlib import Path

import pytest

from wardround.agent.settings import Settings
from wardround.config import load_settings, load_with_origins
from wardround.config_layers import PROFILES
from wardround.errors import ConfigError


def write(folder: Path, text: str) -> Path:
    path = folder / "settings.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_any_source_the_embedded_profile_is_in_force() -> None:
    loaded = load_with_origins(environ={})
    assert loaded.settings.profile == "embedded"
    assert loaded.settings == Settings()
    assert loaded.origins["agent.k"] == "built in"
    assert loaded.origins["model.kind"] == "profile embedded"


def test_later_places_win_and_every_value_names_its_place(tmp_path: Path) -> None:
    path = write(tmp_path, '[agent]\nk = 3\nn_rounds = 2\nn_queries = 5\n[model]\nname = "from-file"\n')
    loaded = load_with_origins(
        path,
        environ={"WARDROUND_AGENT__K": "4", "WARDROUND_AGENT__N_ROUNDS": "6"},
        overrides={"agent.k": 5, "model.name": None},
    )
    assert (loaded.settings.agent.k, loaded.settings.agent.n_rounds, loaded.settings.agent.n_queries) == (5, 6, 5)
    assert loaded.settings.model.name == "from-file"
    assert loaded.origins["agent.k"] == "command line"
    assert loaded.origins["agent.n_rounds"] == "environment WARDROUND_AGENT__N_ROUNDS"
    assert loaded.origins["agent.n_queries"] == loaded.origins["model.name"] == f"file {path}"
    assert loaded.origins["agent.max_claims"] == "built in"


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_loads(profile: str) -> None:
    assert load_settings(environ={"WARDROUND_PROFILE": profile}).profile == profile


def test_the_profile_may_stand_in_the_file_and_the_command_line_overrules_it(tmp_path: Path) -> None:
    path = write(tmp_path, 'profile = "workstation"\n')
    assert load_settings(path, environ={}).retrieval.store.kind == "server"
    assert load_settings(path, environ={}, overrides={"profile": "embedded"}).retrieval.store.kind == "edge"


def test_the_users_own_file_is_read_when_none_is_named(tmp_path: Path) -> None:
    own = tmp_path / "wardround" / "config.toml"
    own.parent.mkdir()
    own.write_text("[agent]\nk = 2\n")
    loaded = load_with_origins(environ={"XDG_CONFIG_HOME": str(tmp_path)})
    assert (loaded.settings.agent.k, loaded.origins["agent.k"]) == (2, f"file {own}")


def test_a_variable_can_name_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, "[agent]\nk = 2\n")
    assert load_settings(environ={"WARDROUND_CONFIG": str(path)}).agent.k == 2


def test_a_list_is_given_with_commas() -> None:
    settings = load_settings(environ={"WARDROUND_MODEL__ALLOWED_HOSTS": "gpu1, gpu2"})
    assert settings.model.allowed_hosts == ("gpu1", "gpu2")


def test_an_empty_variable_counts_as_not_set_and_an_empty_option_clears_an_optional_setting() -> None:
    assert load_settings(environ={"WARDROUND_AGENT__K": ""}) == Settings()
    environ = {"WARDROUND_PROFILE": "workstation"}
    assert load_settings(environ=environ, overrides={"retrieval.embedder.model": ""}).retrieval.embedder.model is None


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        (
            {"WARDROUND_AGENT__K": "99"},
            "agent.k = '99' (environment WARDROUND_AGENT__K): must be a whole number, at least 0, at most 32",
        ),
        (
            {"WARDROUND_MODEL__KIND": "gpt"},
            "model.kind = 'gpt' (environment WARDROUND_MODEL__KIND): must be none, server, transformers, vllm",
        ),
        (
            {"WARDROUND_AGENT__ROUNDS": "2"},
            "agent.rounds (environment WARDROUND_AGENT__ROUNDS): no such setting; did you mean agent.n_rounds?",
        ),
        (
            {"WARDROUND_AGENT_K": "2"},
            "environment WARDROUND_AGENT_K: no such setting; did you mean WARDROUND_AGENT__K?",
        ),
        (
            {"WARDROUND_PROFILE": "laptop"},
            "profile = 'laptop' (environment WARDROUND_PROFILE): must be one of embedded, workstation, cluster",
        ),
    ],
)
def test_a_wrong_variable_is_named_with_what_would_be_right(environ: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(environ=environ)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[agent]\nkk = 1\n", "agent.kk (file {path}): no such setting; did you mean agent.k?"),
        (
            "[nonsense]\nvalue = 1\n",
            "nonsense (file {path}): no such setting; `wardround config show` lists all settings",
        ),
        ("agent = 3\n", "agent (file {path}): is a section; write [agent] and its settings below it"),
        ("[agent\n", "file {path}: is not TOML (Expected ']' at the end of a table declaration (at line 1, column 7))"),
    ],
)
def test_a_wrong_file_is_named_with_place_and_hint(tmp_path: Path, text: str, message: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_settings(path, environ={})
    assert str(caught.value) == message.format(path=path)


def test_a_named_file_that_is_absent_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"absent\.toml: cannot be read \(No such file or directory\)"):
        load_settings(tmp_path / "absent.toml", environ={})


def test_variables_that_are_no_settings_are_left_alone() -> None:
    environ = {"WARDROUND_SHARED_DATA": "/somewhere", "WARDROUND_MODEL_API_KEY": "secret", "WARDROUND_DEBUG": "1"}
    assert load_settings(environ=environ) == load_settings(environ={})
