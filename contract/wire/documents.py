"""How a typed document becomes canonical bytes and is read back, the same way for every kind of message."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, PlainSerializer, ValidationError

from contract.budget.codes import has_shape
from contract.budget.rupiah import Rupiah
from contract.errors import ContractError, MalformedMessage
from contract.text import T
from contract.wire import canonical

_TIME = "%Y-%m-%dT%H:%M:%SZ"


def format_time(moment: datetime) -> str:
    """An aware time as UTC to the second, for example `2026-01-31T16:59:59Z`."""
    return moment.astimezone(UTC).strftime(_TIME)


def parse_time(text: object) -> datetime:
    """An aware UTC time from its one canonical spelling; ValueError otherwise."""
    if isinstance(text, datetime):
        return text.astimezone(UTC).replace(microsecond=0)
    moment = datetime.strptime(str(text), _TIME).replace(tzinfo=UTC)
    if format_time(moment) != text:
        raise ValueError("a time is written like 2026-01-31T16:59:59Z")
    return moment


def _parse_amount(text: object) -> Rupiah:
    if isinstance(text, Rupiah):
        return text
    try:
        return Rupiah.from_wire(str(text))
    except ContractError as error:
        raise ValueError(str(error)) from error


Time = Annotated[datetime, BeforeValidator(parse_time), PlainSerializer(format_time)]
"""An instant, on the wire in UTC to the second."""
Amount = Annotated[Rupiah, BeforeValidator(_parse_amount), PlainSerializer(Rupiah.to_wire)]
"""An amount, on the wire a string with exactly two decimals."""


def matching(kind: str) -> AfterValidator:
    """A validator for strings that must have the shape of one kind of code."""
    def check(code: str) -> str:
        if not has_shape(kind, code):
            raise ValueError(f"not a {kind}")
        return code

    return AfterValidator(check)


class Document(BaseModel):
    """A frozen document that is written and read in RFC 8785 form; unknown fields are refused."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, hide_input_in_errors=True, arbitrary_types_allowed=True, populate_by_name=True
    )

    def to_bytes(self) -> bytes:
        """The document's canonical bytes."""
        return canonical.dumps(self.model_dump(mode="json", by_alias=True))

    @classmethod
    def from_bytes(cls, data: bytes, *, max_bytes: int) -> Self:
        """A document from its canonical bytes; raises MalformedMessage or TooLarge, and nothing else."""
        canonical.loads(data, max_bytes=max_bytes)
        try:
            return cls.model_validate_json(data)
        except ValidationError as error:
            raise cls._malformed(error) from error

    @classmethod
    def _malformed(cls, error: ValidationError) -> ContractError:
        """The error for fields that do not fit; the offending input is never repeated."""
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part)[:40] for part in first["loc"][:6]) or cls.__name__
        return MalformedMessage(
            T("Field {field} is not as agreed: {why}.", field=where, why=first["msg"]),
            remedy=T("Update the older of the two programs; if both are current, report this."),
        )


class Answer(Document):
    """A document from the centre; fields that this version does not know yet are passed over."""

    model_config = ConfigDict(extra="ignore")
