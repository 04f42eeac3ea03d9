"""A delivery as an auditor checks it: sha256sum, zstd, sort, cut, uniq, wc and awk, and none of our code."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SUMS_IN_SEN = """
{ sub(/\\./, "", $9); sum[$7 ~ /^6/ ? substr($7, 1, 3) : substr($7, 1, 1)] += $9 }
END { printf "%.0f %.0f %.0f %.0f\\n", sum["4"], sum["5"], sum["6.1"], sum["6.2"] }
"""
_SECTIONS = ("pendapatan", "belanja", "penerimaan_pembiayaan", "pengeluaran_pembiayaan")
_TOOLS = os.environ | {"LC_ALL": "C"}


@dataclass(frozen=True)
class Audit:
    """A manifest, and what the tools say about each of its segments, in the manifest's own words."""

    manifest: dict[str, Any]
    found: list[dict[str, Any]]

    @property
    def stated(self) -> list[dict[str, Any]]:
        """What the manifest states about each segment, kinds and codes left out."""
        names = self.found[0].keys()
        return [{name: entry[name] for name in names} for entry in self.manifest["segments"]]


def audit(envelope: bytes, frames: Mapping[str, bytes], folder: Path) -> Audit:
    """Check frames, by their SHA-256, against the manifest in a signed envelope."""
    manifest = json.loads(base64.b64decode(json.loads(envelope)["payload"]))
    found = []
    for number, entry in enumerate(manifest["segments"]):
        packed = folder / f"{number}.tsv.zst"
        packed.write_bytes(frames[entry["frame_sha256"]])
        found.append(_looked_at(packed, is_names=number == 0))
    return Audit(manifest, found)


def _looked_at(packed: Path, *, is_names: bool) -> dict[str, Any]:
    plain = packed.with_suffix("")
    _said("zstd", "-q", "-d", "--memory=8MB", packed, "-o", plain)
    _said("sort", "-c", "-u", plain)
    lines, size = _said("wc", "-l", "-c", plain).split()[:2]
    sums = _said("awk", "-F", "\t", _SUMS_IN_SEN, plain).split() if not is_names else ["0"] * 4
    if not is_names:
        _require_whole_lines(plain)
    return {
        "frame_sha256": _said("sha256sum", packed).split()[0],
        "frame_bytes": packed.stat().st_size,
        "sha256": _said("sha256sum", plain).split()[0],
        "bytes": int(size),
        "lines": int(lines),
        "totals": {section: _rupiah(int(sen)) for section, sen in zip(_SECTIONS, sums, strict=True)},
    }


def _require_whole_lines(plain: Path) -> None:
    """Nine fields on every line, one SKPD, and no key twice."""
    shapes = _said("awk", "-F", "\t", "{ print NF, $1 }", plain)
    assert len(set(shapes.splitlines())) == 1
    assert shapes.startswith("9 ")
    keys = _said("cut", "-f", "1-8", plain)
    repeated = subprocess.run(
        ["uniq", "-d"], input=keys, capture_output=True, text=True, check=True, env=_TOOLS
    )
    assert repeated.stdout == ""


def _said(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=_TOOLS)
    assert done.returncode == 0, f"{command[0]}: {done.stderr}"
    return done.stdout


def _rupiah(sen: int) -> str:
    return f"{sen // 100}.{sen % 100:02}"
