"""The commands: one file each. Nothing else names a command."""
