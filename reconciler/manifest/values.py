"""The kinds of value a manifest's fields hold, stricter and plainer than pydantic's own.

`id: true` is not 1, a number is not a name, and `null` stands only where it means something. Numbers may also be given
as digits in text, and true and false as words in text, because what comes from `${env.X}` is always text.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from reconciler.manifest.priority_format import LARGEST

T = TypeVar("T")


def complaint(what: str, hint: str | None = None) -> PydanticCustomError:
    """An error in our own words: what is wrong, and what to do about it."""
    # Braces would be taken for placeholders of the template, so the words travel in the context.
    return PydanticCustomError("complaint", "{what}", {"what": what, "hint": hint})


class NotNull:
    """Marks a field that may be absent but not `null`: in Python its absence is `None`, in YAML `null` is an error."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Refuse null before anything else is looked at."""
        return core_schema.no_info_before_validator_function(_refuse_null, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The same schema without its null alternative."""
        json_schema = handler(schema)
        alternatives = [option for option in json_schema.pop("anyOf", []) if option != {"type": "null"}]
        if len(alternatives) > 1:
            return {**json_schema, "anyOf": alternatives}
        return {**json_schema, **(alternatives[0] if alternatives else {})}


def _refuse_null(value: object) -> object:
    if value is None:
        raise PydanticCustomError("null", "cannot be null")
    return value


def _whole_number(value: object) -> object:
    if isinstance(value, bool | float):
        raise PydanticCustomError("int_type", "not a whole number")
    if isinstance(value, str):
        if not re.fullmatch(r"-?[0-9]{1,18}", value):
            raise PydanticCustomError("int_type", "not a whole number")
        return int(value)
    return value


def _supported_version(value: object) -> object:
    # True and 1.0 equal 1, but whoever writes them means something else.
    if type(value) is not int or value != 1:
        raise complaint("this version of the format is not supported", "write `version: 1`")
    return value


def number(value: object) -> object:
    """Refuse true and false, which count as numbers in Python."""
    if isinstance(value, bool):
        raise PydanticCustomError("float_type", "not a number")
    return value


def _truth(value: object) -> object:
    if value is None:
        raise PydanticCustomError("null", "cannot be null")
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if not isinstance(value, bool):
        raise PydanticCustomError("bool_type", "not true or false")
    return value


def _text_or_empty(value: object) -> object:
    return "" if value is None else value


def _more_than_spaces(value: str) -> str:
    if not value.strip():
        raise complaint("a name needs more than spaces" if value else "a name cannot be empty")
    return value


def without_outer_spaces(value: str) -> str:
    """Refuse what the server would change in silence: the plan after would want it changed again."""
    if value != value.strip():
        raise complaint("spaces at the beginning or the end", "leave them out: CVAT cuts them off")
    return value


def _instant(value: object) -> object:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            value = None
    elif isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=UTC)
    if not isinstance(value, datetime):
        raise complaint("this is not a date", "write 2026-01-31, or a time such as 2026-01-31T08:00:00Z")
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError:
        raise complaint("this date is out of range") from None


_HOURS = {"h": 1, "d": 24, "w": 7 * 24}


def _age(value: object) -> object:
    if isinstance(value, str) and re.fullmatch(r"[1-9][0-9]{0,3}[hdw]", value):
        return value
    raise complaint("this is not a length of time", "write 12h, 14d or 2w: hours, days or weeks")


def age(written: str) -> timedelta:
    """How long an `Age` is."""
    return timedelta(hours=int(written[:-1]) * _HOURS[written[-1]])


class OneOrSeveral:
    """Marks a field that takes one value or a list of them.

    The list is made before the field's own `None` is looked at: `assignee: null` is the one value null (nobody).
    """

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Make a list of a single value."""
        return core_schema.no_info_before_validator_function(_as_list, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The item alone, or a list of at least one."""
        json_schema = handler(schema)
        array = next(option for option in json_schema.pop("anyOf") if option != {"type": "null"})
        return {**json_schema, "anyOf": [array["items"], {**array, "minItems": 1}]}


def _as_list(value: object) -> object:
    if isinstance(value, list | tuple):
        if not value:
            raise complaint("an empty list selects nothing", "leave the condition out, or say which values")
        return value
    return [value]


def _closed_brackets(glob: str) -> str:
    if "[" in re.sub(r"\[!?\]?[^]]*\]", "", glob):
        raise complaint("this pattern opens a `[` that it does not close", "write [[] for the character itself")
    return glob


def _compiles(regex: str) -> str:
    try:
        re.compile(regex)
    except (re.error, OverflowError, RecursionError) as error:
        raise complaint(f"this is not a valid regular expression: {error}") from None
    return regex


Wanted = Annotated[T | None, NotNull()]
"""A field that is managed only if it is written, and that `null` cannot clear."""

WholeNumber = BeforeValidator(_whole_number)
Count = Annotated[int, Field(ge=0), WholeNumber]
Positive = Annotated[int, Field(ge=1), WholeNumber]
Revision = Annotated[int, Field(ge=1), WholeNumber]
Id = Annotated[int, Field(ge=1, le=2_147_483_647), WholeNumber]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False), BeforeValidator(number)]
Share = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False), BeforeValidator(number)]
"""A part of a whole: more than nothing, at most all of it."""
Priority = Annotated[int, Field(ge=0, le=LARGEST), WholeNumber]
Truth = Annotated[bool, BeforeValidator(_truth)]
Version = Annotated[Literal[1], BeforeValidator(_supported_version)]

Username = Annotated[str, Field(min_length=1, max_length=150)]
Name = Annotated[str, Field(max_length=256), AfterValidator(_more_than_spaces), AfterValidator(without_outer_spaces)]
Subset = Annotated[str, Field(max_length=64), AfterValidator(without_outer_spaces)]
BugTracker = Annotated[str, Field(max_length=2000), AfterValidator(without_outer_spaces)]
Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=128)]

ClearableSubset = Annotated[Subset | None, BeforeValidator(_text_or_empty, json_schema_input_type=Subset | None)]
"""`null` means no subset, which CVAT writes as the empty text."""

ClearableBugTracker = Annotated[
    BugTracker | None, BeforeValidator(_text_or_empty, json_schema_input_type=BugTracker | None)
]
"""`null` means no bug tracker, which CVAT writes as the empty text."""

SelectedSubset = Annotated[Subset, BeforeValidator(_text_or_empty, json_schema_input_type=Subset | None)]
"""In a selection, `null` and the empty text both are tasks without a subset."""

Age = Annotated[str, BeforeValidator(_age, json_schema_input_type=str), WithJsonSchema({"type": "string"})]
"""A length of time in hours, days or weeks: 12h, 14d, 2w."""

Glob = Annotated[str, Field(min_length=1), AfterValidator(_closed_brackets)]
Regex = Annotated[str, Field(min_length=1), AfterValidator(_compiles)]

Instant = Annotated[
    datetime,
    BeforeValidator(_instant),
    PlainSerializer(lambda moment: moment.isoformat().replace("+00:00", "Z"), return_type=str, when_used="json"),
    WithJsonSchema({"type": "string"}),  # not `date-time`, which would refuse a plain date
]
"""A moment in UTC. A date is its midnight; a time without a zone is UTC."""

AnyOf = Annotated[tuple[T, ...] | None, OneOrSeveral()]
"""One value or a list of them: any of them will do. Once read a tuple, or None where it is not written."""
