"""Measurements of the warehouse: `python -m bench`. Nothing of the product imports this package."""
