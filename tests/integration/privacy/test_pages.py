"""Pages and HTTP API of privacy: what the public, the holder and others see."""

import json
from dataclasses import replace
from uuid import uuid4

import pytest
from django.test import RequestFactory
from django.utils import translation

from kernel.actors import PUBLIC, Actor, RoleRequired
from privacy import pages, policy, queries
from privacy.domain.connect import announcement
from privacy.models import Cube, Policy, Source
from tests.factories.privacy import KEY, Holder, Licensee, by, dictionary

pytestmark = pytest.mark.django_db


@pytest.fixture
def holder(tmp_path):
    return Holder(tmp_path / "holder")


@pytest.fixture
def ready(holder):
    return holder.with_cube()


def shown(page, actor, method="get", **names):
    request = getattr(RequestFactory(), method)("/")
    request.actor = actor
    request.session = {}
    with translation.override("zh-hans"):
        return page(request, **names)


def text(client, path, language="zh-hans"):
    response = client.get(path, headers={"accept-language": language})
    assert response.status_code == 200
    return response.content.decode()


class TestPages:
    def test_anybody_reads_the_dictionary_and_nobody_a_figure(self, client, ready):
        source_id = queries.sources()[0].id
        page = text(client, f"/privacy/sources/{source_id}/")
        assert "受保护单位是人年" in page
        assert "门诊就诊次数" in page
        assert "查询记录" not in page
        assert KEY not in page
        home = text(client, "/privacy/")
        assert "健康" in home
        assert "20,190" in home

    def test_in_english(self, client, ready):
        page = text(client, f"/privacy/sources/{queries.sources()[0].id}/", "en")
        assert "Protected unit: person-year" in page
        assert "ρ 0.1 of 0.5" in page

    def test_a_source_without_policy_and_an_empty_list(self, client, holder):
        assert "尚未接入数据来源" in text(client, "/privacy/")
        source_id = holder.connect()
        assert "尚未发布受保护表" in text(client, f"/privacy/sources/{source_id}/")

    def test_the_holder_sees_the_log_without_content(self, ready):
        licensee = Licensee(ready.product)
        licensee.ask(by("row_id"))
        licensee.ask(by("health", only={"chronic": ["20+"]}))
        source_id = queries.sources()[0].id
        page = shown(pages.source, ready.agent, source_id=source_id).content.decode()
        assert "查询记录" in page
        assert "hidden_column" in page
        assert str(licensee.organisation) not in page
        watcher = Actor(kind="person", user_id=5, organisation_id=uuid4(), roles=frozenset({"regulator"}))
        assert "查询记录" in shown(pages.source, watcher, source_id=source_id).content.decode()
        other = replace(ready.agent, organisation_id=uuid4())
        assert "查询记录" not in shown(pages.source, other, source_id=source_id).content.decode()

    def test_the_desk_is_for_keepers(self, ready):
        assert "已用隐私预算" in shown(pages.desk, ready.agent).content.decode()
        with pytest.raises(RoleRequired):
            shown(pages.desk, PUBLIC)

    def test_the_holder_orders_a_release(self, holder):
        holder.ready()
        response = shown(pages.release, holder.agent, "post", product_id=holder.product)
        assert (response.status_code, response.url) == (302, f"/privacy/sources/{queries.sources()[0].id}/")
        assert Cube.objects.get().state == "waiting"
        with pytest.raises(RoleRequired):
            shown(pages.release, PUBLIC, "post", product_id=holder.product)


class TestApi:
    def test_profiles(self, client):
        told = client.get("/api/privacy/profiles").json()
        assert [each["name"] for each in told] == ["bfv4096-t20"]
        assert told[0]["primes"] == ["68719403009", "68719230977", "137438822401"]

    def test_the_public_reads_what_is_public(self, client, ready):
        source = client.get("/api/privacy/sources").json()[0]
        assert client.get(f"/api/privacy/sources/{source['id']}").json() == source
        base = f"/api/privacy/products/{ready.product}"
        assert client.get(f"{base}/table").json()["rows"] == 20_190
        assert client.get(f"{base}/policy").json()["document"]["k"] == 10
        assert client.get(f"{base}/lookup-form").json()["layout"]["cells"] == 200
        cube = client.get(f"{base}/cubes").json()[0]
        assert (cube["state"], cube["measures"]) == ("released", ["count", "sum:mdvis"])
        assert "result" not in cube
        assert "receipt" not in cube

    @pytest.mark.parametrize(
        "path", ["sources/{}", "products/{}/table", "products/{}/policy", "products/{}/lookup-form"]
    )
    def test_what_does_not_exist(self, client, path):
        response = client.get("/api/privacy/" + path.format(uuid4()))
        assert (response.status_code, response["content-type"]) == (404, "application/problem+json")

    def test_the_public_changes_nothing(self, client, holder):
        told = announcement(holder.source)
        product = uuid4()
        posts = {
            "/api/privacy/sources": told,
            f"/api/privacy/products/{product}/policies": {
                "table": "randhie",
                "document": policy.proposed(dictionary()),
            },
            f"/api/privacy/products/{product}/cubes": {},
        }
        for path, body in posts.items():
            response = client.post(
                path, json.dumps(body), content_type="application/json", headers={"idempotency-key": uuid4().hex}
            )
            assert response.status_code == 403, response.content
            assert response.json()["code"] == "kernel.role_required"
        assert (Source.objects.count(), Policy.objects.count(), Cube.objects.count()) == (0, 0, 0)

    def test_wrong_types(self, client, holder):
        for path, body in (("sources", {"holder": 5}), (f"products/{uuid4()}/policies", {"table": []})):
            response = client.post(
                f"/api/privacy/{path}",
                json.dumps(body),
                content_type="application/json",
                headers={"idempotency-key": uuid4().hex},
            )
            assert (response.status_code, response["content-type"]) == (422, "application/problem+json")
