"""What the log keeps. Sealed history is append-only; migration 0002 makes PostgreSQL refuse anything else."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Left, Now

ADDRESS = 42
HASH_HEX = 66
OPENING_BEGINNING = 200  # characters of a confidential value that the index holds


class Entry(models.Model):
    """One fact: the canonical bytes as they were hashed, and what is needed to find them. Never changed."""

    public_id = models.UUIDField(unique=True, editable=False)
    kind = models.CharField(max_length=80)
    version = models.PositiveSmallIntegerField()
    subject = models.CharField(max_length=240)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    body = models.BinaryField()
    leaf_hash = models.BinaryField(max_length=32)
    sm3 = models.BinaryField(max_length=32)
    terms = ArrayField(models.CharField(max_length=130), default=list)

    class Meta:
        indexes = [
            models.Index(fields=["subject", "id"], name="entry_by_subject"),
            models.Index(fields=["kind", "id"], name="entry_by_kind"),
            models.Index(fields=["leaf_hash"], name="entry_by_leaf"),
            models.Index(fields=["sm3"], name="entry_by_sm3"),
            GinIndex(fields=["terms"], name="entry_by_term"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"


class EntryRef(models.Model):
    """An entry rests on another: the edges of the provenance graph, as the bodies name them."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="rests_on")
    ref = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="supports")
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "ref"], name="ref_once")]

    def __str__(self) -> str:
        return f"{self.entry_id} → {self.ref_id}"


class Opening(models.Model):
    """Salt and value of a commitment. Whoever owns the tables may delete one and so erase the fact; its leaf stays."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="openings")
    name = models.CharField(max_length=80)
    value = models.TextField()
    salt = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "name"], name="opening_once")]
        indexes = [models.Index(Left("value", OPENING_BEGINNING), name="opening_by_value")]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.name}"


class EntryStatus(models.Model):
    """The status on chain that an entry sets, as its body says it; ``status_id`` is the 32 bytes the chain knows."""

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, primary_key=True, related_name="status")
    status_id = models.BinaryField(max_length=32)
    subject = models.CharField(max_length=240)
    state = models.CharField(max_length=20)
    valid_until = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["status_id", "entry"], name="status_by_id")]

    def __str__(self) -> str:
        return f"{self.subject} {self.state}"


class WaitingEntry(models.Model):
    """The queue to the sealer: an entry that has no index yet. Apart from sealed leaves, and deleted by sealing."""

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, primary_key=True, related_name="waiting")

    def __str__(self) -> str:
        return f"waiting {self.entry_id}"


class Leaf(models.Model):
    """The index an entry was sealed under: gapless, counted from zero."""

    index = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="leaf")

    def __str__(self) -> str:
        return f"leaf {self.index}"


class Tile(models.Model):
    """Up to 256 hashes of one level of the tree (C2SP tlog-tiles); a partial one only ever grows."""

    level = models.PositiveSmallIntegerField()
    number = models.BigIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "number"], name="tile_once")]

    def __str__(self) -> str:
        return f"tile {self.level}/{self.number}"


class Log(models.Model):
    """The one log of this platform: the origin its checkpoints name and the key that signs them."""

    origin = models.CharField(max_length=200, unique=True)
    verifier_key = models.CharField(max_length=400)
    opened_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.origin


class LogKey(models.Model):
    """A key that signs heads of ``from_size`` leaves and more, until a later one of its algorithm takes over."""

    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="keys")
    algorithm = models.CharField(max_length=10)
    verifier_key = models.CharField(max_length=400)
    from_size = models.BigIntegerField()
    added_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["log", "algorithm", "from_size"], name="key_once")]

    def __str__(self) -> str:
        return f"{self.algorithm} from {self.from_size}"


class TreeHead(models.Model):
    """A signed state of the tree; ``frontier`` lets the next sealing go on without reading the tree."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)
    frontier = models.BinaryField()
    note = models.TextField()
    sealed_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["root"], name="head_by_root"),
            models.Index(fields=["sealed_at"], name="head_by_time"),
        ]

    def __str__(self) -> str:
        return f"head {self.size}"


