"""schemathesis' check that what fits the schema is accepted, less the rules that JSON Schema can't say."""

import json

import schemathesis
from schemathesis.specs.openapi.checks import positive_data_acceptance

# Messages of the envelope; each names a rule between two values, or of a list that isn't in the document.
BEYOND_SCHEMA = {
    "page * per_page must be at most 1000000",
    "cursor is not one of ours",
    "cursor belongs to another list or order",
    "min_price must not be above max_price",
    "must be an ISO 4217 currency code",
    "must contain a letter or a digit",
    "must be after starts_at",
    "must not be empty",  # of white space alone, which is trimmed
    "must not contain a NUL character",
}


def is_beyond_schema(response):
    error = json.loads(response.text)["error"]
    return set((error.get("fields") or {"": error["message"]}).values()) <= BEYOND_SCHEMA


@schemathesis.check
def accepts_what_fits(ctx, response, case):
    if response.status_code != 400 or not is_beyond_schema(response):
        positive_data_acceptance(ctx, response, case)
