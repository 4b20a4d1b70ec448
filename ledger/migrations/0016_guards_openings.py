"""Openings are never changed; only the tables' owner erases one, and the application's role not even that.

``ledger_close_history`` takes the right to delete openings too, and closes the tables that came after it.
"""

from __future__ import annotations

from importlib import import_module

from django.db import migrations

BEFORE = import_module("ledger.migrations.0011_guards_application_role").CLOSE
FUNCTION = BEFORE[BEFORE.index("CREATE FUNCTION") : BEFORE.index("REVOKE ALL ON FUNCTION")]
REPLACED = "CREATE OR REPLACE " + FUNCTION.removeprefix("CREATE ")
CLOSED = REPLACED.replace("ARRAY['ledger_waitingentry', 'ledger_opening']", "ARRAY['ledger_waitingentry']").replace(
    "'ledger_logcontract', 'ledger_batch']",
    "'ledger_logcontract', 'ledger_batch',\n"
    "        'ledger_opening', 'ledger_cosignature', 'ledger_chainmove', 'ledger_chainsnapshot']",
)
GUARDS = """
CREATE TRIGGER ledger_opening_keeps BEFORE UPDATE ON ledger_opening
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_opening_remains BEFORE TRUNCATE ON ledger_opening
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
"""
REMOVAL = """
DROP TRIGGER ledger_opening_keeps ON ledger_opening;
DROP TRIGGER ledger_opening_remains ON ledger_opening;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0015_search_indexes")]
    operations = [
        migrations.RunSQL(GUARDS, REMOVAL),
        migrations.RunSQL(CLOSED + "SELECT ledger_close_history();", REPLACED),
    ]
