"""Shell completion and the manual page know every command and option, and each shell understands them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from agent.cli.completion import SHELLS
from agent.cli.frame import VERBS
from agent.cli.outline import Command, commands
from tests.help_blocks import MANUALS, manual_of, printed

each_shell = pytest.mark.parametrize("shell", SHELLS)
each_language = pytest.mark.parametrize("language", ["id", "en"])


@pytest.fixture(scope="module")
def outline() -> list[Command]:
    import sys

    from agent.cli.console import Console

    return commands(Console("en", {}, str, sys.stdout, sys.stderr, asks=False))


def script(shell: str, folder: Path, language: str = "id") -> Path:
    file = folder / f"sinergi.{shell}"
    file.write_text(printed("completion", shell, "--lang", language))
    return file


def offered(shell: str, folder: Path, *words: str) -> set[str]:
    """What a shell offers after these words; the last one is begun and not finished."""
    file = script(shell, folder)
    program = {
        "bash": f"source {file}; COMP_WORDS=(sinergi {' '.join(map(repr, words))}); "
        f"COMP_CWORD={len(words)}; _sinergi; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        "fish": f"source {file}; complete -C 'sinergi {' '.join(words)}'",
    }[shell]
    arguments = ["--norc", "-c"] if shell == "bash" else ["--no-config", "-c"]
    said = subprocess.run(
        [shell, *arguments, program],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        env={"HOME": str(folder), "PATH": "/usr/bin:/bin"},
    ).stdout
    return {line.split("\t")[0] for line in said.splitlines()}


@each_shell
def test_every_command_and_option_is_completed(shell: str, outline: list[Command], tmp_path: Path) -> None:
    text = script(shell, tmp_path).read_text()

    words = {word for command in outline for word in [*command.name.split(), *command.flags]}
    spelt = {word.lstrip("-") if shell == "fish" else word for word in words}
    assert {word for word in spelt if word not in text} == set()
    assert [command.name for command in outline] == list(VERBS)


@each_shell
@each_language
def test_the_shell_itself_finds_no_fault(shell: str, language: str, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")

    checked = subprocess.run(
        [shell, "-n", str(script(shell, tmp_path, language))], capture_output=True, text=True, check=False
    )

    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize("shell", ["bash", "fish"])
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("sta",), {"status"}),
        (("source", ""), {"probe", "preview", "grants"}),
        (("run", "--o"), {"--once"}),
        (("receipt", "show", "--ra"), {"--raw"}),
        (("completion", "z"), {"zsh"}),
        (("status", "--lang", "e"), {"en"}),
        (("init", "--password-file", "./ra"), {"./rahasia.txt"}),
        (("init", "--host", "d"), set()),
    ],
)
def test_a_shell_offers_what_fits(
    shell: str, words: tuple[str, ...], expected: set[str], tmp_path: Path
) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    (tmp_path / "rahasia.txt").touch()

    found = offered(shell, tmp_path, *words)

    assert {word for word in found if word} - {"--help"} == expected


def test_a_shell_that_nobody_knows_is_refused() -> None:
    assert printed("completion", "csh") == ""


@each_language
def test_the_manual_page_in_the_documentation_is_what_the_program_prints(language: str) -> None:
    assert MANUALS[language].read_text() == manual_of(language), "run `python -m tests.help_blocks`"


@each_language
def test_the_manual_page_has_every_command_option_and_exit_code(
    language: str, outline: list[Command]
) -> None:
    page = manual_of(language).replace(r"\-", "-")

    wanted = {f'.SS "sinergi {command.name}"' for command in outline}
    wanted |= {rf"\fB{flag}\fR" for command in outline for flag in command.flags}
    wanted |= {rf"\fB{code}\fR" for code in range(6)}
    assert {one for one in wanted if one not in page} == set()


@each_language
def test_mandoc_finds_no_fault_in_the_manual_page(language: str) -> None:
    if shutil.which("mandoc") is None:
        pytest.skip("mandoc is not installed")

    said = subprocess.run(
        ["mandoc", "-T", "lint", "-W", "warning", str(MANUALS[language])],
        capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip

    # A date would change the page with every day on which it is made.
    assert [line for line in said.splitlines() if "missing date" not in line] == []
