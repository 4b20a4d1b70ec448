"""Model fields that many apps share."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from kernel.cipher import Keyring, keyring_at
from kernel.money import UNIT_PRICE_DIGITS

if TYPE_CHECKING:
    from decimal import Decimal

    UuidBase = models.UUIDField[uuid.UUID, uuid.UUID]
    IntegerBase = models.BigIntegerField[int, int]
    DecimalBase = models.DecimalField[Decimal, Decimal]
    TextBase = models.Field[str, str]
else:
    UuidBase, IntegerBase, DecimalBase = models.UUIDField, models.BigIntegerField, models.DecimalField
    TextBase = models.Field


class PublicIdField(UuidBase):
    """The id by which the outside names a row: a random uuid, unique, never changed."""

    def __init__(self, **options: Any) -> None:
        fixed: dict[str, Any] = {"default": uuid.uuid4, "unique": True, "editable": False}
        super().__init__(**(fixed | options))


class MinorAmountField(IntegerBase):
    """An amount in the currency's smallest unit (fen for CNY)."""


class UnitPriceField(DecimalBase):
    """A price per unit in yuan, six decimals."""

    def __init__(self, **options: Any) -> None:
        fixed: dict[str, Any] = {"max_digits": 18, "decimal_places": UNIT_PRICE_DIGITS}
        super().__init__(**(fixed | options))


def identity_keyring() -> Keyring:
    """Return the keyring of identity data (``IDENTITY_KEY_FILE``); raise IdentityKeysMissing."""
    return keyring_at(settings.IDENTITY_KEY_FILE)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A stored value as it lies in the database, not opened."""

    content: bytes

    def __repr__(self) -> str:
        return "Envelope(…)"


class _Opened(DeferredAttribute):
    """Opens an envelope the first time somebody reads it: rows that are only listed cost nothing."""

    field: EncryptedTextField

    def __get__(self, instance: models.Model | None, cls: type[models.Model] | None = None) -> Any:
        value = super().__get__(instance, cls)
        if instance is None or not isinstance(value, Envelope):
            return value
        text = identity_keyring().open(value.content, bound_to=self.field.bound_to(instance))
        instance.__dict__[f"{self.field.attname} sealed"] = (text, value)
        instance.__dict__[self.field.attname] = text
        return text

    def __set__(self, instance: models.Model, value: object) -> None:
        """Keep what is given; with this a reader asks the descriptor before the instance's own dictionary."""
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(TextBase):
    """Text that is personal: encrypted at rest (see `kernel.cipher`), bound to its row and to ``label``.

    ``label`` names the place for ever ("registry.objection.real_name"), also when table or column are renamed; ``row``
    names the attribute that identifies the row before it is saved. An empty text is stored as no bytes at all. It
    cannot be searched or written by ``update``; `Keyring.blind_index` beside it where equality must be found. Use::

        real_name = EncryptedTextField(label="registry.objection.real_name")
    """

    empty_strings_allowed = True
    descriptor_class = _Opened

    def __init__(self, *, label: str = "", row: str = "public_id", **options: Any) -> None:
        self.label, self.row = label, row
        fixed: dict[str, Any] = {"blank": True, "default": ""}
        super().__init__(**(fixed | options))

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        """Return what migrations write."""
        name, path, args, options = super().deconstruct()
        return name, path, args, options | {"label": self.label, "row": self.row}

    def bound_to(self, instance: models.Model) -> str:
        """Return the place a value is bound to: label and row."""
        return f"{self.label}:{getattr(instance, self.row)}"

    def reseal(self, instance: models.Model) -> None:
        """Have the next save of ``instance`` encrypt its value anew, under the current key."""
        getattr(instance, self.attname)
        instance.__dict__.pop(f"{self.attname} sealed", None)

    def get_internal_type(self) -> str:
        """Return the kind of column: bytes."""
        return "BinaryField"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:  # noqa: ARG002 - Django's signature
        """Return the stored bytes unopened, an empty text for none."""
        return value if value is None else Envelope(bytes(value)) if len(value) else ""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: ARG002, FBT001 - Django's signature
        """Return the envelope to store: the one read, where the text is what was read."""
        value = model_instance.__dict__.get(self.attname, "")
        text, known = model_instance.__dict__.get(f"{self.attname} sealed", (None, None))
        if isinstance(value, Envelope) or not value:
            return value
        if text == value:
            return known
        return Envelope(identity_keyring().seal(value, bound_to=self.bound_to(model_instance)))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:  # noqa: ARG002, FBT001 - Django's signature
        """Return the bytes of an envelope; raise FieldError for text, which would be stored readable."""
        if value is None:
            return None
        if value == "":
            return connection.Database.Binary(b"")
        if not isinstance(value, Envelope):
            raise FieldError(f"{self.label} is encrypted: save the row instead")
        return connection.Database.Binary(value.content)

    def get_lookup(self, lookup_name: str) -> Any:
        """Return the lookup for nothing but absence: a ciphertext can be compared with nothing."""
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise FieldError(f"{self.label} is encrypted and cannot be searched")
