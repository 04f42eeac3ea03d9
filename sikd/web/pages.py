"""The pages that belong to no stage: what the service is."""

from __future__ import annotations

from starlette.responses import Response

from sikd.web.page import ThisPage, page_router

router = page_router()


@router.get("/layanan", name="service")
def service(page: ThisPage) -> Response:
    """What the service asks for, how long it takes, and that it is free."""
    return page.show("web/service.html")
