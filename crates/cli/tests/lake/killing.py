"""The program, run by a task of Spark; the third to write kills its executor by SIGKILL first, and goes on writing.

killing.py FOLDER PROGRAM ARGUMENTS...: what was done so far is known by names in FOLDER.
"""

import os
import pathlib
import signal
import sys

state, command = pathlib.Path(sys.argv[1]), sys.argv[2:]


def executor():
    """The Java that this process descends from; None beneath the driver."""
    process = os.getppid()
    while process > 1:
        stat = pathlib.Path(f"/proc/{process}/stat").read_text()
        if b"CoarseGrainedExecutorBackend" in pathlib.Path(f"/proc/{process}/cmdline").read_bytes():
            return process
        process = int(stat.rpartition(")")[2].split()[1])
    return None


if command[1:3] == ["lake", "write"]:
    for number in range(1000):
        try:
            (state / str(number)).mkdir()
            break
        except FileExistsError:
            pass
    if number == 2:
        found = executor()
        (state / "killed").write_text(str(found))
        os.kill(found, signal.SIGKILL)
os.execv(command[0], command)
