"""What is wrong with a TLS certificate, or with the TLS of a server, in words; and who can mend it.

The numbers and names are OpenSSL's own; what is not in these tables is passed on as OpenSSL says it.
"""

from __future__ import annotations

import ssl

from agent.errors import CentreCertificateRefused
from contract.text import T, Text

CENTRE_PEOPLE = T("DJPK, telephone 150420")
PROXY_PEOPLE = T("the network's administrator")

_NOT_YET, _EXPIRED, _SELF_SIGNED = 9, 10, 18
_ISSUER_UNKNOWN = {19, 20, 21}
_OF_ANOTHER_HOST = {62, 64}

_TOO_OLD = {
    "NO_PROTOCOLS_AVAILABLE",
    "TLSV1_ALERT_PROTOCOL_VERSION",
    "UNSUPPORTED_PROTOCOL",
    "WRONG_SSL_VERSION",
}
_NOT_TLS = {"HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE", "WRONG_VERSION_NUMBER"}
_ENDED = {"UNEXPECTED_EOF_WHILE_READING"}


def certificate_refused(
    url: str,
    error: ssl.SSLCertVerificationError,
    *,
    host: str,
    whom: Text = CENTRE_PEOPLE,
    shown: Text | None = None,
) -> CentreCertificateRefused:
    """The error for a certificate that is not trusted; `shown` says what stands in it, where it was seen."""
    why = _what_is_wrong(error, host)
    told = T("{why} ({shown})", why=why, shown=shown) if shown else why
    return CentreCertificateRefused(not_trusted(url, told), remedy=_what_to_do(error, whom))


def not_trusted(url: str, why: Text | str) -> Text:
    """The sentence about a certificate that is not trusted."""
    return T("The TLS certificate of {url} is not trusted: {why}.", url=url, why=why)


def tls_trouble(error: ssl.SSLError) -> Text | str:
    """Why TLS did not come about, other than for a certificate."""
    reason = error.reason or ""
    if reason in _TOO_OLD:
        return T("it speaks no TLS 1.2 or later")
    if reason in _NOT_TLS:
        return T("what answers there does not speak TLS")
    if reason in _ENDED:
        return T("the connection broke off")
    return reason.replace("_", " ").lower() or str(error)


def _what_is_wrong(error: ssl.SSLCertVerificationError, host: str) -> Text | str:
    code = error.verify_code
    if code == _NOT_YET:
        return T("it is not valid yet")
    if code == _EXPIRED:
        return T("it has expired")
    if code == _SELF_SIGNED:
        return T("it is signed by itself")
    if code in _ISSUER_UNKNOWN:
        return T("this server does not know its issuer")
    if code in _OF_ANOTHER_HOST:
        return T("it is of another server than {host}", host=host)
    return error.verify_message


def _what_to_do(error: ssl.SSLCertVerificationError, whom: Text) -> Text:
    code = error.verify_code
    if code in {_NOT_YET, _EXPIRED}:
        return T("Check this server's clock (`timedatectl`); if it is right, tell {whom}.", whom=whom)
    if code in _OF_ANOTHER_HOST:
        return T(
            "`sudo sinergi doctor` shows whose certificate it is. Check the address in [centre]; if it is"
            " right, tell {whom}.",
            whom=whom,
        )
    return T(
        "`sudo sinergi doctor` shows the issuer. If it is your office's own CA or its firewall's, put that"
        " CA into ca_file in [centre]; else tell {whom}.",
        whom=whom,
    )
