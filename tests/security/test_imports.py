"""Mechanisms stay in their packages: one place to review and to replace (docs/explanation/architecture.md)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = {
    "esea_auth_plugin": ROOT / "esea_auth_plugin/src/esea_auth_plugin",
    "oru_espace_pro_plugin": ROOT / "oru_espace_pro_plugin/src/oru_espace_pro_plugin",
    "host_app": ROOT / "host_app/src/host_app",
}

#: What may be imported only there: prefix of the module, folders or files (relative to ``esea_auth_plugin``).
ONLY_IN = {
    "argon2": ("foundation/security",),
    "hmac": ("foundation/security",),
    "secrets": ("foundation/security",),
    "cryptography.hazmat": ("foundation/security",),
    "cryptography.fernet": (),
    "cryptography.x509": ("auth_modes/cps_card", "auth_modes/passkey/attestation.py"),
    "OpenSSL": ("auth_modes/cps_card",),
    "webauthn": ("auth_modes/passkey",),
    "authlib": ("auth_modes/pro_sante_connect", "sso"),
    "joserfc": ("auth_modes/pro_sante_connect", "sso"),
    "unicodedata": ("normalise",),
    "ipaddress": ("normalise",),
    "idna": ("normalise",),
    "phonenumbers": ("normalise",),
    "random": (),
    "pickle": (),
    "marshal": (),
    "shelve": (),
}

#: The demo's people and the tests are free.
FREE = ("testing", "demo")

#: What other distributions may build on (docs/explanation/architecture.md).
PUBLISHED = {
    "interfaces",
    "directives",
    "events",
    "errors",
    "testing",
    "services",
    "resources",
    "options",
    "pyramid_types",
    "values",
    "settings",
    "foundation",
    "normalise",
    "text_files",
}


def modules(distribution: str, free: tuple[str, ...] = FREE) -> Iterator[tuple[str, ast.Module]]:
    root = SOURCES[distribution]
    for path in sorted(root.rglob("*.py")):
        name = path.relative_to(root).as_posix()
        if not name.startswith(tuple(f"{folder}/" for folder in free)):
            yield name, ast.parse(path.read_text(encoding="utf-8"))


def imported(distribution: str, name: str, tree: ast.Module) -> Iterator[str]:
    """Dotted names that a module imports, relative ones made absolute."""
    package = [distribution, *Path(name).parts[:-1]]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def within(module: str, prefix: str) -> bool:
    return module == prefix or module.startswith(f"{prefix}.")


@pytest.mark.parametrize("mechanism", ONLY_IN)
def test_a_mechanism_is_imported_in_its_room_only(mechanism: str) -> None:
    allowed = tuple(place if place.endswith(".py") else f"{place}/" for place in ONLY_IN[mechanism])
    strays = [
        f"{distribution}/{name}"
        for distribution in SOURCES
        for name, tree in modules(distribution)
        if any(within(module, mechanism) for module in imported(distribution, name, tree))
        and not (distribution == "esea_auth_plugin" and allowed and name.startswith(allowed))
    ]
    assert strays == []


def test_text_is_folded_by_the_one_folder() -> None:
    """Two ways to fold case, letters or domains make two accounts, or two counters, of one text."""
    strays = [
        f"{distribution}/{name}:{node.lineno}"
        for distribution in SOURCES
        for name, tree in modules(distribution)
        if not (distribution == "esea_auth_plugin" and name.startswith("normalise/"))
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (
            node.func.attr in {"casefold", "isalpha"}
            or any(
                isinstance(argument, ast.Constant) and argument.value in {"idna", "punycode"} for argument in node.args
            )
        )
    ]
    assert strays == []


def test_nothing_but_the_clock_tells_the_time() -> None:
    """Expiry is compared at the injected clock (threat-model.md row 22), so nobody else may look at the machine's."""
    free = {
        "foundation/security/clock.py",
        "foundation/throttling/redis_store.py",
    }  # Redis expires its keys by the machine's time
    calls = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}
    strays = [
        f"{distribution}/{name}:{node.lineno}"
        for distribution in SOURCES
        for name, tree in modules(distribution)
        if not (distribution == "esea_auth_plugin" and name in free)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and (node.func.value.id, node.func.attr) in calls
    ]
    assert strays == []


def test_the_host_builds_on_what_is_published_and_starts_the_demo_s_worker() -> None:
    strays = [
        f"{name} imports {module}"
        for name, tree in modules("host_app", free=())
        for module in imported("host_app", name, tree)
        if len(parts := module.split(".")) > 1
        and (
            (parts[0] == "esea_auth_plugin" and parts[1] not in PUBLISHED)
            or (parts[0] == "oru_espace_pro_plugin" and parts[1] not in {"interfaces", "settings"})
        )
        # Whoever starts processes needs their parts: the worker, its clock, the first keys.
        and Path(name).as_posix() not in {"demo/__main__.py", "demo/tls/__main__.py"}
    ]
    assert strays == []


def test_the_readme_names_what_is_published() -> None:
    readme = (SOURCES["esea_auth_plugin"].parents[1] / "README.md").read_text(encoding="utf-8")
    table = readme.partition("## What is published")[2].partition("\n## ")[0]
    named = {name.split(".")[0] for name in re.findall(r"`([a-z_.]+)`", table.replace("|", "\n"))}
    assert named >= PUBLISHED


def test_no_room_imports_another_room_s_pages() -> None:
    strays = []
    for distribution in SOURCES:
        for name, tree in modules(distribution):
            room = Path(name).parts[0]
            for module in imported(distribution, name, tree):
                parts = module.split(".")
                if parts[0] == distribution and len(parts) > 2 and parts[1] != room and {"views"} & set(parts[2:-1]):
                    strays.append(f"{name} imports {module}")
    assert strays == []


def test_no_shell_and_no_evaluated_text() -> None:
    strays = [
        f"{distribution}/{name}:{node.lineno}"
        for distribution in SOURCES
        for name, tree in modules(distribution)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (
            (isinstance(node.func, ast.Name) and node.func.id in {"eval", "exec", "compile"})
            or any(keyword.arg == "shell" for keyword in node.keywords)
        )
    ]
    assert strays == []
