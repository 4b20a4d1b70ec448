"""Every entry has both digests."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_guards_sm3_and_keys")]
    operations = [
        migrations.AlterField(model_name="entry", name="sm3", field=models.BinaryField(max_length=32)),
    ]
