"""How concentrations and exposure depend on parameters and doses, exactly."""
