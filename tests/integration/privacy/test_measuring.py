"""Quality counted in the holder's domain: an order out, six figures in, a measured report in the registry."""

import gzip
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from kernel.actors import RoleRequired
from kernel.signer import Ed25519Signer
from ledger import queries as ledger
from privacy import services
from privacy.domain.environment import DEMONSTRATION
from privacy.envelope import MEASURE, MEASURED, BadEnvelope, opened, sign
from privacy.models import Measurement
from privacy.services import BadAnswer
from registry import queries as registry
from registry.models import QualityReport
from registry.quality import Figure
from registry.types import FieldView, Role
from tests.factories.privacy import NOW, Holder, own_source
from tests.factories.registry import member, organisation

pytestmark = pytest.mark.django_db
FIELDS = (
    FieldView("mdvis", "integer", "门诊次数", "Visits", "internal"),
    FieldView("health", "integer", "类型不符", "Wrong type", "internal"),
    FieldView("age", "integer", "源中没有", "Not in the source", "internal"),
    FieldView("lncoins", "decimal", "共付率", "Coinsurance", "internal"),
)


@pytest.fixture
def holder(tmp_path):
    made = Holder(tmp_path / "holder")
    made.connect()
    return made


def order(holder, now=NOW):
    resource_id = holder.world.resource(fields=FIELDS)
    services.order_measurement(resource_id=resource_id, table="randhie", actor=holder.agent, now=now)
    return resource_id


def answer(holder, now=NOW):
    (due,) = services.prepare_measurements(now=now)
    return holder.domain.answer(sign(MEASURE, due.body, holder.platform), now=now)


def test_the_figures_are_counted_in_the_domain_and_reported_as_measured(holder):
    resource_id = order(holder)
    envelope = answer(holder)
    told = opened(envelope, kind=MEASURED, public_key=holder.source.signer().public_key)
    assert set(told) == {"order", "holder", "table", "content_hash", "state", "figures"}
    services.receive_measurement(envelope=envelope, now=NOW)
    services.receive_measurement(envelope=envelope, now=NOW)
    (report,) = registry.quality_reports(resource_id=resource_id)
    assert (report.basis, report.details["rows"], report.details["table"]) == ("measured", 20190, "randhie")
    assert report.figures == {
        Figure.COMPLETENESS: Decimal(1),
        Figure.ACCURACY: Decimal(1),
        Figure.CONSISTENCY: Decimal(1),
        Figure.TIMELINESS: Decimal(1),
        Figure.ACCESSIBILITY: Decimal("0.75"),
        Figure.CONFORMITY: Decimal("0.5"),
    }
    assert [str(one) for one in report.unmet] == ["accessibility", "conformity"]
    entry = ledger.entry(report.entry_id)
    assert (entry.kind, entry.payload["figures"]["conformity"]) == ("quality.reported", "0.5")
    assert Measurement.objects.get().state == "answered"


def test_gaps_wrong_codes_and_repeated_keys_lower_the_figures(tmp_path):
    lines = gzip.decompress((DEMONSTRATION / "randhie.csv.gz").read_bytes()).decode().splitlines()
    spoiled = dict(zip(lines[0].split(","), lines[1].split(","), strict=True)) | {"plan": "zz", "health": ""}
    source = own_source(tmp_path / "spoiled", keep=100, extra_rows=[",".join(spoiled.values())])
    holder = Holder(tmp_path / "holder", source=source)
    holder.connect()
    resource_id = order(holder)
    services.receive_measurement(envelope=answer(holder), now=NOW)
    (report,) = registry.quality_reports(resource_id=resource_id)
    counted = (Figure.COMPLETENESS, Figure.ACCURACY, Figure.CONSISTENCY)
    expected = (Decimal("0.999"), Decimal("0.996"), Decimal("0.990"))  # 1615 of 1616, 503 of 505, 100 of 101
    assert tuple(report.figures[name] for name in counted) == expected


def test_old_content_is_not_timely(holder):
    resource_id = order(holder, NOW + timedelta(days=400))
    services.receive_measurement(envelope=answer(holder, NOW + timedelta(days=400)), now=NOW + timedelta(days=400))
    (report,) = registry.quality_reports(resource_id=resource_id)
    assert report.figures[Figure.TIMELINESS] == 0


def refused(error, act, **arguments):
    before = (QualityReport.objects.count(), Measurement.objects.count())
    with pytest.raises(error), transaction.atomic():
        act(**arguments, now=NOW)
    assert (QualityReport.objects.count(), Measurement.objects.count()) == before


def test_only_the_holder_orders_and_only_its_worker_answers(holder):
    resource_id = holder.world.resource()
    stranger = member(organisation("别的厅"), Role.HOLDER_AGENT)
    asked = {"resource_id": resource_id, "table": "randhie"}
    refused(services.NotTheHolders, services.order_measurement, **asked, actor=stranger)
    refused(RoleRequired, services.order_measurement, **asked, actor=holder.world.operator)
    services.order_measurement(**asked, actor=holder.agent, now=NOW)
    forged = sign(MEASURED, {"order": "x"}, Ed25519Signer.generate("other"))
    refused(BadAnswer, services.receive_measurement, envelope=forged)
    envelope = answer(holder)
    refused(BadEnvelope, services.receive_measurement, envelope=envelope | {"body": envelope["body"].replace("1", "2")})
    assert holder.domain.answer(sign(MEASURE, {}, Ed25519Signer.generate("other")), now=NOW) is None


def test_a_domain_declines_other_content(holder):
    resource_id = order(holder)
    (due,) = services.prepare_measurements(now=NOW)
    wrong = due.body | {"content_hash": "00" * 32}
    told = holder.domain.answer(sign(MEASURE, wrong, holder.platform), now=NOW)
    assert '"state":"refused"' in told["body"]
    refused(BadAnswer, services.receive_measurement, envelope=told)
    assert registry.quality_reports(resource_id=resource_id) == ()
