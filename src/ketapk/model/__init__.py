"""What the body does, as data: compartments, flows, parameters, routes."""
