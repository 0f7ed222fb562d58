"""Checking what is sent, with the messages that Django REST framework gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from reconciler.sandbox.answers import refuse


class Field(Protocol):
    """Converts a value, or raises ValueError with what is wrong with it."""

    def read(self, value: Any) -> Any:
        """Give the value as it will be stored."""
        ...


@dataclass(frozen=True)
class Text:
    """A string; surrounding white space is cut off."""

    longest: int | None = None
    blank: bool = False
    null: bool = False
    trim: bool = True

    def read(self, value: Any) -> Any:
        """Give the string."""
        if value is None:
            return _null(self.null)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError("Not a valid string.")
        text = str(value).strip() if self.trim else str(value)
        if not text and not self.blank:
            raise ValueError("This field may not be blank.")
        if self.longest is not None and len(text) > self.longest:
            raise ValueError(f"Ensure this field has no more than {self.longest} characters.")
        return text


@dataclass(frozen=True)
class Integer:
    """A whole number, or its decimal digits."""

    null: bool = False
    least: int | None = None
    most: int | None = None

    def read(self, value: Any) -> Any:
        """Give the number."""
        if value is None:
            return _null(self.null)
        try:
            if isinstance(value, bool):
                raise TypeError
            number = int(value)
        except (TypeError, ValueError):
            raise ValueError("A valid integer is required.") from None
        if self.least is not None and number < self.least:
            raise ValueError(f"Ensure this value is greater than or equal to {self.least}.")
        if self.most is not None and number > self.most:
            raise ValueError(f"Ensure this value is less than or equal to {self.most}.")
        return number


@dataclass(frozen=True)
class Share:
    """A part of the whole: more than 0, at most 1."""

    def read(self, value: Any) -> Any:
        """Give the number."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError("A valid number is required.")
        if not 0 < value <= 1:
            raise ValueError("Value must be in the range (0; 1]")
        return value


@dataclass(frozen=True)
class Flag:
    """A truth value."""

    def read(self, value: Any) -> Any:
        """Give the truth value."""
        if value is None:
            return _null(False)
        if value in (True, "true", "True", "1"):
            return True
        if value in (False, "false", "False", "0"):
            return False
        raise ValueError("Must be a valid boolean.")


@dataclass(frozen=True)
class Choice:
    """One of several strings."""

    choices: tuple[str, ...]

    def read(self, value: Any) -> Any:
        """Give the string."""
        if value is None:
            return _null(False)
        if value not in self.choices:
            raise ValueError(f'"{value}" is not a valid choice.')
        return value


@dataclass(frozen=True)
class Anything:
    """A value that is checked elsewhere."""

    def read(self, value: Any) -> Any:
        """Give the value as it is."""
        return value


def _null(allowed: bool) -> None:
    if not allowed:
        raise ValueError("This field may not be null.")


def errors_in(
    data: Mapping[str, Any], fields: Mapping[str, Field], required: Iterable[str] = ()
) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Read the known fields; give them, and what is wrong by field. Unknown fields are left out."""
    read: dict[str, Any] = {}
    wrong = {name: ["This field is required."] for name in required if name not in data}
    for name, field in fields.items():
        if name in data:
            try:
                read[name] = field.read(data[name])
            except ValueError as error:
                wrong[name] = [str(error)]
    return read, wrong


def checked(data: Mapping[str, Any], fields: Mapping[str, Field], required: Iterable[str] = ()) -> dict[str, Any]:
    """Read the known fields, or refuse with what is wrong with them."""
    read, wrong = errors_in(data, fields, required)
    if wrong:
        raise refuse(400, wrong)
    return read
