"""The page, served on this machine alone; needs the extra ``web``."""
