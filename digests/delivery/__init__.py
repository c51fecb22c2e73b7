"""Once, and provably: the ledger of sends, the channels, the pacing."""
