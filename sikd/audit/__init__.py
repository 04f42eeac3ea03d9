"""The log of every act: who did what, and when; written in the act's own transaction, never changed."""

from sikd.audit.store import SYSTEM, Act, acts, append

__all__ = ["SYSTEM", "Act", "acts", "append"]
