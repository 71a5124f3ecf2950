"""Scripts that make parts of the documentation. Nothing of the product imports this package."""
