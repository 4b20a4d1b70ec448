"""Who objected and with what evidence is encrypted at rest; what was stored readable is sealed on the way."""

from django.db import migrations
from django.db.migrations.state import StateApps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import kernel.fields


def seal(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Copy the readable texts into the sealed columns."""
    del schema_editor
    for objection in apps.get_model("registry", "Objection").objects.order_by("pk").iterator():
        objection.real_name_sealed, objection.evidence_sealed = objection.real_name, objection.evidence
        objection.save(update_fields=["real_name_sealed", "evidence_sealed"])


class Migration(migrations.Migration):
    """Seal names and evidence of objections."""

    dependencies = [("registry", "0007_guards_certificates")]
    operations = [
        migrations.AddField(
            "objection",
            "real_name_sealed",
            kernel.fields.EncryptedTextField(label="registry.objection.real_name", row="public_id"),
        ),
        migrations.AddField(
            "objection",
            "evidence_sealed",
            kernel.fields.EncryptedTextField(label="registry.objection.evidence", row="public_id"),
        ),
        migrations.RunPython(seal, migrations.RunPython.noop, elidable=False),
        migrations.RemoveField("objection", "real_name"),
        migrations.RemoveField("objection", "evidence"),
        migrations.RenameField("objection", "real_name_sealed", "real_name"),
        migrations.RenameField("objection", "evidence_sealed", "evidence"),
    ]
