"""Writes a CycloneDX bill of materials (SBOM) of each distribution into dist/, from requirements.txt.

Which packages belong to a distribution is read from the metadata installed here, their versions and hashes from the
lock. cyclonedx-bom makes the document and validates it, in an environment of its own: otherwise the lock would pin its
dependencies beside those of the portal. It is fetched once, then no network is needed.

Exit status: 0 written, 75 (EX_TEMPFAIL of sysexits.h) cyclonedx-bom is not available here.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from tools.check_lock import DISTRIBUTIONS, ROOT

PACKAGE = "cyclonedx-bom>=7.5,<8"
SPECIFICATION = "1.6"
OWN = {str(canonicalize_name(folder)): folder for folder in DISTRIBUTIONS}
#: Run in cyclonedx-bom's environment: judges a document by the schema of the specification.
_VALIDATE = f"""
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
error = JsonStrictValidator(SchemaVersion.from_version("{SPECIFICATION}")).validate_str(sys.stdin.read())
sys.exit(error and str(error))
"""

Json = dict[str, Any]
Graph = dict[str, set[str]]


def locked_entries(text: str) -> dict[str, list[str]]:
    """Return the entries of the lock by canonical name; several where the version depends on the platform."""
    found: dict[str, list[str]] = {}
    for entry in re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE):
        if match := re.match(r"([A-Za-z0-9._-]+)==", entry):
            found.setdefault(canonicalize_name(match[1]), []).append(entry)
    return found


def markers_of(lines: str) -> dict[str, str]:
    """Return the environment markers of entries of the lock, by package URL."""
    found = re.findall(r"^([A-Za-z0-9._-]+)==(\S+) ; (.*?) *\\?$", lines, re.MULTILINE)
    return {f"pkg:pypi/{canonicalize_name(name)}@{version}": marker for name, version, marker in found}


def requirements_of(name: str, extras: frozenset[str]) -> Iterator[Requirement]:
    """Yield what an installed distribution asks for with these extras, on whatever platform."""
    try:
        lines = distribution(name).requires or []
    except PackageNotFoundError:
        return  # the lock pins it for another platform than this one
    for requirement in map(Requirement, lines):
        marker = requirement.marker
        # A marker about the platform alone is the lock's business: it pins what some platform needs.
        if marker is None or "extra" not in str(marker) or any(marker.evaluate({"extra": extra}) for extra in extras):
            yield requirement


def graph_of(root: str, pinned: set[str], *, optional: bool) -> Graph:
    """Return the packages that a distribution installs, itself included, each with those that it asks for.

    :param pinned: canonical names in the lock. :param optional: with the optional parts of our distributions.
    """
    graph: Graph = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    pending = [(root, frozenset[str]())]
    while pending:
        name, extras = pending.pop()
        if optional and name in OWN:
            extras = frozenset(distribution(name).metadata.get_all("Provides-Extra") or [])
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        children = graph.setdefault(name, set())
        for requirement in requirements_of(name, extras):
            child = str(canonicalize_name(requirement.name))
            if child in pinned or child in OWN:
                children.add(child)
                pending.append((child, frozenset(requirement.extras)))
    return graph


def shipped_scripts(folder: Path) -> list[Json]:
    """Return the npm packages whose code a distribution ships: those of its package-lock.json that are not `dev`.

    None is shipped so far. A distribution names them as `dependencies` of a package.json beside its pyproject.toml.
    """
    lock = folder / "package-lock.json"
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"] if lock.exists() else {}
    found: list[Json] = []
    for path, entry in sorted(packages.items()):
        if not path or entry.get("dev"):
            continue
        name = path.rpartition("node_modules/")[2]
        purl = f"pkg:npm/{name.replace('@', '%40')}@{entry['version']}"
        algorithm, _, digest = entry["integrity"].partition("-")
        hashes = [{"alg": algorithm.upper().replace("SHA", "SHA-"), "content": base64.b64decode(digest).hex()}]
        script: Json = {"type": "library", "name": name, "version": entry["version"], "bom-ref": purl, "purl": purl}
        script |= {"scope": "required", "externalReferences": [_files(purl, hashes)]}
        if "license" in entry:
            script["licenses"] = [{"expression": entry["license"]}]
        found.append(script)
    return found


def completed(document: Json, graph: Graph, required: set[str], markers: dict[str, str], scripts: list[Json]) -> Json:
    """Return cyclonedx-py's document with scopes, licences and the graph, and without addresses.

    :param required: the names in `graph` that don't come from an optional part. :param markers: by package URL.
    """
    root = document["metadata"]["component"]
    document["metadata"]["authors"] = [{"name": distribution(root["name"]).metadata["Author"]}]
    root["bom-ref"] = root["purl"] = f"pkg:pypi/{root['name']}@{root['version']}"
    references: dict[str, list[str]] = {root["name"]: [root["bom-ref"]]}
    for component in document["components"]:
        name, purl = str(canonicalize_name(component["name"])), component["purl"]
        references.setdefault(name, []).append(purl)
        component |= {"bom-ref": purl, "scope": "required" if name in required else "optional"}
        # cyclonedx-py describes a component by its lines of the lock, and names an index as the source of its files.
        del component["description"]
        if purl in markers:
            component["description"] = f"Only where {markers[purl]}"
        described = component.pop("externalReferences", [])
        if any("hashes" in each for each in described):
            component["externalReferences"] = [_files(purl, each["hashes"]) for each in described if "hashes" in each]
        if declared := licences(name):
            component["licenses"] = declared
    edges: Graph = {script["bom-ref"]: set() for script in scripts}
    for name, own in references.items():
        edges |= {each: {purl for child in graph[name] for purl in references[child]} for each in own}
    edges[root["bom-ref"]] |= {script["bom-ref"] for script in scripts}
    document["components"] += scripts
    document["dependencies"] = [{"ref": each, "dependsOn": sorted(edges[each])} for each in sorted(edges)]
    for tool in document["metadata"]["tools"]["components"]:
        tool.pop("externalReferences", None)  # its web pages
    return document


def _files(purl: str, hashes: list[Json]) -> Json:
    """Return the reference that holds the hashes of a package's files; its package URL stands for any index."""
    return {"type": "distribution", "url": purl, "hashes": hashes}


