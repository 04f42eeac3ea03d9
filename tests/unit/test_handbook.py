"""Where an error says that it is explained."""

from __future__ import annotations

from pathlib import Path

from agent.cli.handbook import errors_page


def test_a_server_with_a_bundle_is_told_a_page_that_outlives_the_next_upgrade(tmp_path: Path) -> None:
    build = tmp_path / "versions/0.1.0-abcdef12"
    (build / "share/doc").mkdir(parents=True)
    (build / "share/doc/errors.md").write_text("# Errors\n")
    (tmp_path / "current").symlink_to("versions/0.1.0-abcdef12")

    assert errors_page(build) == f"{tmp_path}/current/share/doc/errors.md"


def test_a_program_that_brought_no_pages_names_the_page_of_the_sources(tmp_path: Path) -> None:
    assert errors_page(tmp_path / "venv") == "docs/errors.md"
