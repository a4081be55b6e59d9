"""Writes a lake of InvokeTrail with Ray: python invoketrail_lake.py SOURCE PLACE. The program must be on every node's PATH."""

import subprocess
import sys

import ray

source, place = sys.argv[1:3]


@ray.remote(num_cpus=1, max_retries=3)
def write(folder):
    command = ["invoketrail", "lake", "write", source, "--to", place, "--list", "-", "--threads", "1"]
    code = subprocess.run(command, input=folder + "\n", text=True).returncode
    if code not in (0, 4):
        raise RuntimeError(f"{folder}: exit code {code}")


folders = subprocess.run(["invoketrail", "lake", "folders", source], stdout=subprocess.PIPE, text=True).stdout.split()
ray.get([write.options(retry_exceptions=True).remote(folder) for folder in folders])
sys.exit(subprocess.run(["invoketrail", "lake", "verify", place, "--against", source]).returncode)
