"""The centre's signing key: one place makes and reads it, and the database knows which one it is."""

from sikd.keys.store import CentreKey, load, make, record, recorded, require_recorded

__all__ = ["CentreKey", "load", "make", "record", "recorded", "require_recorded"]
