"""python -m ledger.witness"""

import sys

from ledger.witness.command import main

sys.exit(main())
