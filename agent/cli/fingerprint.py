"""The fingerprint of the centre's key as a person types it into a command line."""

from __future__ import annotations

from agent.cli.usage import UsageError
from contract.text import T


def told_fingerprint(text: str | None) -> str | None:
    """The SHA-256 in 64 hexadecimal characters; raises UsageError where the text is no fingerprint."""
    from agent.settings import Wrong, fingerprint

    try:
        return None if text is None else fingerprint(text)
    except Wrong as error:
        raise UsageError(T("--centre-key: {why}.", why=error.why), remedy=error.remedy) from error
