"""Models as files: a form of ketapk's own, and SBML."""
