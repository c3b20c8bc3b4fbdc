"""Taking facts in: sources, snapshots, parsing, and one ingest run from bytes to a published warehouse."""
