"""What happened, provably: entries, Merkle log, checkpoints, anchors, receipts."""
