"""What a concentration does: response models, to be attached to simulated profiles."""
