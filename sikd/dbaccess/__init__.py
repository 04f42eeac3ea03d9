"""Database access: sealed to the node in the browser, checked through the node, configured by DJPK."""

from contract.wire.states import AccessState
from sikd.dbaccess.due import due
from sikd.dbaccess.store import Access, newest, waiting
from sikd.dbaccess.words import ACCESS_STATES

__all__ = ["ACCESS_STATES", "Access", "AccessState", "due", "newest", "waiting"]
