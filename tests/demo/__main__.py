"""`make demo`: a sample Pemda's database becomes an authorised APBD Murni; ONCE=1 ends by itself.

It speaks Indonesian, as the programs do; English with SINERGI_LANG=en.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from types import FrameType
from typing import TypeVar

from agent.i18n import language_of
from connectors.interface import Access
from contract.budget.codes import Section
from tests.sample_pemda import Budget, write_wp_sipd
from tests.world import ProgramFailed, Scene, scene
from tests.world.scene import TAHUN

Result = TypeVar("Result")
RINCIAN = 5_000
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""What may end it from outside: Ctrl-C, `kill`, and a terminal that is closed."""
IN_ENGLISH = language_of(os.environ) == "en"


def main() -> int:
    """Run the story in a temporary folder; 0 where all of it came true."""
    for each in ENDINGS:
        if signal.getsignal(each) is not signal.SIG_IGN:  # as `nohup` wants it
            signal.signal(each, _end)
    try:
        with tempfile.TemporaryDirectory(prefix="sinergi-contoh-") as folder, scene(Path(folder)) as ours:
            _story(ours, Path(folder) / "sipd.db")
    except ProgramFailed as error:
        _say(f"Peragaan berhenti: {error}", f"The demonstration stopped: {error}")
        return 1
    except KeyboardInterrupt:
        with suppress(OSError):  # the terminal may be gone
            _say("")
    return 0


def _end(signum: int, frame: FrameType | None) -> None:
    """Leave the story, once: what follows is only the cleaning up."""
    for each in ENDINGS:
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt


def _story(ours: Scene, database: Path) -> None:
    budget = Budget(ours.kode_pemda, TAHUN, RINCIAN)
    _step(
        "basis data keuangan sebuah Pemda (CONTOH)",
        "a Pemda's finance database (CONTOH: a sample)",
        lambda: _fill(database, budget),
    )
    _step(
        "pusat, kuncinya, dan akun untuk empat orang",
        "the centre, its key, and accounts for four people",
        ours.open_centre,
    )
    _step(
        "agen di server Pemda, disiapkan untuk pusat itu",
        "the agent on the Pemda's server, set up for that centre",
        lambda: ours.install_agent(Access("wp-sipd", "sqlite", str(database))),
    )
    _step(
        "agen mendaftar; dua petugas DJPK memetakannya",
        "the agent registers; two officers of DJPK map it",
        ours.map,
    )
    snapshot = _step(
        "satu snapshot yang utuh dan bertanda tangan, disampaikan",
        "one consistent, signed snapshot, pushed",
        ours.deliver,
    )
    _step(
        "diverifikasi oleh verifikator Pemda",
        "verified by a verifikator of the Pemda",
        lambda: ours.verify(snapshot),
    )
    _step(
        "diotorisasi oleh orang lain di Pemda",
        "authorised by another person of the Pemda",
        lambda: ours.authorise(snapshot),
    )
    _step(
        "DJPK melihat postur yang telah diotorisasi",
        "DJPK sees the authorised posture",
        lambda: _compare(ours, budget),
    )
    _show(ours, budget)
    if not os.environ.get("ONCE"):
        _wait_for_a_browser(ours, snapshot)


def _fill(database: Path, budget: Budget) -> None:
    with closing(sqlite3.connect(database)) as connection:
        write_wp_sipd(connection, budget)


def _compare(ours: Scene, budget: Budget) -> None:
    page = ours.page(f"/pemda/{ours.kode_pemda}/berlaku/{TAHUN}")
    if "sample-band" not in page:
        raise ProgramFailed("the page does not say that this is a sample (CONTOH)")
    for section in Section:
        if str(budget.totals.of(section)) not in page:
            raise ProgramFailed(f"the authorised {section} is not {budget.totals.of(section)}")


def _show(ours: Scene, budget: Budget) -> None:
    _say("\n" + ours.node.run("receipt", "show", *(["--lang", "en"] if IN_ENGLISH else [])).rstrip())
    name = f"\n{budget.pemda.nama} (CONTOH), APBD Murni {TAHUN}"
    _say(f"{name}, telah diotorisasi:", f"{name}, authorised:")
    for section in Section:
        _say(f"  {section.value.replace('_', ' '):<24}{budget.totals.of(section)!s:>26}")


def _wait_for_a_browser(ours: Scene, snapshot: str) -> None:
    address = f"{ours.centre.address}{ours.address_of(snapshot)}"
    _say(f"\nBuka dengan peramban: {address}", f"\nOpen with a browser: {address}")
    for person in ours.people:
        who = f"{person.username:<14}"
        _say(
            f"  masuk sebagai {who} kata sandi {person.password}",
            f"  sign in as {who} password {person.password}",
        )
    _say("Ctrl-C mengakhirinya, tanpa sisa.", "Ctrl-C ends it, and nothing is left behind.")
    ours.centre.wait()


def _step(indonesian: str, english: str, work: Callable[[], Result]) -> Result:
    _say(f"- {indonesian}", f"- {english}")
    return work()


def _say(indonesian: str, english: str | None = None) -> None:
    sys.stdout.write((english if IN_ENGLISH and english else indonesian) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
