"""``doctor`` reads proxy configurations as nginx and Apache do; a file that cannot be read is one line of output."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.browser.conftest import need
from tests.interop import apache

from esea_auth_plugin.commands.proxy import ExpectedSettings, check_config
from esea_auth_plugin.commands.proxy.apache_config import read_apache
from esea_auth_plugin.commands.proxy.config_tree import MAX_BYTES, ConfigReadError, Directive
from esea_auth_plugin.commands.proxy.nginx_config import Block, read_nginx, servers
from esea_auth_plugin.testing.processes import execute

EXPECTED = ExpectedSettings("localhost", "cps.localhost", "secret")
Write = Callable[[str, str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """``write("nginx.conf", content)`` writes a file and returns its path."""

    def written(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return written


def only_finding(path: Path) -> str:
    """Return the one finding, which is one line."""
    findings = list(check_config(path, EXPECTED))
    assert len(findings) == 1, findings
    assert "\n" not in findings[0]
    assert len(findings[0]) < 1000
    return findings[0]


# --- nginx ---------------------------------------------------------------------------------------------------------

NGINX = "events {{}}\npid {folder}/nginx.pid;\nerror_log stderr;\nhttp {{\n access_log off;\n{inside}\n}}\n"


@pytest.mark.parametrize(
    ("inside", "valid"),
    [
        ("server { listen 127.0.0.1:1; }", True),
        ("server{listen 127.0.0.1:1;}", True),
        ("map $uri $kept { server a; index 1; '~^(?<k>/x/)' \"${k}***\"; default $uri; }", True),
        ('log_format a \'$remote_addr "$uri"\' " \\"b\\" # no comment"; # } a comment', True),
        ('server { listen 127.0.0.1:1; location ~ "^/[a-z]{2}$" { if ($uri = "/a;}") { return 404; } } }', True),
        ("server { listen 127.0.0.1:1; location / { limit_except GET { deny all; } } }", True),
        ("server { listen 127.0.0.1:1 }", False),
        ("server { listen 127.0.0.1:1; ", False),
        ("server { listen 127.0.0.1:1; } }", False),
        ("server { listen 127.0.0.1:1;; }", False),
        ("{ listen 127.0.0.1:1; }", False),
        ("server { server_name 'a; }", False),
        ("server { include; }", False),
        ("include missing.conf;", False),
        ("include none*.conf;", True),
    ],
)
def test_a_configuration_is_valid_exactly_when_nginx_accepts_it(
    write: Write, tmp_path: Path, inside: str, valid: bool
) -> None:
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    need(program, "nginx")
    main = write("nginx.conf", NGINX.format(folder=tmp_path, inside=inside))
    nginx = execute([str(program), "-t", "-c", main, "-p", tmp_path, "-e", "stderr"], check=False)
    assert (nginx.status == 0) is valid, nginx.stderr
    if valid:
        read_nginx(main)
    else:
        with pytest.raises(ConfigReadError):
            read_nginx(main)


def test_directives_have_the_file_and_line_that_hold_them(write: Write, tmp_path: Path) -> None:
    write("conf.d/b.conf", "server {\n  server_name b;\n  include headers.inc;\n}\n")
    write("conf.d/a.conf", "server {\n  server_name a;\n  include headers.inc;\n}\n")
    write("conf.d/.a.conf.swp", "server { server_name hidden; }")
    headers = write("headers.inc", "# first line\nproxy_set_header A 'it is \"quoted\"';\n")
    main = write("nginx.conf", "http {\n  keepalive_timeout 7;\n  include conf.d/*;\n}\n")
    found = list(servers(read_nginx(main)))
    assert [server.value("server_name") for server in found] == ["a", "b"]
    assert [server.value("keepalive_timeout") for server in found] == ["7", "7"]
    assert [server.directives("server_name")[0].source for server in found] == [
        f"{tmp_path}/conf.d/{name}.conf:2" for name in "ab"
    ]
    for server in found:
        (header,) = server.directives("proxy_set_header")
        assert header == Directive("proxy_set_header", ("A", 'it is "quoted"'), headers, 2)


def test_a_block_inherits_a_directive_only_while_it_has_none_of_its_own(write: Write) -> None:
    main = write(
        "nginx.conf",
        "server { proxy_set_header A a; proxy_set_header B b;"
        " location /own { proxy_set_header C c; } location /none { if ($uri) { return 404; } } }",
    )
    (server,) = servers(read_nginx(main))

    def sent(block: Block) -> list[str]:
        return [each.value for each in block.directives("proxy_set_header")]

    own, none, condition = server.nested()
    assert (sent(own), sent(none), sent(condition)) == (["C"], ["A", "B"], ["A", "B"])


def test_lua_code_is_no_configuration(write: Write) -> None:
    main = write(
        "nginx.conf",
        "http { init_by_lua_block { -- don't {\n local a = '}' if x then y = { 1 } end }\n server { listen 1 ssl; } }",
    )
    (server,) = servers(read_nginx(main))
    assert server.directives("listen")[0].line == 3


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no TLS server is named"),
        (b"\xef\xbb\xbfhttp { }", "byte order mark"),
        (b"\x7fELF\x02\x00\x00 { ; }", "binary"),
        (b"http { server_name \xff\xfe; } }", "unexpected"),
        (b"include nginx.conf;", "includes itself"),
        (b"include *.conf;", "includes itself"),
        (b"include missing.conf;", "No such file or directory"),
        (b"include .;", "not a regular file"),
        (b"include /dev/zero;", "not a regular file"),
        (b"a { " * 5000, "nested more than"),
        (b"a { " * 100 + b"}" * 100, "nested more than"),
        (b"#" * (MAX_BYTES + 1), "larger than"),
        (b"http { set $a 'never ends", "unexpected end of file"),
        (b"http { content_by_lua_block never ends", "Lua"),
        (b"init_by_lua_block { never ends", "middle of a directive"),
        (b"server { listen 80; } \\", "no TLS server is named"),
    ],
)
def test_an_nginx_file_that_cannot_be_read_is_told_in_one_line(write: Write, content: bytes, told: str) -> None:
    main = write("nginx.conf", content)
    findings = list(check_config(main, EXPECTED))
    assert told in findings[0]
    assert "no TLS server" in told or only_finding(main)


def test_a_missing_include_names_the_line_that_includes_it(write: Write, tmp_path: Path) -> None:
    write("inner.conf", "\n\ninclude none.conf;")
    finding = only_finding(write("nginx.conf", "http { include inner.conf; }"))
    assert f"{tmp_path}/none.conf: No such file or directory (included in {tmp_path}/inner.conf:3)" in finding


def test_a_pipe_is_not_opened(tmp_path: Path, write: Write) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "not a regular file" in only_finding(tmp_path / "pipe")
    assert "not a regular file" in only_finding(write("nginx.conf", "include pipe;"))


def test_includes_that_multiply_are_not_read_to_their_end(write: Write) -> None:
    """Eight files, each included ten times by the one before: a hundred million reads for nginx itself."""
    for number in range(8):
        write(f"{number}.inc", f"include {number + 1}.inc;\n" * 10)
    write("8.inc", "# the end\n")
    with pytest.raises(ConfigReadError, match="with its includes is larger than 20,000 characters"):
        read_nginx(write("nginx.conf", "include 0.inc;"), limit=20_000)


def test_a_list_of_authorities_that_never_ends_is_not_read(write: Write) -> None:
    main = write(
        "nginx.conf",
        "server { listen 443 ssl; server_name cps.localhost; ssl_client_certificate /dev/zero; ssl_crl /dev/zero; }",
    )
    findings = list(check_config(main, EXPECTED))
    assert "can't be read: /dev/zero: not a regular file" in findings


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
def test_a_file_without_the_right_to_read_it_tells_to_change_the_user(write: Write, tmp_path: Path) -> None:
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    write("secret.conf", "").chmod(0o600)
    main = write("nginx.conf", "include secret.conf;")
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.setuid(65534)
        os.write(writer, only_finding(main).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as told:
        assert "Permission denied (run doctor as a user who may read it) (included in" in told.read()
    os.waitpid(child, 0)


def test_a_missing_parser_is_told_with_the_command_that_installs_it(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "crossplane", None)
    assert "pip install 'esea-auth-plugin[doctor]'" in only_finding(write("nginx.conf", "http { }"))


# --- Apache --------------------------------------------------------------------------------------------------------


@pytest.fixture
def httpd(write: Write, tmp_path: Path) -> Callable[[str | bytes], Path]:
    """``httpd(lines)``: a configuration that Apache accepts, with these lines at its end."""
    need(apache.program(), "Apache")
    modules = "".join(
        f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"
        for name in ("mpm_event", "authz_core", "headers", "macro")
    )
    start = f"ServerRoot {tmp_path}\nServerName localhost\nErrorLog {tmp_path}/error.log\n{modules}"

    def written(lines: str | bytes) -> Path:
        more = lines if isinstance(lines, bytes) else lines.encode()
        return write("apache2.conf", start.encode() + more)

    return written


def test_apache_resolves_macros_definitions_conditions_and_includes(
    httpd: Callable[[str], Path], write: Write, tmp_path: Path
) -> None:
    included = write("included.conf", "\nRequestHeader set B '\"b\\'c\\\\'\n")
    main = httpd(
        "Define NAME portail\n"
        "<Macro Set %a>\n  RequestHeader set %a ${NAME}\n</Macro>\n"
        "<IfModule mod_headers.c>\n<VirtualHost *:1>\n  ServerName \\\n    localhost\n  Use Set A\n"
        "  Include included.conf\n  <Location /x>\n  Header set C c\n  </Location>\n</VirtualHost>\n</IfModule>\n"
        "<IfModule mod_absent.c>\nRequestHeader set D d\n</IfModule>\n"
    )
    tree = read_apache(main)
    (host,) = (each for each in tree.children if each.name == "virtualhost")
    name, macro, other, location = host.children
    first = main.read_text().splitlines().index("<Macro Set %a>") + 1
    assert (name.name, name.arguments) == ("servername", ("localhost",))
    assert macro == Directive("requestheader", ("set", "A", "portail"), main, first + 1)
    assert other == Directive("requestheader", ("set", "B", "\"b'c\\"), included, 2)
    assert [each.name for each in location.children] == ["header"]
    assert [each for each in tree.children if each.name == "requestheader"] == []


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (b"Include missing.conf\n", "missing.conf: No such file or directory"),
        (b"Include apache2.conf\n", "files include each other"),
        (b"<VirtualHost *:1>\n", "<VirtualHost> was not closed"),
        (b"NoSuchDirective on\n", "Invalid command 'NoSuchDirective'"),
        (b"\x00\x01\x02", "binary"),
        (b"\xff\xfe\xfd\n", "Invalid command"),
        (b"Use Nothing\n", "no macro defined before Use"),
        (b"#" * MAX_BYTES, "larger than"),
    ],
)
def test_an_apache_file_that_cannot_be_read_is_told_in_one_line(
    httpd: Callable[[bytes], Path], lines: bytes, told: str
) -> None:
    finding = only_finding(httpd(lines))
    assert finding.startswith("can't be read: ")
    assert told in finding


def test_without_apache_its_configuration_cannot_be_checked(
    httpd: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("esea_auth_plugin.commands.proxy.apache_config._PROGRAM_PATH", "/nonexistent")
    assert "Apache is not on this machine" in only_finding(httpd(""))


def test_without_mod_info_apache_shows_nothing(httpd: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("esea_auth_plugin.commands.proxy.apache_config._MODULES", ())
    assert "mod_info" in only_finding(httpd(""))
