"""Which TLS certificates are believed: those of the system, or of the one file that agent.toml names.

TLS keeps the line private; who the centre is, is decided by its pinned key alone.
"""

from __future__ import annotations

import ssl
from pathlib import Path

from agent.errors import ConfigError
from contract.text import T

# Where distributions keep certificates; a Python that was built elsewhere knows only its builder's place.
_SYSTEM_FILES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu
    "/etc/pki/tls/certs/ca-bundle.crt",  # RHEL, Alma, Rocky
    "/etc/ssl/ca-bundle.pem",  # SUSE
)


def tls_context(ca_file: str | None) -> ssl.SSLContext:
    """A context for TLS 1.2 or later that checks name and chain; raises ConfigError for an unusable file."""
    try:
        context = ssl.create_default_context(cafile=ca_file or _system_file())
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(
            T("The CA file {file} cannot be used: {why}.", file=ca_file, why=error),
            remedy=T("Correct ca_file in [centre]; it holds certificates in PEM form."),
            key="centre.ca_file",
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _system_file() -> str | None:
    own = ssl.get_default_verify_paths()
    if own.cafile or own.capath:
        return None
    return next((file for file in _SYSTEM_FILES if Path(file).is_file()), None)
