"""`python -m training.sft FOLDER`: fine-tune as FOLDER/config.json says, or go on from the newest checkpoint there."""

from __future__ import annotations

import sys
from pathlib import Path

from training.sft.process import main

if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])) if len(sys.argv) == 2 else "usage: python -m training.sft FOLDER")
