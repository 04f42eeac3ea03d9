"""`sinergi completion`: a static script that completes commands and options in bash, zsh or fish."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from agent.cli.console import Console

if TYPE_CHECKING:
    from agent.cli.outline import Command, Option

EXAMPLE = "sinergi completion bash | sudo tee /etc/bash_completion.d/sinergi"
SHELLS = ("bash", "zsh", "fish")


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("A script that completes commands and options in your shell.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """Add this command's options."""
    parser.add_argument("shell", choices=SHELLS, help=_("for which shell"))


def execute(options: Namespace, console: Console) -> int:
    """Print the script; its descriptions are in the console's language."""
    from agent.cli.outline import commands

    made = {"bash": bash, "zsh": zsh, "fish": fish}[options.shell]
    console.say("\n".join(made(commands(console))))
    return 0


def bash(found: list[Command]) -> Iterator[str]:
    """Lines for bash 4 and later."""
    from agent.cli.outline import groups

    yield "# bash completion for sinergi; made by `sinergi completion bash`."
    yield "_sinergi() {"
    yield '    local now="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}"'
    yield '    local verb="${COMP_WORDS[1]}"'
    yield "    COMPREPLY=()"
    firsts = list(dict.fromkeys(command.name.split()[0] for command in found))
    yield f"    if ((COMP_CWORD == 1)); then {_offer([*firsts, '--help', '--version'])}; return; fi"
    yield '    case "$verb" in'
    for first, seconds in groups(found).items():
        yield f"        {first}) if ((COMP_CWORD == 2)); then {_offer([*seconds, '--help'])}; return; fi"
        yield '            verb="$verb ${COMP_WORDS[2]}" ;;'
    yield "    esac"
    yield '    case "$verb $before" in'
    for command in found:
        for option in command.options:
            if option.value:
                yield f"        {_patterns(command, option)}) {_values(option)}return ;;"
    yield "    esac"
    yield '    case "$verb" in'
    for command in found:
        files = any(argument.is_file for argument in command.arguments)
        words = [*command.flags, *(word for argument in command.arguments for word in argument.choices)]
        extra = ' COMPREPLY+=($(compgen -f -- "$now"));' if files else ""
        yield f'        "{command.name}") {_offer(words)};{extra} ;;'
    yield "    esac"
    yield "}"
    yield "complete -o filenames -F _sinergi sinergi"


def _offer(words: list[str]) -> str:
    return f'COMPREPLY=($(compgen -W "{" ".join(words)}" -- "$now"))'


def _patterns(command: Command, option: Option) -> str:
    return "|".join(f'"{command.name} {name}"' for name in option.names)


def _values(option: Option) -> str:
    if option.choices:
        return f"{_offer(list(option.choices))}; "
    if option.is_file:
        return f'COMPREPLY=($(compgen -{"d" if option.is_folder else "f"} -- "$now")); '
    return ""


def zsh(found: list[Command]) -> Iterator[str]:
    """Lines for zsh, to be kept as `_sinergi` in a folder of $fpath."""
    from agent.cli.outline import groups

    yield "#compdef sinergi"
    yield "# Made by `sinergi completion zsh`."
    yield "_sinergi() {"
    yield "    local -a offered"
    yield "    if (( CURRENT == 2 )); then"
    yield f"        offered=({' '.join(_described(*pair) for pair in _firsts(found))})"
    yield "        _describe command offered; return"
    yield "    fi"
    yield '    case "$words[2]" in'
    for first in groups(found):
        inner = [c for c in found if c.name.split()[0] == first and " " in c.name]
        described = " ".join(_described(c.name.split()[1], c.summary) for c in inner)
        yield f"        {first})"
        yield f"            offered=({described})"
        yield "            if (( CURRENT == 3 )); then _describe command offered; return; fi"
        yield '            words[2]="$words[2] $words[3]"; words[3]=(); (( CURRENT-- )) ;;'
    yield "    esac"
    yield '    local verb="$words[2]"'
    yield "    shift words; (( CURRENT-- ))"
    yield '    case "$verb" in'
    for command in found:
        specs = [_spec(option, name) for option in command.options for name in option.names]
        specs += [_argument(argument) for argument in command.arguments]
        yield f"        {_quoted(command.name)}) _arguments {' '.join(specs)} ;;"
    yield "    esac"
    yield "}"
    yield 'if [ "$funcstack[1]" = _sinergi ]; then _sinergi "$@"; else compdef _sinergi sinergi; fi'


def _firsts(found: list[Command]) -> list[tuple[str, str]]:
    """The first words, each with what it is for; the first command of a group speaks for it."""
    firsts: dict[str, str] = {}
    for command in found:
        firsts.setdefault(command.name.split()[0], command.summary)
    return list(firsts.items())


def _described(word: str, summary: str) -> str:
    return _quoted(f"{word}:{summary}")


def _spec(option: Option, name: str) -> str:
    text = option.help.replace("[", "(").replace("]", ")").replace(":", " ")
    return _quoted(f"{name}[{text}]{_action(option) if option.value else ''}")


def _argument(argument: Option) -> str:
    return _quoted(f":{_action(argument)}")


def _action(option: Option) -> str:
    if option.choices:
        return f":{option.value}:({' '.join(option.choices)})"
    if option.is_file:
        return f":{option.value}:_files{' -/' if option.is_folder else ''}"
    return f":{option.value}: "


def fish(found: list[Command]) -> Iterator[str]:
    """Lines for fish."""
    from agent.cli.outline import groups

    yield "# fish completion for sinergi; made by `sinergi completion fish`."
    yield "complete -c sinergi -f"
    for first, summary in _firsts(found):
        yield f"complete -c sinergi -n __fish_use_subcommand -a {first} -d {_quoted(summary)}"
    seconds = groups(found)
    for command in found:
        first, _, second = command.name.partition(" ")
        seen = f"__fish_seen_subcommand_from {first}"
        if second:
            others = f"not __fish_seen_subcommand_from {' '.join(seconds[first])}"
            when, why = _quoted(f"{seen}; and {others}"), _quoted(command.summary)
            yield f"complete -c sinergi -n {when} -a {second} -d {why}"
            seen += f"; and __fish_seen_subcommand_from {second}"
        for option in command.options:
            yield f"complete -c sinergi -n {_quoted(seen)} {_fish_option(option)}"
        for argument in command.arguments:
            yield f"complete -c sinergi -n {_quoted(seen)} {_fish_value(argument)}"


def _fish_option(option: Option) -> str:
    names = [f"-s {name[1:]}" if len(name) == 2 else f"-l {name[2:]}" for name in option.names]
    value = f" -r {_fish_value(option)}" if option.value else ""
    return f"{' '.join(names)} -d {_quoted(option.help)}{value}"


def _fish_value(option: Option) -> str:
    if option.choices:
        return f"-a {_quoted(' '.join(option.choices))}"
    return "-F" if option.is_file else ""


def _quoted(text: str) -> str:
    """For all three shells: in single quotes there is nothing to escape but themselves."""
    return "'" + text.replace("'", "’").replace("`", "") + "'"
