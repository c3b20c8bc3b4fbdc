"""How things relate: one method a file in methods/, its results as tables of the warehouse in the schema analysis."""