def licences(name: str) -> list[Json]:
    """Return the licences that an installed distribution declares: its expression (PEP 639), else its classifiers."""
    try:
        metadata = distribution(name).metadata
    except PackageNotFoundError:
        return []
    if expression := metadata.get_all("License-Expression"):
        return [{"expression": expression[0], "acknowledgement": "declared"}]
    classified = [each for each in metadata.get_all("Classifier") or [] if each.startswith("License :: ")]
    names = [each.rpartition(" :: ")[2] for each in classified] or metadata.get_all("License") or []
    # Not a whole licence text, and without the address that some write behind the name.
    names = [re.sub(r"\s*\(?[a-z]+://\S+", "", each) for each in names if "\n" not in each]
    return [{"license": {"name": each, "acknowledgement": "declared"}} for each in names if each]


def addresses(text: str) -> list[str]:
    """Return the addresses and local paths in a document; that of its schema is the only one that belongs there."""
    found = [each for each in re.findall(r"[a-z]+://[^\s\"]+", text) if not each.startswith("http://cyclonedx.org/")]
    return found + re.findall(re.escape(str(ROOT)), text)


def cyclonedx() -> list[str] | None:
    """Return the command that runs a program of cyclonedx-bom's environment: the one kept here, else a fetched one."""
    uv = str(Path(sys.executable).parent / "uv")
    for network in (["--offline"], []):
        command = [uv, "tool", "run", "--quiet", *network, "--python", sys.executable, "--from", PACKAGE]
        if run([*command, "cyclonedx-py", "--version"]).returncode == 0:
            return command
    return None


def run(command: list[str], given: str = "") -> subprocess.CompletedProcess[str]:
    """Run a program of ours on a text; return how it ended and what it wrote."""
    return subprocess.run(command, input=given, capture_output=True, text=True, check=False, cwd=ROOT)  # noqa: S603


def document_of(name: str, command: list[str]) -> str:
    """Return the validated bill of materials of a distribution as JSON.

    :raises ValueError: cyclonedx-py failed, or the document is invalid or names an address.
    """
    entries = locked_entries((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    required = set(graph_of(name, set(entries), optional=False))
    graph = graph_of(name, set(entries), optional=True)
    lines = [entry for each in sorted(graph) for entry in entries.get(each, [])]
    lines += [f"{each}=={distribution(each).version}\n" for each in sorted(set(graph) & set(OWN) - {name})]
    project = ROOT / OWN[name] / "pyproject.toml"
    make = ["cyclonedx-py", "requirements", "-", "--pyproject", str(project), "--mc-type", "application"]
    make += ["--spec-version", SPECIFICATION, "--output-reproducible", "--no-validate"]
    made = run([*command, *make], "".join(lines))
    if made.returncode:
        raise ValueError(f"cyclonedx-py failed for {name}: {made.stderr}")
    scripts = shipped_scripts(project.parent)
    document = completed(json.loads(made.stdout), graph, required, markers_of("".join(lines)), scripts)
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    validated = run([*command, "python", "-c", _VALIDATE], text)
    if validated.returncode:
        raise ValueError(f"the bill of materials of {name} is invalid: {validated.stderr}")
    if found := addresses(text):
        raise ValueError(f"the bill of materials of {name} names addresses: {', '.join(found)}")
    return text


def main(folder: Path) -> int:
    """Write the bill of materials of each distribution into a folder; return the exit status."""
    # The time of the commit, so that the same commit gives the same document.
    if not os.environ.get("SOURCE_DATE_EPOCH") and (time := run(["git", "log", "-1", "--format=%ct"]).stdout.strip()):
        os.environ["SOURCE_DATE_EPOCH"] = time
    command = cyclonedx()
    if command is None:
        print(f"sbom: not done, since {PACKAGE} can't be fetched from here", file=sys.stderr)
        return 75
    folder.mkdir(exist_ok=True)
    for name in OWN:
        path = folder / f"{OWN[name]}-{distribution(name).version}.cdx.json"
        path.write_text(document_of(name, command), encoding="utf-8")
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "dist")))
