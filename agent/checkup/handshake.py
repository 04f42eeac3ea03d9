"""A TLS handshake and nothing more, over a line that may itself be TLS to a proxy."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

from contract.text import T, Text

if TYPE_CHECKING:
    from cryptography import x509

_PIECE = 16 * 1024


def shake_hands(line: socket.socket, context: ssl.SSLContext, host: str) -> ssl.SSLObject:
    """The session that comes about; raises OSError, of which ssl.SSLError is one."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = context.wrap_bio(incoming, outgoing, server_hostname=host)
    while True:
        try:
            session.do_handshake()
        except ssl.SSLWantReadError:
            line.sendall(outgoing.read())
            if more := line.recv(_PIECE):
                incoming.write(more)
            else:
                incoming.write_eof()
        else:
            line.sendall(outgoing.read())
            return session


def certificate_shown(line: socket.socket, host: str) -> Text:
    """Whose certificate is shown, trusted or not: a firewall that opens TLS signs with a name of its own.

    Raises OSError, or ValueError where it is no certificate.
    """
    from cryptography import x509

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # Looked at and never used: nothing is sent on this connection.
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    session = shake_hands(line, context, host)
    shown = x509.load_der_x509_certificate(session.getpeercert(binary_form=True) or b"")
    return T(
        "for {names}, issued by {issuer}, valid from {begins} until {ends}",
        names=_names(shown) or shown.subject.rfc4514_string(),
        issuer=shown.issuer.rfc4514_string(),
        begins=f"{shown.not_valid_before_utc:%Y-%m-%d}",
        ends=f"{shown.not_valid_after_utc:%Y-%m-%d}",
    )


def _names(shown: x509.Certificate) -> str:
    from cryptography import x509

    try:
        found = shown.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ""
    return ", ".join(str(name.value) for name in found)
