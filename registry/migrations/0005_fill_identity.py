"""What is known already becomes explicit: organisations' identity types, and the keys' full scopes of before."""

from django.db import migrations

TYPES = """
UPDATE registry_organisation SET identity_type = CASE kind
    WHEN 'government' THEN '0' WHEN 'social' THEN '2'
    WHEN 'institution' THEN '1' WHEN 'state_enterprise' THEN '1' WHEN 'utility' THEN '1' WHEN 'enterprise' THEN '1'
    ELSE '4' END
"""
SCOPES = """
UPDATE registry_apikey SET scopes = ARRAY[
    'registry:read', 'registry:write', 'pricing:read', 'pricing:write', 'privacy:read', 'privacy:write',
    'marketplace:read', 'marketplace:write', 'ledger:read', 'ledger:write'
] WHERE scopes = '{}'
"""


class Migration(migrations.Migration):
    """Fill the columns that 0004 added empty."""

    dependencies = [("registry", "0004_casework")]
    operations = [
        migrations.RunSQL(TYPES, migrations.RunSQL.noop),
        migrations.RunSQL(SCOPES, migrations.RunSQL.noop),
    ]
