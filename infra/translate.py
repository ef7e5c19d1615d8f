"""`python -m infra.translate DIRECTORY`: what CloudFormation sees of sam.json."""

import json
import os
import sys
from pathlib import Path
from typing import Any, Final

from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from .package import TEMPLATE

Json = dict[str, Any]

CLOUDFORMATION: Final = "cloudformation.json"


def translated(sam: Json) -> Json:
    """Offline; raises samtranslator's InvalidDocumentException for what SAM refuses."""
    # It only decides the partition that SAM writes into its own names.
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    template = json.loads(json.dumps(sam))
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            # SAM takes no local path; the deployment puts the real one there.
            resource["Properties"]["CodeUri"] = "s3://bucket/deployment.zip"
    parameters = {name: one.get("Default", "") for name, one in template["Parameters"].items()}
    made: Json = Translator({}, Parser()).translate(template, parameters)
    return made


def main() -> None:
    directory = Path(sys.argv[1])
    sam = json.loads((directory / TEMPLATE).read_text(encoding="utf-8"))
    (directory / CLOUDFORMATION).write_text(json.dumps(translated(sam), indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
