"""The catalogue finds Chinese by any part of it, counts its facets, and keeps out what is not on offer."""

import uuid

import pytest

from marketplace import queries
from marketplace.queries import Question
from registry import bigrams
from registry.bigrams import Passage
from tests.factories.marketplace import NOW, ListingFactory, OrganisationFactory, ProductFactory

pytestmark = pytest.mark.django_db


def make(name_zh, name_en="", summary="", **more):
    text = bigrams.document([Passage("A", f"{name_zh} {name_en}"), Passage("C", summary)])
    return ListingFactory(product=ProductFactory(name_zh=name_zh, name_en=name_en), search=text, **more)


def names(text, **more):
    return [listing.name_zh for listing in queries.find(Question(text=text, **more)).listings]


@pytest.fixture
def shelf():
    make("居民医疗服务利用统计", "Health care use", "按保险方案汇总", industry="Q", product_type="02")
    make(
        "企业投资面板数据",
        "Firm investment panel",
        "医疗以外的行业",
        industry="C",
        product_type="01",
        forms=["per_item"],
    )
    make("城际出行方式选择", "Travel mode choice", "", industry="G", product_type="01", forms=["per_call", "per_item"])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("医疗服务", ["居民医疗服务利用统计"]),
        ("疗服", ["居民医疗服务利用统计"]),
        ("疗", ["居民医疗服务利用统计", "企业投资面板数据"]),
        ("医疗", ["居民医疗服务利用统计", "企业投资面板数据"]),
        ("出行 travel", ["城际出行方式选择"]),
        ("TRAV", ["城际出行方式选择"]),
        ("医疗服务利", ["居民医疗服务利用统计"]),
        ("医服", []),
        ("计按", []),
        ("数据 出行", []),
        ("???", []),
        ("'; drop table", []),
    ],
)
def test_what_is_found_best_first(shelf, text, found):
    assert names(text) == found


def test_nothing_asked_shows_everything_newest_first(shelf):
    assert len(names("")) == 3
    assert len(names("   ")) == 3


def test_what_is_withdrawn_is_not_found(shelf):
    make("已下架的医疗产品", state="withdrawn", withdrawn_at=NOW)
    assert len(names("医疗")) == 2


def facet(found, name):
    values = next(facet.values for facet in found.facets if facet.name == name)
    return {value.value: (value.count, value.chosen) for value in values}


def test_facets_count_what_choosing_them_would_leave(shelf):
    found = queries.find(Question(product_type="01"))
    assert found.total == 2
    assert facet(found, "product_type") == {"01": (2, True), "02": (1, False)}
    assert facet(found, "industry") == {"C": (1, False), "G": (1, False)}
    assert facet(found, "form") == {"per_item": (2, False), "per_call": (1, False)}
    both = queries.find(Question(product_type="01", form="per_call"))
    assert [listing.name_zh for listing in both.listings] == ["城际出行方式选择"]
    assert facet(both, "product_type") == {"01": (1, True), "02": (1, False)}


def test_the_holder_facet_names_its_holders(shelf):
    holder = OrganisationFactory(name_zh="省卫生健康委员会", name_en="Health Commission", kind="government")
    make("处方统计", holders=[holder.public_id])
    found = queries.find(Question(holder=str(holder.public_id)))
    assert [listing.name_zh for listing in found.listings] == ["处方统计"]
    chosen = next(value for part in found.facets if part.name == "holder" for value in part.values if value.chosen)
    assert (chosen.name_zh, chosen.name_en, chosen.count) == ("省卫生健康委员会", "Health Commission", 1)


@pytest.mark.parametrize(
    "question",
    [Question(holder="x"), Question(holder=str(uuid.UUID(int=5))), Question(industry="Z"), Question(form="per_wish")],
)
def test_values_nobody_has_find_nothing_and_break_nothing(shelf, question):
    assert queries.find(question).total == 0


def test_pages(shelf):
    for number in range(25):
        make(f"分页产品{number}")
    first = queries.find(Question(text="分页"))
    assert (first.total, first.pages, len(first.listings)) == (25, 2, 20)
    last = queries.find(Question(text="分页", page=99))
    assert (last.question.page, len(last.listings)) == (2, 5)
    assert queries.find(Question(text="分页", page=-3)).question.page == 1


def test_a_question_is_its_address():
    question = Question(text="医疗", industry="Q", page=2)
    assert question.parameters() == {"text": "医疗", "industry": "Q", "page": "2"}
    assert question.without("industry").parameters() == {"text": "医疗"}
