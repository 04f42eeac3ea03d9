"""A certificate for servers on loopback, signed by a CA that lives as long as the tests."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True, slots=True)
class Certificates:
    """The files that a server and its clients need."""

    ca: Path
    certificate: Path
    key: Path


def write_certificates(folder: Path, owner: str) -> Certificates:
    """A fresh CA and a certificate for `localhost` and `127.0.0.1`; only its owner can read the key."""
    authority = trustme.CA()
    issued = authority.issue_cert("localhost", "127.0.0.1")
    files = Certificates(folder / "ca.pem", folder / "server.pem", folder / "server.key")
    authority.cert_pem.write_to_path(files.ca)
    files.certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    files.key.write_bytes(issued.private_key_pem.bytes())
    files.key.chmod(0o600)
    if os.geteuid() == 0:
        known = pwd.getpwnam(owner)
        for path in (files.ca, files.certificate, files.key):
            os.chown(path, known.pw_uid, known.pw_gid)
    return files
