import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0005_entry_sm3_required'),
    ]

    operations = [
        migrations.CreateModel(
            name='Witness',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(editable=False, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('verifier_key', models.CharField(max_length=300, unique=True)),
                ('organisation_id', models.UUIDField(null=True)),
                ('registered_at', models.DateTimeField()),
                ('retired_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Cosignature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('signature', models.BinaryField(max_length=72)),
                ('cosigned_at', models.DateTimeField()),
                ('received_at', models.DateTimeField()),
                ('head', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cosignatures', to='ledger.treehead')),
                ('witness', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cosignatures', to='ledger.witness')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('witness', 'head'), name='cosigned_once')],
            },
        ),
    ]
