"""A person's own curve, estimated from measured levels."""
