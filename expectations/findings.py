"""What a parser found wrong with single values, beside the columns of the contract.

A batch may have these columns; they are judged and never loaded.
"""

# Prefix of the column with the text that is no value of its type (null where it is one).
UNREADABLE = "unreadable_"
# The columns, ; between, in which the row has a field over the limit (null where none).
OVERSIZED = "oversized"
# What the source itself calls wrong with the row (null where nothing).
SOURCE_ERROR = "source_error"
