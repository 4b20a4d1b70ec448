"""The catalogue of resources: any two characters, facets with counts, pages by key, and only what one may see."""

import pytest

from kernel.actors import PUBLIC
from registry import queries, services
from registry.queries import ResourceQuestion
from registry.queries.search import PAGE_SIZE
from registry.types import Role
from tests.factories.registry import START, World, declaration, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def names(actor, **asked):
    return [one.name_zh for one in queries.search_resources(ResourceQuestion(**asked), actor=actor).cards]


def test_any_two_neighbouring_characters_find_and_facets_count(world):
    world.resource(name="福建省-交通-公交客流", industry="G", library="basic")
    world.resource(name="福建省-卫生-住院费用")
    agent = world.agent
    assert names(agent, text="公交") == names(agent, text="交客") == ["福建省-交通-公交客流"]
    assert names(agent, text="客公") == []
    assert names(agent, text="hospital") == ["福建省-卫生-住院费用", "福建省-交通-公交客流"]
    assert names(agent, text="！") == []
    found = queries.search_resources(ResourceQuestion(), actor=agent)
    assert found.total == 2
    assert [(one.value, one.count) for one in found.facets["holder"]] == [(str(world.holder), 2)]
    assert {one.value: one.count for one in found.facets["industry"]} == {"G": 1, "Q": 1}
    assert {one.value: one.count for one in found.facets["library"]} == {"basic": 1, "thematic": 1}
    assert names(agent, library="basic", industry="G") == ["福建省-交通-公交客流"]
    assert names(agent, industry="nonsense") == names(agent, holder="nonsense") == []


def test_only_what_one_may_see_is_found(world):
    code = queries.registration(world.application(world.resource(name="未登记资源")), now=START).number
    assert code
    world.registered_resource(name="已登记资源")
    clerk = member(world.office, Role.REGISTRY_CLERK)
    assert names(PUBLIC, text="登记") == ["已登记资源"]
    assert names(world.operator, text="登记") == ["已登记资源"]
    assert names(world.agent, text="登记") == names(clerk, text="登记") == ["已登记资源", "未登记资源"]
    registered = next(iter(queries.resources(registered=True)))
    assert names(PUBLIC, text=registered.registration_code) == ["已登记资源"]
    assert names(PUBLIC, text=registered.code.lower()) == ["已登记资源"]
    assert queries.resource_count() == 1


def test_pages_follow_keys(world):
    for number in range(PAGE_SIZE + 3):
        services.declare_resource(declaration=declaration(f"资源{number:02d}"), actor=world.agent, now=START)
    first = queries.search_resources(ResourceQuestion(text="资源"), actor=world.agent)
    second = queries.search_resources(ResourceQuestion(text="资源", after=first.following), actor=world.agent)
    assert (len(first.cards), len(second.cards), second.following, second.total) == (PAGE_SIZE, 3, "", PAGE_SIZE + 3)
    assert not {one.id for one in first.cards} & {one.id for one in second.cards}


def test_an_amended_resource_is_found_by_its_new_words(world):
    found = world.resource(name="旧名")
    changed = declaration("新的名称")
    services.amend_resource(resource_id=found, declaration=changed, reason="更名", actor=world.agent, now=START)
    assert (names(world.agent, text="新的"), names(world.agent, text="旧名")) == (["新的名称"], [])
    world.application(found)
    with pytest.raises(services.ChangeNeedsRegistration):
        services.amend_resource(resource_id=found, declaration=changed, reason="", actor=world.agent, now=START)
