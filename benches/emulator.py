#!/usr/bin/env python3
"""Collects 1,000 functions in 2 Regions from a moto server and prints requests, CPU time and peak memory.

Run it after `./test` has made the virtual environment and `cargo build --release` the binary:
.venv/bin/python benches/emulator.py [BINARY]
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

import boto3

REGIONS = ["eu-west-1", "us-east-1"]
FUNCTIONS = 500
# The smallest file that is a zip archive: its directory, empty.
CODE = bytes.fromhex("504b0506") + bytes(18)


def client(name, region, url):
    keys = {"aws_access_key_id": "bench", "aws_secret_access_key": "bench"}
    return boto3.client(name, region_name=region, endpoint_url=url, **keys)


def seed(url):
    trust = '{"Version":"2012-10-17","Statement":[]}'
    role = client("iam", REGIONS[0], url).create_role(RoleName="runner", AssumeRolePolicyDocument=trust)
    for region in REGIONS:
        functions = client("lambda", region, url)
        for number in range(FUNCTIONS):
            functions.create_function(
                FunctionName=f"function-{number:03}",
                Runtime="python3.12",
                Handler="a.b",
                Role=role["Role"]["Arn"],
                Code={"ZipFile": CODE},
            )
    client("s3", "us-east-1", url).create_bucket(Bucket="trail-bucket")
    trails = client("cloudtrail", "us-east-1", url)
    trails.create_trail(Name="main", S3BucketName="trail-bucket", IsMultiRegionTrail=True)
    selector = {"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda"]}
    trails.put_event_selectors(
        TrailName="main",
        EventSelectors=[{"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [selector]}],
    )
    trails.start_logging(Name="main")


def serve():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = os.path.join(os.path.dirname(sys.executable), "moto_server")
    quiet = subprocess.DEVNULL
    process = subprocess.Popen([server, "-H", "127.0.0.1", "-p", str(port)], stdout=quiet, stderr=quiet)
    url = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            urllib.request.urlopen(url + "/moto-api/", timeout=2).read()
            return process, url
        except OSError:
            time.sleep(0.1)
    process.terminate()
    sys.exit("the moto server did not start")


def main():
    binary = sys.argv[1] if len(sys.argv) > 1 else "target/release/invoketrail"
    server, url = serve()
    try:
        seed(url)
        environment = dict(os.environ, AWS_ACCESS_KEY_ID="bench", AWS_SECRET_ACCESS_KEY="bench")
        regions = [word for region in REGIONS for word in ("--region", region)]
        with tempfile.TemporaryDirectory() as folder:
            out = os.path.join(folder, "inventory.json")
            command = [binary, "inventory", "--endpoint-url", url, "--output", out, *regions]
            started = time.monotonic()
            child = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
            said = child.stderr.read()
            _, status, usage = os.wait4(child.pid, 0)
            wall = time.monotonic() - started
            functions = open(out).read().count(":function:function-")
    finally:
        server.terminate()
    requests = re.search(r"requests: (\d+)", said)
    print(f"exit code       {os.waitstatus_to_exitcode(status)}")
    print(f"functions       {functions}")
    print(f"requests        {requests.group(1) if requests else said}")
    print(f"CPU time        {usage.ru_utime + usage.ru_stime:.2f} s")
    print(f"wall time       {wall:.2f} s")
    print(f"peak memory     {usage.ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
