"""`sikd pemda find`: the Pemda with these words in its name, or with this code; needs no database."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from contract.text import T
from sikd.cli.console import Console
from sikd.errors import NothingThere

EXAMPLE = "sikd pemda find jepara"
SCHEMA = "sikd.pemda-found/1"


def summary(_: Callable[[str], str]) -> str:
    """What this command does, in one line."""
    return _("Finds Pemda by name or by any of their codes.")


def configure(parser: ArgumentParser, _: Callable[[str], str]) -> None:
    """Add this command's options."""
    parser.add_argument("text", metavar=_("TEXT"), nargs="+", help=_("words of the name, or a code"))


def execute(options: Namespace, console: Console) -> int:
    """Print the Pemda in the order of their codes; raises NothingThere where there is none."""
    from sikd import reference

    wanted = " ".join(options.text)
    found = reference.find_pemda(wanted)
    if not found:
        raise NothingThere(
            T("No Pemda is called {text}.", text=repr(wanted[:60])),
            remedy=T("Give a part of its name, such as `jepara`, or a code, such as `11.10`."),
        )
    if options.json:
        fields = ("kode_pemda", "nama", "kode_bps", "kode_satker")
        console.document(SCHEMA, {"pemda": [{name: getattr(one, name) for name in fields} for one in found]})
        return 0
    columns = (T("kode Pemda"), T("Name"), T("BPS"), T("Satker"))
    rows = [(one.kode_pemda, one.nama, one.kode_bps or "-", one.kode_satker or "-") for one in found]
    console.listing(columns, rows)
    return 0
