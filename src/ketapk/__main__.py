"""``python -m ketapk`` is the command line."""

import sys

from ketapk.cli import main

sys.exit(main())
