"""Event records as NONMEM writes them: read, simulated record by record, written."""
