"""One module a dataset: what only a person knows of it.

``EXPECTATIONS`` are added to those that follow from the contract. A module may also have ``measure(rows, refs)``,
which adds the columns that its expectations speak of; a measured column is never loaded.

A batch is judged in slices, so that its size is no matter of memory, where its suite says ``ROW_BY_ROW = True``: no
expectation and no measured column compares rows. That keys come once is judged over the whole batch in any case.
Great Expectations would compare with bounds (ExpectColumnValuesToBeBetween) row by row in Python: measure instead.
"""
