"""Holds integrations/aws against cfn-lint and a parser of HCL; their policies against the little that they need; their commands
against the program.

integrations.py FOLDER CFN-LINT PROGRAM
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

import hcl2

folder, lint, program = map(pathlib.Path, sys.argv[1:4])
problems = []
template = folder / "cloudformation/distributed-map.yaml"


def linted(path):
    done = subprocess.run([lint, path], capture_output=True, text=True)
    return done.stdout.strip()


problems.extend(filter(None, [linted(template)]))
text = template.read_text()
with tempfile.NamedTemporaryFile("w", suffix=".yaml") as spoiled:
    spoiled.write(text.replace("Type: AWS::ECS::Cluster", "Type: AWS::ECS::Clutter"))
    spoiled.flush()
    if not linted(spoiled.name):
        problems.append("cfn-lint notices nothing")

terraform = (folder / "terraform/main.tf").read_text()
tree = hcl2.loads(terraform)
kinds = {kind.strip('"') for block in tree["resource"] for kind in block}
wanted = {"aws_batch_compute_environment", "aws_batch_job_queue", "aws_batch_job_definition", "aws_iam_role", "aws_iam_role_policy"}
if not wanted <= kinds:
    problems.append(f"Terraform has only {kinds}")
try:
    hcl2.loads(terraform + "}")
    problems.append("the parser of HCL notices nothing")
except Exception:
    pass

# No action by a pattern, and on S3 no more than reading logs and writing the lake takes.
allowed = {"s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:DeleteObject"}
for name, source in [("Terraform", terraform), ("CloudFormation", text)]:
    named = set(re.findall(r"\b(?:s3|kms|ecs|iam|events|states|logs|sts|batch):[A-Z*][A-Za-z*]*", source))
    more = {one for one in named if one.startswith("s3:")} - allowed
    if more or any("*" in one for one in named):
        problems.append(f"{name} allows {named}")
    if re.search(r"[Rr]esources?:?\s*=?\s*\[?\s*\"\*\"", source) or not named:
        problems.append(f"{name} names every resource")

# The definition of the machine is JSON, and tries again.
body = text.split("DefinitionString: |\n", 1)[1].split("\nOutputs:", 1)[0]
states = json.loads(body)["States"]["Folders"]
if "Retry" not in states["ItemProcessor"]["States"]["Write"] or states["ItemProcessor"]["ProcessorConfig"]["Mode"] != "DISTRIBUTED":
    problems.append("the map does not try again")

# Flags that both use are flags of the program.
shown = subprocess.run([program, "lake", "write", "--help"], capture_output=True, text=True, check=True).stdout
lines = [line for source in (terraform, text) for line in source.splitlines() if "lake write" in line or " --to " in line]
flags = set(re.findall(r"--[a-z-]+", " ".join(lines)))
if not {"--to", "--shard", "--list", "--since"} <= flags:
    problems.append(f"only these flags are used: {flags}")
problems.extend(f"{flag} is no flag of `lake write`" for flag in flags if f"{flag} " not in shown)
print("\n".join(problems))
sys.exit(bool(problems))
