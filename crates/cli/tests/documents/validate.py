"""Holds audits in the formats of others against validators of others: junitparser, botocore, the schema of OCSF 1.8.0,
compliance-trestle, and pySigma.

Each validator is also given a document that is wrong, and must say so.
"""

import argparse
import copy
import json
import pathlib
import sys

import botocore.loaders
import botocore.model
import botocore.validate
import jsonschema
import junitparser
import ocsf_json_schema
import pydantic
import sigma.collection
import sigma.validation
import sigma.validators.core
import trestle.core.validator_factory
import trestle.oscal
import trestle.oscal.assessment_results

folder = pathlib.Path(sys.argv[1])
problems = []


def judge(name, document, validate, spoil):
    """What the validator says against the document, and whether it notices a spoiled one."""
    problems.extend(f"{name}: {said}" for said in validate(document))
    spoiled = copy.deepcopy(document)
    spoil(spoiled)
    if not validate(spoiled):
        problems.append(f"{name}: the validator notices nothing")


def junit(path):
    suites = junitparser.JUnitXml.fromfile(str(path))
    told = (suites.tests, suites.failures, suites.errors, suites.skipped)
    cases = [case for suite in suites for case in suite]
    if not cases or any(not case.name or not case.classname for case in cases):
        problems.append(f"{path.name}: no cases, or one without a name")
    suites.update_statistics()
    counted = (suites.tests, suites.failures, suites.errors, suites.skipped)
    if told != counted:
        problems.append(f"{path.name}: says {told}, has {counted}")


loader = botocore.loaders.Loader()
service = botocore.model.ServiceModel(loader.load_service_model("securityhub", "service-2"))
shape = service.operation_model("BatchImportFindings").input_shape


def asff_errors(document):
    report = botocore.validate.ParamValidator().validate(document, shape)
    return [report.generate_report()] if report.has_errors() else []


def asff(path):
    for line in path.read_text().splitlines():
        document = json.loads(line)
        judge(path.name, document, asff_errors, lambda one: one["Findings"][0].pop("Title"))
        findings = document["Findings"]
        places = {one["ProductArn"] for one in findings}
        if len(findings) > 100 or len(line.encode()) > 240_000 or len(places) != 1:
            problems.append(f"{path.name}: a batch of {len(findings)}, {len(line)} bytes, {places}")
        for one in findings:
            lengths = [(one["Title"], 256), (one["Description"], 1024), (one["Id"], 512)]
            lengths += [(resource["Id"], 512) for resource in one["Resources"]]
            if any(not text.strip() or len(text) > most for text, most in lengths) or len(one["Resources"]) > 32:
                problems.append(f"{path.name}: too long: {one}")


schemas = ocsf_json_schema.OcsfJsonSchemaEmbedded(ocsf_json_schema.get_ocsf_schema(version="1.8.0"))
ocsf_schema = schemas.get_class_schema("compliance_finding", profiles=["cloud"])
ocsf_validator = jsonschema.Draft202012Validator(ocsf_schema)


detection_schema = schemas.get_class_schema("detection_finding", profiles=["cloud"])
detection_validator = jsonschema.Draft202012Validator(detection_schema)


def ocsf_errors(document):
    return [f"{error.json_path}: {error.message}" for error in ocsf_validator.iter_errors(document)]


def detection_errors(document):
    return [f"{error.json_path}: {error.message}" for error in detection_validator.iter_errors(document)]


def ocsf(path):
    for line in path.read_text().splitlines():
        document = json.loads(line)
        judge(path.name, document, ocsf_errors, lambda one: one.pop("compliance"))
        judge(path.name, document, ocsf_errors, lambda one: one.update(unknown_attribute=1))


def ocsf_detections(path):
    lines = path.read_text().splitlines()
    if not lines and not path.name.startswith("nothing"):
        problems.append(f"{path.name}: no event")
    for line in lines:
        document = json.loads(line)
        judge(path.name, document, detection_errors, lambda one: one.pop("finding_info"))
        judge(path.name, document, detection_errors, lambda one: one.update(unknown_attribute=1))
        judge(path.name, document, detection_errors, lambda one: one.update(class_uid=2003))


