"""python -m ledger.verifier"""

import sys

from ledger.verifier.command import main

sys.exit(main())
