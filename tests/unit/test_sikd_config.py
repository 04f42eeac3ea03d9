"""Settings are read from three places, and every mistake is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from sikd import config
from sikd.errors import BadSettings


def load(tmp_path: Path, text: str = "", **environment: str) -> config.Settings:
    file = tmp_path / "sikd.toml"
    file.write_text(text)
    return config.load(file, environment, given={})


def test_a_data_folder_is_all_that_is_needed(tmp_path: Path) -> None:
    settings = load(tmp_path, 'data_dir = "/srv/sikd"')

    assert settings.database == "sqlite:////srv/sikd/sikd.db"
    assert settings.centre_key == Path("/srv/sikd/centre-key.pem")


def test_the_command_line_wins_over_environment_and_file(tmp_path: Path) -> None:
    file = tmp_path / "sikd.toml"
    file.write_text('public_url = "https://file.example"')
    environment = {"SIKD_PUBLIC_URL": "https://environment.example"}

    from_environment = config.load(file, environment, given={"public_url": None})
    from_line = config.load(file, environment, given={"public_url": "https://line.example/"})

    assert from_environment.public_url == "https://environment.example"
    assert from_line.public_url == "https://line.example"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('colour = "blue"', "colour"),
        ('data_dir = "sikd"', "data_dir"),
        ('public_url = "http://sikd.example"', "public_url"),
        ('public_url = "sikd.example"', "public_url"),
        ('database_url = "mysql://localhost/sikd"', "database_url"),
        ('proxies = ["proxy.example"]', "proxies"),
        ('proxies = ["192.0.2.1/24"]', "proxies"),
        ("data_dir = ", "sikd.toml"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(BadSettings) as refused:
        load(tmp_path, text)

    assert named in str(refused.value)


def test_the_proxies_that_are_believed_are_a_setting(tmp_path: Path) -> None:
    assert load(tmp_path).proxies == ("127.0.0.1", "::1")
    assert load(tmp_path, 'proxies = ["192.0.2.0/24"]').proxies == ("192.0.2.0/24",)


def test_a_file_that_was_named_has_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(BadSettings):
        config.load(tmp_path / "nowhere.toml", {}, given={})


def test_a_password_in_a_wrong_address_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(BadSettings) as refused:
        load(tmp_path, 'database_url = "mysql://sikd:rahasia@localhost/sikd"')

    assert "rahasia" not in str(refused.value)


def test_a_sample_centre_is_marked_by_the_environment_too(tmp_path: Path) -> None:
    assert load(tmp_path, SIKD_SAMPLE="true").sample
    assert not load(tmp_path, "sample = true", SIKD_SAMPLE="false").sample
    with pytest.raises(BadSettings, match="sample"):
        load(tmp_path, SIKD_SAMPLE="perhaps")
