"""What the child that reads strangers' files may use; whatever it wants beyond ends it."""

import resource

MEMORY = 768 * 1024 * 1024
"""Bytes of address space: a photograph of 108 million pixels unpacked (324 MB), its file and the libraries."""

PROCESSOR = {"look": 20, "bind": 60, "bank": 20}
"""Seconds of processor time, by task: binding unpacks up to thirty photographs."""

OPEN_FILES = 64


def apply(task: str) -> None:
    """Bounds this process for good: it can neither write a file nor leave its memory on a disk."""
    seconds = PROCESSOR[task]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 2))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
