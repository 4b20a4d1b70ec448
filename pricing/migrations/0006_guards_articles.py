"""A change of law that was entered is never changed or taken away."""

from django.db import migrations

FREEZE = """
CREATE TRIGGER pricing_articlerow_keeps BEFORE UPDATE OR DELETE ON pricing_articlerow
    FOR EACH ROW EXECUTE FUNCTION pricing_refuse();
"""
THAW = "DROP TRIGGER pricing_articlerow_keeps ON pricing_articlerow;"


class Migration(migrations.Migration):
    dependencies = [("pricing", "0005_articles")]
    operations = [migrations.RunSQL(FREEZE, THAW)]
