"""What looks like a mistake in a plan: rules that are read off before anything is simulated."""
