"""The warehouse: contracts, tables, loading, models and publishing. It knows no other package of Serai."""