class ChainTransaction(models.Model):
    """The journal of everything the log's key sends: written before it is sent, always resent as the same bytes.

    Raw bytes and block times replay an embedded node to identical block hashes.
    """

    chain_id = models.BigIntegerField()
    sender = models.CharField(max_length=ADDRESS)
    nonce = models.BigIntegerField()
    purpose = models.CharField(max_length=20)
    raw = models.BinaryField()
    tx_hash = models.CharField(max_length=HASH_HEX, unique=True)
    block_time = models.BigIntegerField()
    state = models.CharField(max_length=12)
    prepared_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    block_number = models.BigIntegerField(null=True)
    block_hash = models.CharField(max_length=HASH_HEX, null=True)
    gas_used = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain_id", "sender", "nonce"], name="nonce_once")]
        indexes = [
            models.Index(fields=["chain_id", "block_number"], name="transaction_by_block"),
            models.Index(fields=["block_hash"], name="transaction_by_block_hash"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.tx_hash}"


class ChainMove(models.Model):
    """A block that a transaction stood in until the chain reorganised and left it out."""

    transaction = models.ForeignKey(ChainTransaction, on_delete=models.PROTECT, related_name="moves")
    block_number = models.BigIntegerField()
    block_hash = models.CharField(max_length=HASH_HEX)
    noticed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.transaction_id} left block {self.block_number}"


class ChainSnapshot(models.Model):
    """A state of an embedded node on disk: only a file with this SHA-256 is loaded, and only at this block."""

    chain_id = models.BigIntegerField()
    block_number = models.BigIntegerField()
    block_hash = models.CharField(max_length=HASH_HEX)
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64)
    taken_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["chain_id", "block_number"], name="snapshot_by_block")]

    def __str__(self) -> str:
        return f"{self.chain_id} block {self.block_number}"


class Stop(models.Model):
    """Why anchoring stands still or, with ``everything``, why nothing at all is written; ended by agreement again."""

    code = models.CharField(max_length=80)
    zh = models.TextField()
    en = models.TextField()
    everything = models.BooleanField()
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=120, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["everything"], condition=models.Q(ended_at__isnull=True), name="stop_once")
        ]

    def __str__(self) -> str:
        return self.code


class LogContract(models.Model):
    """A TransparencyLog on a chain, the size it started from, and the contract it goes on from.

    An embedded node starts a new chain for each ``epoch``, whose id is that of the first one and the epoch's number.
    """

    chain_id = models.BigIntegerField()
    address = models.CharField(max_length=ADDRESS)
    start_size = models.BigIntegerField()
    epoch = models.PositiveIntegerField(default=0, db_default=0)
    continues = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="continued_by")
    deployment = models.OneToOneField(ChainTransaction, on_delete=models.PROTECT, related_name="deployed")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain_id", "address"], name="contract_once")]

    def __str__(self) -> str:
        return f"{self.chain_id}:{self.address}"


class Batch(models.Model):
    """The leaves from ``start`` to a head, sent to a contract in one transaction."""

    transaction = models.OneToOneField(ChainTransaction, on_delete=models.PROTECT, related_name="batch")
    contract = models.ForeignKey(LogContract, on_delete=models.PROTECT, related_name="batches")
    start = models.BigIntegerField()
    head = models.ForeignKey(TreeHead, on_delete=models.PROTECT, related_name="batches")

    class Meta:
        indexes = [models.Index(fields=["start"], name="batch_by_start")]

    def __str__(self) -> str:
        return f"{self.start}–{self.head_id}"


class Witness(models.Model):
    """Somebody outside who watches the log, by the key it cosigns heads with; registered and retired by a regulator."""

    public_id = models.UUIDField(unique=True, editable=False)
    name = models.CharField(max_length=120)
    verifier_key = models.CharField(max_length=300, unique=True)
    organisation_id = models.UUIDField(null=True)
    registered_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Cosignature(models.Model):
    """A witness's timestamped signature of a head, as it stands in the note: 8 bytes of time, 64 of Ed25519."""

    head = models.ForeignKey(TreeHead, on_delete=models.PROTECT, related_name="cosignatures")
    witness = models.ForeignKey(Witness, on_delete=models.PROTECT, related_name="cosignatures")
    signature = models.BinaryField(max_length=72)
    cosigned_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["witness", "head"], name="cosigned_once")]

    def __str__(self) -> str:
        return f"{self.witness_id} on {self.head_id}"
