"""Bodies and answers about the law itself, contacts of the disclosure, and sharing by fixed shares."""

from datetime import date
from typing import Annotated

from ninja import Schema
from pydantic import Field

from pricing.articles import Change
from pricing.schemas.requests import Figure, example
from pricing.types import ArticleView, ContactView


class FixedSharingIn(Schema):
    """An amount in yuan to share by the agreement's shares."""

    model_config = example(amount="100.00")
    amount: Figure


class ContactIn(Schema):
    """How the public reaches the caller's organisation."""

    model_config = example(
        address="福州市鼓楼区 1 号",
        postcode="350001",
        email="data@example.cn",
        telephone="0591-12345678",
        person="张三",
    )
    address: Annotated[str, Field(max_length=200)]
    postcode: Annotated[str, Field(max_length=6)]
    email: Annotated[str, Field(max_length=120)]
    telephone: Annotated[str, Field(max_length=40)]
    person: Annotated[str, Field(max_length=60)] = ""

    def view(self) -> ContactView:
        """Return the facts as the service takes them."""
        return ContactView(**self.dict())


class ContactOut(Schema):
    """How the public reaches an organisation; empty where it never said."""

    address: str
    postcode: str
    email: str
    telephone: str
    person: str

    @classmethod
    def of(cls, view: ContactView) -> "ContactOut":
        """Return the answer for an organisation's contact."""
        return cls(**{name: getattr(view, name) for name in cls.model_fields})


class ArticleIn(Schema):
    """What becomes of a clause from a day on."""

    model_config = example(
        change="amended",
        document="发改价格〔2025〕65号",
        article="四 第二款",
        title="年度偏离与收费标准调整（修订）",
        source="国家发展改革委公告",
        valid_from="2027-01-01",
    )
    change: Change
    document: Annotated[str, Field(min_length=1, max_length=80)]
    article: Annotated[str, Field(min_length=1, max_length=40)]
    title: Annotated[str, Field(min_length=1, max_length=200)]
    source: Annotated[str, Field(min_length=1, max_length=400)]
    valid_from: date
    valid_until: date | None = None


class ArticleOut(Schema):
    """A clause and how it stands: in_force, amended, repealed or pending, since when; the rules that rest on it."""

    document: str
    article: str
    number: str
    clause: str
    title: str
    valid_from: date
    valid_until: date | None
    state: str
    since: date | None
    rules: list[str]

    @classmethod
    def of(cls, view: ArticleView) -> "ArticleOut":
        """Return the answer for a clause."""
        facts = {name: getattr(view, name) for name in cls.model_fields}
        return cls(**(facts | {"rules": list(view.rules)}))