def oscal_errors(document):
    """What the models of trestle say, which have the patterns of the schema and refuse unknown members, and its other validators."""
    try:
        model = trestle.oscal.assessment_results.Model.model_validate(document).assessment_results
    except pydantic.ValidationError as error:
        return str(error).splitlines()[:10]
    validator = trestle.core.validator_factory.validator_factory.get(argparse.Namespace(mode="all"))
    return [] if validator.model_is_valid(model, True, folder) else [validator.error_msg()]


def named(document, names):
    """Every value of a member with one of these names."""
    if isinstance(document, list):
        return [value for one in document for value in named(one, names)]
    if not isinstance(document, dict):
        return []
    own = [value for name, value in document.items() if name in names and isinstance(value, str)]
    return own + [value for one in document.values() for value in named(one, names)]


def oscal(path):
    document = json.loads(path.read_text())
    results = document["assessment-results"]
    first = results["results"][0]
    judge(path.name, document, oscal_errors, lambda one: one["assessment-results"].pop("results"))
    judge(path.name, document, oscal_errors, lambda one: one["assessment-results"].update(unknown=1))
    judge(path.name, document, oscal_errors, lambda one: one["assessment-results"].update(uuid="1"))
    judge(path.name, document, oscal_errors, lambda one: one["assessment-results"]["metadata"].update(title="a\nb"))
    prop = {"name": "a b", "value": " "}
    judge(path.name, document, oscal_errors, lambda one: one["assessment-results"]["results"][0].update(props=[prop]))
    # What trestle does not ask: its version, that every reference leads somewhere, that nothing has the UUID of another.
    if results["metadata"]["oscal-version"] != trestle.oscal.OSCAL_VERSION:
        problems.append(f"{path.name}: trestle reads OSCAL {trestle.oscal.OSCAL_VERSION}")
    uuids = named(document, ["uuid"])
    if len(uuids) != len(set(uuids)):
        problems.append(f"{path.name}: two things of one UUID")
    references = ["subject-uuid", "observation-uuid", "risk-uuid", "actor-uuid", "component-uuid"]
    lost = {one for one in named(document, references) if one not in uuids}
    objectives = named(results.get("local-definitions", {}), ["id"])
    lost |= set(named(first, ["target-id", "objective-id"])) - set(objectives)
    links = [one for one in named(document, ["href"]) if one.startswith("#")]
    lost |= {one for one in links if one[1:] not in uuids}
    if lost or len(objectives) != len(set(objectives)) or not links:
        problems.append(f"{path.name}: leads nowhere: {lost}")


# Two of its validators download lists of tags first, and tests reach no network. One warns of each star that is no wildcard: in
# LAM-01 it is meant, a principal that is everybody.
left_out = {"attacktag", "d3_fendtag", "escaped_wildcard"}
sigma_validators = [one for name, one in sigma.validators.core.validators.items() if name not in left_out]


def sigma_errors(text):
    """What pySigma says of rules: what it cannot read, and what each of its validators has against them."""
    try:
        rules = sigma.collection.SigmaCollection.from_yaml(text, collect_errors=True)
        if rules.errors:
            return [str(error) for error in rules.errors]
        for rule in rules:
            for condition in rule.detection.parsed_condition:
                condition.parsed
    except Exception as error:
        return [str(error)]
    return [str(issue) for issue in sigma.validation.SigmaValidator(sigma_validators).validate_rules(iter(rules))]


def sigma_rules(path):
    text = path.read_text()
    if text.count("detection:") < 5:
        problems.append(f"{path.name}: hardly any rule")
    problems.extend(f"{path.name}: {said}" for said in sigma_errors(text))
    for old, new in [("condition: selection", "condition: selecton"), ("level: high", "level: loud"), ("|startswith", "|beginswith")]:
        if old not in text or not sigma_errors(text.replace(old, new, 1)):
            problems.append(f"{path.name}: pySigma notices nothing of {new}")


for path in sorted(folder.iterdir()):
    checks = {".sigma": sigma_rules, ".junit": junit, ".asff": asff, ".ocsf": ocsf, ".oscal": oscal, ".ocsf-detections": ocsf_detections}
    check = checks.get(path.suffix)
    if check:
        check(path)
print("\n".join(problems[:20]))
sys.exit(bool(problems))
