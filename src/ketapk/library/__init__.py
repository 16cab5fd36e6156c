"""Published models, one file each, and what can be composed with them."""
