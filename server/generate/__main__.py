"""`python -m server.generate`."""

import sys

from server.generate import main

sys.exit(main())
