"""`python -m whygrad`."""

import os
import sys

if not sys.flags.safe_path and sys.path[:1] in ([os.getcwd()], [""]):
    # Python puts the folder it is called from first; a `token.py` there would replace the library's.
    del sys.path[0]

from whygrad.cli import main

if __name__ == "__main__":
    sys.exit(main())
