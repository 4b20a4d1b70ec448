import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0008_guards_append_and_partitions'),
    ]

    operations = [
        migrations.CreateModel(
            name='ChainSnapshot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('chain_id', models.BigIntegerField()),
                ('block_number', models.BigIntegerField()),
                ('block_hash', models.CharField(max_length=66)),
                ('name', models.CharField(max_length=80)),
                ('digest', models.CharField(max_length=64)),
                ('taken_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['chain_id', 'block_number'], name='snapshot_by_block')],
            },
        ),
        migrations.CreateModel(
            name='Stop',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=80)),
                ('zh', models.TextField()),
                ('en', models.TextField()),
                ('everything', models.BooleanField()),
                ('since', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by', models.CharField(default='', max_length=120)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('everything',), name='stop_once')],
            },
        ),
        migrations.CreateModel(
            name='ChainMove',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('block_number', models.BigIntegerField()),
                ('block_hash', models.CharField(max_length=66)),
                ('noticed_at', models.DateTimeField()),
                ('transaction', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='moves', to='ledger.chaintransaction')),
            ],
        ),
        migrations.AddField(
            model_name='logcontract',
            name='continues',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='continued_by', to='ledger.logcontract'),
        ),
        migrations.AddField(
            model_name='logcontract',
            name='epoch',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
    ]
