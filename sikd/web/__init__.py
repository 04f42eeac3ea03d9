"""The frame of all pages: layout, languages, sessions, security headers, and who may open what."""

from sikd.web.mount import mount
from sikd.web.page import Page, ThisPage, page_router
from sikd.web.site import Site

__all__ = ["Page", "Site", "ThisPage", "mount", "page_router"]
