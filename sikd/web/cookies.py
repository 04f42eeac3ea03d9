"""The two cookies of a visitor: a random value that says who they are to the centre, and their language."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from sikd.web.i18n import Language

LANGUAGE_COOKIE = "bahasa"
_ONE_YEAR = 365 * 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Cookies:
    """How cookies are set: over https a browser keeps them from every other site and from plain http."""

    https: bool

    @property
    def visitor_name(self) -> str:
        """The name of the visitor's cookie; `__Host-` makes the browser hold it to this host and to https."""
        return "__Host-sikd" if self.https else "sikd"

    def visitor(self, request: Request) -> str:
        """The visitor's random value, empty where there is none."""
        return request.cookies.get(self.visitor_name, "")[:100]

    def set_visitor(self, response: Response, value: str) -> None:
        """Give the browser a random value that no script can read, until the browser is closed."""
        response.set_cookie(
            self.visitor_name, value, path="/", secure=self.https, httponly=True, samesite="strict"
        )

    def forget_visitor(self, response: Response) -> None:
        """Take the random value back."""
        response.delete_cookie(
            self.visitor_name, path="/", secure=self.https, httponly=True, samesite="strict"
        )

    def set_language(self, response: Response, language: Language) -> None:
        """Let the browser remember the language that its user chose."""
        response.set_cookie(
            LANGUAGE_COOKIE,
            language.value,
            max_age=_ONE_YEAR,
            secure=self.https,
            httponly=True,
            samesite="strict",
        )
