"""The bare cost of a password: one process per core verifies the same Argon2id hash as fast as it can.

python -m tests.load.bare_argon2 SECONDS      prints how many verifications were done
"""

import sys
import time

from accounts.identity.passwords import _hasher

PASSWORD = "cerise-tambour-girouette"


def main(seconds: float) -> int:
    """Verifications in that time."""
    stored = _hasher.hash(PASSWORD)
    done, stop = 0, time.monotonic() + seconds
    while time.monotonic() < stop:
        _hasher.verify(stored, PASSWORD)
        done += 1
    return done


if __name__ == "__main__":
    print(main(float(sys.argv[1])))
