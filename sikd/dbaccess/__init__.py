"""Database access: sealed to the node in the browser, checked through the node, configured by DJPK."""

from contract.wire.states import AccessState
from sikd.dbaccess.due import due
from sikd.dbaccess.store import Access, newest

__all__ = ["Access", "AccessState", "due", "newest"]
