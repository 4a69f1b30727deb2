"""The generated parts of ``docs/odd.md`` and ``docs/odd-tables.md``, and what checks them."""
