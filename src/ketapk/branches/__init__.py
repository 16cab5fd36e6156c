"""What happens if a plan is not carried out as planned: two branches from where they part."""
