"""The judges: the suite of each dataset, how a batch is judged, and what becomes of rows that fail.

Importing this package is cheap; ``expectations.judge`` and the suites import Great Expectations, which takes seconds.
"""
