"""What the registry tells: views of its rows, and who an account or key acts as."""

from registry.queries.actors import UnknownApiKey, actor_of_api_key, actor_of_user
from registry.queries.calendars import calendar
from registry.queries.certificates import NotOurs, certificate, context_file, contexts, verify_credential
from registry.queries.found import NoSuch
from registry.queries.operation import NotTradable, agreement, agreement_text, agreements, tradable_product
from registry.queries.parties import organisation, organisation_by_uscc, organisations
from registry.queries.registrations import (
    desk,
    notice,
    notices,
    objections,
    office_ids,
    reason_given,
    registration,
    registrations,
    visible_registration,
)
from registry.queries.resources import (
    catalogue_fields,
    product,
    product_registration_id,
    products,
    resource,
    resources,
    visible_product,
    visible_resource,
)

__all__ = [
    "NoSuch",
    "NotOurs",
    "NotTradable",
    "UnknownApiKey",
    "actor_of_api_key",
    "actor_of_user",
    "agreement",
    "agreement_text",
    "agreements",
    "calendar",
    "catalogue_fields",
    "certificate",
    "context_file",
    "contexts",
    "desk",
    "notice",
    "notices",
    "objections",
    "office_ids",
    "organisation",
    "organisation_by_uscc",
    "organisations",
    "product",
    "product_registration_id",
    "products",
    "reason_given",
    "registration",
    "registrations",
    "resource",
    "resources",
    "tradable_product",
    "verify_credential",
    "visible_product",
    "visible_registration",
    "visible_resource",
]
