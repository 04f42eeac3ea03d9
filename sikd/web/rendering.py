"""Making a page from a template, in one language, with the words and marks that all pages share."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

import sikd
from contract.budget.findings import problem_of, remedy_of
from contract.budget.kinds import heading_of
from contract.wire.identity import NODE_PREFIX, grouped
from sikd.accounts import ROLE_NAMES
from sikd.reference import pemda_by_kode
from sikd.web.chart import posture_chart, short_amount
from sikd.web.dates import day_in_words, moment_in_words
from sikd.web.form_token import FIELD, form_token
from sikd.web.i18n import Language, say, translations
from sikd.web.navigation import entries
from sikd.web.words import NODE_STATES, SECTIONS, SNAPSHOT_STATES, act_in_words, detail_in_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sikd.web.page import Page

_STAGES = (
    "accounts",
    "tickets",
    "nodes",
    "dbaccess",
    "intake",
    "verification",
    "authorisation",
    "reports",
    "web",
)
_STATIC = Path(__file__).parent / "static"
HTMX = "vendor/htmx-2.0.11.min.js"
# htmx is kept from evaluating text, from writing styles, and from storing pages in the browser.
HTMX_CONFIG = json.dumps(
    {
        "allowEval": False,
        "allowScriptTags": False,
        "historyCacheSize": 0,
        "includeIndicatorStyles": False,
        "refreshOnHistoryMiss": True,
    }
)


def render(page: Page, template: str, values: Mapping[str, object]) -> str:
    """The HTML of a page."""
    return (
        _environment(page.language)
        .get_template(template)
        .render(
            **values,
            page=page,
            navigation=entries(page),
            token_field=FIELD,
            token=form_token(page.cookie),
        )
    )


@cache
def _environment(language: Language) -> Environment:
    """Templates in one language; a value that is missing is an error, never an empty spot."""
    folder = Path(sikd.__path__[0])
    loaders = {stage: FileSystemLoader(folder / stage / "templates") for stage in _STAGES}
    environment = Environment(
        loader=PrefixLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    environment.filters |= {
        "say": lambda text: say(text, language),
        "moment": lambda moment: say(moment_in_words(moment), language),
        "day": lambda day: say(day_in_words(day), language),
        "with_code": with_code,
        "iso_day": lambda day: _iso_day(day, language),
        "short": lambda amount: say(short_amount(amount), language),
        "thousands": lambda number: f"{number:,}".replace(",", "."),
        "node_id": grouped,
        "ticket_id": lambda name: f"{name[:5]} {name[5:]}",
        "role": lambda role: say(ROLE_NAMES[role], language),
        "pemda": _pemda_name,
        "actor": lambda actor: grouped(actor) if _is_node(actor) else actor,
        "act": lambda act: say(act_in_words(act), language),
        "detail": lambda name: say(detail_in_words(name), language),
    }
    environment.tests["node_name"] = _is_node
    environment.globals |= {
        "node_states": NODE_STATES,
        "snapshot_states": SNAPSHOT_STATES,
        "sections": SECTIONS,
        "asset": asset,
        "url": _url,
        "language": language,
        "posture_chart": posture_chart,
        "heading_of": heading_of,
        "problem_of": problem_of,
        "remedy_of": remedy_of,
        "htmx": HTMX,
        "htmx_config": HTMX_CONFIG,
    }
    return environment


@cache
def asset(name: str) -> str:
    """The address of a static file, which changes with its content, so that browsers may keep it for ever."""
    digest = hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()
    return f"/statis/{name}?v={digest[:12]}"


def with_code(text: str) -> Markup:
    """A sentence in which what stands between backticks is shown as a command."""
    parts = [escape(part) for part in str(text).split("`")]
    if len(parts) % 2 == 0:
        return escape(text)
    return Markup("").join(
        Markup('<code class="code">{}</code>').format(part) if odd % 2 else part
        for odd, part in enumerate(parts)
    )


def _iso_day(text: str, language: Language) -> str:
    """A day in words; what a node states may have the form of a day and still be none."""
    try:
        return say(day_in_words(date.fromisoformat(text)), language)
    except ValueError:
        return text


def _is_node(actor: str) -> bool:
    return actor.startswith(f"{NODE_PREFIX}1")


def _pemda_name(kode_pemda: str) -> str:
    one = pemda_by_kode(kode_pemda)
    return one.nama if one else kode_pemda


@pass_context
def _url(context: Context, route: str, /, **path: str) -> str:
    """The address of a page by its name in the table of permissions."""
    page: Page = context["page"]
    return page.address(route, **path)
