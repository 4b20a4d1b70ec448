"""The second digest, statuses that entries set on chain, and the keys that sign heads from a given size on."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_guards")]

    operations = [
        migrations.AddField(
            model_name="entry",
            name="sm3",
            field=models.BinaryField(max_length=32, null=True),
        ),
        migrations.CreateModel(
            name="EntryStatus",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="status",
                        serialize=False,
                        to="ledger.entry",
                    ),
                ),
                ("status_id", models.BinaryField(max_length=32)),
                ("subject", models.CharField(max_length=240)),
                ("state", models.CharField(max_length=20)),
                ("valid_until", models.DateField(null=True)),
            ],
            options={"indexes": [models.Index(fields=["status_id", "entry"], name="status_by_id")]},
        ),
        migrations.CreateModel(
            name="LogKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("algorithm", models.CharField(max_length=10)),
                ("verifier_key", models.CharField(max_length=400)),
                ("from_size", models.BigIntegerField()),
                ("added_at", models.DateTimeField()),
                (
                    "log",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="keys", to="ledger.log"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("log", "algorithm", "from_size"), name="key_once")
                ]
            },
        ),
    ]
