"""Which TLS certificates are believed: those of the system, or of the one file that agent.toml names.

TLS keeps the line private; who the centre is, is decided by its pinned key alone.
"""

from __future__ import annotations

import ssl
from pathlib import Path

from agent import system_words
from agent.errors import ConfigError
from contract.text import T, Text

# Where distributions keep certificates; a Python that was built elsewhere knows only its builder's place.
_SYSTEM_FILES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu
    "/etc/pki/tls/certs/ca-bundle.crt",  # RHEL, Alma, Rocky
    "/etc/ssl/ca-bundle.pem",  # SUSE
)


def tls_context(ca_file: str | None) -> ssl.SSLContext:
    """A context for TLS 1.2 or later that checks name and chain; raises ConfigError for an unusable file."""
    file = ca_file or _system_file()
    try:
        context = ssl.create_default_context(cafile=file)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(
            T("The CA file {file} cannot be used: {why}.", file=file, why=_why(error)),
            remedy=T(
                "Correct ca_file in [centre]: a file in PEM form that the service user may read. One in DER"
                " form becomes one by `openssl x509 -inform der -in FILE -out ca.pem`."
            ),
            key="centre.ca_file",
        ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Python 3.13 began to refuse CAs that miss a field, as those of offices and firewalls often do; and what
    # the operator names is trusted, be it a root or the CA below it. The same then holds for every Python.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def _why(error: OSError) -> Text | str:
    if isinstance(error, ssl.SSLError):
        return T("it holds no certificate in PEM form")
    return system_words.why(error)


def _system_file() -> str | None:
    own = ssl.get_default_verify_paths()
    if own.cafile or own.capath:
        return None
    return next((file for file in _SYSTEM_FILES if Path(file).is_file()), None)
