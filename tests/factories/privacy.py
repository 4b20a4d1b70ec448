"""A holder with its domain worker in a directory, connected to the platform, and licensees who ask."""

import atexit
import functools
import gzip
import json
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from kernel.actors import Actor
from kernel.signer import Ed25519Signer
from privacy import policy, services
from privacy.domain.answer import Domain
from privacy.domain.connect import announcement
from privacy.domain.environment import DEMONSTRATION, Environment
from privacy.domain.source import Source
from privacy.domain.store import Store
from privacy.envelope import PLAN, sign
from privacy.types import Grant
from tests.factories.registry import START, World

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
KEY = "the source key of a test holder"
COUNT = [{"op": "count"}]


def dictionary(table="randhie"):
    return json.loads((DEMONSTRATION / f"{table}.json").read_text())


def rules(table="randhie", **changes):
    return policy.parse(policy.proposed(dictionary(table)) | changes)


def by(column, *, rho="0.005", sums=(), only=None):
    measures = COUNT + [{"op": "sum", "col": name} for name in sums]
    filters = [{"dim": name, "in": codes} for name, codes in (only or {}).items()]
    return {"group_by": [{"dim": column}], "filter": filters, "measures": measures, "rho": rho}


def own_source(directory: Path, *, extra_rows=(), table="randhie", keep=None, **changes) -> Path:
    """Copy a demonstration table, with rows added or only the first kept, as a holder's own source."""
    directory.mkdir()
    shutil.copy(DEMONSTRATION / f"{table}.json", directory)
    lines = gzip.decompress((DEMONSTRATION / f"{table}.csv.gz").read_bytes()).decode().splitlines()
    lines = [lines[0], *lines[1 : None if keep is None else keep + 1], *extra_rows]
    (directory / f"{table}.csv.gz").write_bytes(gzip.compress(("\n".join(lines) + "\n").encode()))
    told = dictionary(table) | changes
    (directory / f"{table}.json").write_text(json.dumps(told))
    return directory


def declared_product(world):
    """A product under a filed agreement over a resource of the world's holder."""
    resource, later = world.registered_resource(), START + timedelta(days=28)
    return world.product(world.filed_agreement(resource, now=later), resource, now=later)


@functools.cache
def loaded_once() -> Path:
    """Return a directory in which the demonstration's health table is loaded under KEY; it ends with the process."""
    directory = Path(tempfile.mkdtemp(prefix="gongshu-holder-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    source = Source(settings=Environment(code="health", directory=directory, source_key=KEY))
    source.load()
    source.signer()
    return directory


class Holder:
    """The health commission with one product over its table; ``pump`` plays broker and worker."""

    def __init__(self, directory: Path, platform: Ed25519Signer | None = None, source: Path = DEMONSTRATION) -> None:
        self.settings = Environment(code="health", directory=directory, source_key=KEY, source_directory=source)
        if source == DEMONSTRATION and not directory.exists():
            shutil.copytree(loaded_once(), directory)
            (directory / "holder.json").unlink()
        self.source = Source(settings=self.settings)
        self.tables = self.source.load()
        self.platform = platform or Ed25519Signer.generate("platform")
        self.domain = Domain(
            source=self.source, store=Store(directory / "answers.sqlite"), platform_key=self.platform.public_key
        )

    @functools.cached_property
    def world(self):
        return World()

    @property
    def organisation(self):
        return self.world.holder

    @property
    def agent(self):
        return self.world.agent

    @functools.cached_property
    def product(self):
        return declared_product(self.world)

    @property
    def table(self):
        return self.tables[0]

    def connect(self, now=NOW):
        return services.connect_source(announcement=announcement(self.source), actor=self.agent, now=now)

    def activate(self, now=NOW, **changes):
        document = policy.proposed(dictionary()) | changes
        return services.activate_policy(
            product_id=self.product, table="randhie", document=document, actor=self.agent, now=now
        )

    def pump(self, now=NOW):
        """Hand every waiting run to the domain and receive its answer; return the answers."""
        answers = []
        for due in services.prepare_dispatch(now=now):
            answer = self.domain.answer(sign(PLAN, due.body, self.platform), now=now)
            assert answer is not None
            services.receive(envelope=answer, now=now)
            answers.append(answer)
        return answers

    def ready(self, **changes):
        self.connect()
        self.activate(**changes)
        return self

    def with_cube(self, **changes):
        self.ready(**changes)
        services.release_cube(product_id=self.product, actor=self.agent, now=NOW)
        self.pump()
        return self


class Licensee:
    """A buyer with a licence to one product."""

    def __init__(self, product: UUID, *, queries_left=100, until=NOW + timedelta(hours=1)) -> None:
        self.organisation = uuid4()
        self.actor = Actor(kind="person", user_id=2, organisation_id=self.organisation, roles=frozenset({"buyer"}))
        self.grant = Grant(
            licence_id=uuid4(),
            product_id=product,
            licensee_id=self.organisation,
            queries_left=queries_left,
            valid_until=until,
        )

    def ask(self, plan, now=NOW):
        return services.ask(grant=self.grant, plan=plan, actor=self.actor, now=now)
