from __future__ import annotations

import pytest
from django.db import connection, models
from django.db.migrations import AddConstraint, AddField, CreateModel
from django.db.migrations.state import ProjectState
from django.db.migrations.writer import OperationWriter

from kernel.together import Together

pytestmark = pytest.mark.django_db
FIRST = CreateModel("Shelf", [("id", models.BigAutoField(primary_key=True))])
NEXT = [
    CreateModel(
        "Book",
        [
            ("id", models.BigAutoField(primary_key=True)),
            ("shelf", models.ForeignKey("kernel.Shelf", models.PROTECT)),
            ("following", models.ForeignKey("kernel.Book", models.PROTECT, null=True)),
        ],
    ),
    AddField("Shelf", "height", models.IntegerField(default=3)),
    AddConstraint("Shelf", models.CheckConstraint(condition=models.Q(height__gt=0), name="kernel_shelf_height")),
    AddField("Shelf", "best", models.ForeignKey("kernel.Book", models.PROTECT, null=True, related_name="+")),
]


def tables():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns"
            " WHERE table_name IN ('kernel_shelf', 'kernel_book') ORDER BY table_name, ordinal_position"
        )
        columns = cursor.fetchall()
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid IN (to_regclass('kernel_shelf'), to_regclass('kernel_book')) ORDER BY conname"
        )
        return columns, cursor.fetchall()


def forwards(operations, state):
    for operation in operations:
        before = state.clone()
        operation.state_forwards("kernel", state)
        with connection.schema_editor() as editor:
            operation.database_forwards("kernel", editor, before, state)
    return state


def test_the_tables_are_those_of_one_operation_after_another_and_go_again():
    beginning = forwards([FIRST], ProjectState())
    empty = tables()
    after = forwards([Together(NEXT)], beginning.clone())
    together = tables()
    assert len(together[0]) == 6
    assert {name for name, _ in together[1]} >= {"kernel_shelf_height", "kernel_shelf_pkey", "kernel_book_pkey"}
    with connection.schema_editor() as editor:
        Together(NEXT).database_backwards("kernel", editor, after, beginning)
    assert tables() == empty
    one_by_one = forwards(NEXT, beginning.clone())
    assert tables() == together
    assert one_by_one == after


def test_a_file_can_write_it():
    text, imports = OperationWriter(Together([FIRST])).serialize()
    assert text.strip().startswith("kernel.together.Together(")
    assert "import kernel.together" in imports
    assert Together([FIRST]).describe() == "Create model Shelf"
