"""The token in every form, which a page of another site cannot know.

It follows from the visitor's cookie alone, so nothing is stored; it changes with every sign-in.
"""

from __future__ import annotations

import hashlib
import hmac

FIELD = "token"
_CONTEXT = b"sikd form token v1"


def form_token(cookie: str) -> str:
    """The token for the forms of the visitor who holds this cookie."""
    return hmac.new(cookie.encode(), _CONTEXT, hashlib.sha256).hexdigest()


def is_form_token(given: str, cookie: str) -> bool:
    """Whether a form came from a page that was made for the holder of this cookie."""
    return bool(cookie) and hmac.compare_digest(given.encode(), form_token(cookie).encode())
