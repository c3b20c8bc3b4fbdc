"""One module a dataset: what only a person knows of it.

``EXPECTATIONS`` are added to those that follow from the contract. A module may also have ``measure(rows, refs)``,
which adds the columns that its expectations speak of; a measured column is never loaded.
"""
