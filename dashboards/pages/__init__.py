"""The pages: one file each, found by app.py through TITLE, ICON and ORDER at the file's top."""
