#!/usr/bin/env python3
"""Times `invoketrail check` of a large plan of Terraform, made on the fly, and its memory.

    python3 benches/check_plan.py target/release/invoketrail                   5,000 resources
    python3 benches/check_plan.py target/release/invoketrail --megabytes 200   a plan of 200 MB, most of it of no interest

The figures to reach: 5,000 resources in under 0.5 s and 100 MB. A plan of 200 MB takes no more memory.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time

ACCOUNT, REGION = "111122223333", "eu-west-1"


def entry(kind, name, after):
    """One resource that is created."""
    return {
        "address": f"{kind}.{name}",
        "mode": "managed",
        "type": kind,
        "name": name,
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": {
            "actions": ["create"],
            "before": None,
            "after": after,
            "after_unknown": {"arn": True, "id": True},
            "before_sensitive": False,
            "after_sensitive": {},
        },
    }


def trail():
    """A trail that records half of the functions by name, which is the slow case."""
    values = [f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f{at}" for at in range(0, 500, 2)]
    selector = {
        "data_resource": [{"type": "AWS::Lambda::Function", "values": values}],
        "exclude_management_event_sources": [],
        "include_management_events": True,
        "read_write_type": "All",
    }
    after = {
        "name": "main",
        "s3_bucket_name": "logs",
        "region": REGION,
        "event_selector": [selector],
        "advanced_event_selector": [],
        "enable_logging": True,
        "is_multi_region_trail": True,
        "is_organization_trail": False,
        "enable_log_file_validation": True,
        "include_global_service_events": True,
    }
    return entry("aws_cloudtrail", "main", after)


def write(path, resources, megabytes):
    """Writes the plan piece by piece: what fills it up is never in memory whole."""
    provider = {
        "name": "aws",
        "expressions": {
            "region": {"constant_value": REGION},
            "allowed_account_ids": {"constant_value": [ACCOUNT]},
        },
    }
    with open(path, "w", encoding="utf-8") as out:
        out.write('{"format_version":"1.2","terraform_version":"1.11.4","resource_changes":[')
        out.write(json.dumps(trail()))
        for at in range(resources - 1):
            environment = [{"variables": {f"KEY_{key}": "x" * 40 for key in range(8)}}]
            after = {"function_name": f"f{at}", "region": REGION, "environment": environment}
            out.write("," + json.dumps(entry("aws_lambda_function", f"f{at}", after)))
        filler = "," + json.dumps(entry("aws_s3_object", "big", {"content": "x" * 1_000_000}))
        while out.tell() < megabytes * 1_000_000:
            out.write(filler)
        out.write('],"configuration":{"provider_config":{"aws":' + json.dumps(provider))
        out.write('},"root_module":{"resources":[]}},"complete":true,"errored":false}')


def main():
    """Makes the plan, runs the program three times, prints the best time and the most memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--resources", type=int, default=5_000)
    parser.add_argument("--megabytes", type=int, default=0)
    typed = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        plan = os.path.join(folder, "plan.json")
        write(plan, typed.resources, typed.megabytes)
        best = float("inf")
        for _ in range(3):
            begun = time.monotonic()
            command = [typed.program, "check", "--terraform", plan, "--format", "json", "--quiet"]
            done = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
            best = min(best, time.monotonic() - begun)
            if done.returncode not in (0, 3, 4):
                sys.exit(f"exit code {done.returncode}")
        size = os.path.getsize(plan) / 1e6
        most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"{typed.resources} resources, {size:.1f} MB: {best:.2f} s, {most:.0f} MB")


if __name__ == "__main__":
    main()
