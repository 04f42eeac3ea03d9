"""`python -m sikd` is `sikd`."""

import sys

from sikd.cli import main

sys.exit(main())
